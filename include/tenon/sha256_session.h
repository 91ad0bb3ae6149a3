/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Sha256 sessions: the digest of data that is handed over in pieces.
 *
 * Exchange: `begin`, then any number of `update` (data in the message) and `update_shared` (data in
 * a dataspace of the client's, at most TN_FEED_MAX bytes a call), then `digest`, which leaves the
 * data as it was, so that more may follow. The client donates TN_SHA256_SESSION_RAM and _CAPS. The
 * client trusts the server for the digest; the server trusts nobody: a dataspace that is destroyed
 * meanwhile gives TN_ERR_FAULT, and the digest starts anew.
 *
 * Ownership: what is passed stays the client's. Every call is answered at once; `update_shared`
 * reads while the client waits. Errors: also TN_ERR_ARGUMENT (too long, or out of the dataspace).
 *
 * @code{.c}
 * static tn_error example_digest(sha256_cap sha, const char *text, size_t length,
 *                                unsigned char digest[TN_SHA256_SIZE])
 * {
 *         size_t size;
 *         tn_error error = sha256_begin(sha);
 *         while (error == TN_OK && length) {
 *                 size_t part = length < TN_SHA256_CHUNK_MAX ? length : TN_SHA256_CHUNK_MAX;
 *                 error = sha256_update(sha, text, part);
 *                 text += part;
 *                 length -= part;
 *         }
 *         return error == TN_OK ? sha256_digest(sha, digest, &size) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>
#include <tenon/sha256.h>

/* Donation, in bytes and capabilities; and bytes of one `update` at most. */
#define TN_SHA256_SESSION_RAM  (48u * 1024u)
#define TN_SHA256_SESSION_CAPS 8u
#define TN_SHA256_CHUNK_MAX    4000u

#define TN_SHA256_SESSION(RPC, I)                                                  \
	RPC(I, begin)                                                              \
	RPC(I, update, InBytes(data, TN_SHA256_CHUNK_MAX))                         \
	RPC(I, update_shared, InCap(tn_dataspace_cap, data), In(uint64_t, offset), \
	    In(uint64_t, length))                                                  \
	RPC(I, digest, OutBytes(digest, TN_SHA256_SIZE))

TN_RPC_INTERFACE(sha256, TN_SHA256_SESSION)
