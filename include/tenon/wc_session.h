/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Wc sessions: lines, words and bytes of data that is handed over in pieces, as wc of the coreutils
 * counts them in the C locale.
 *
 * Exchange: `begin`, then any number of `update` (data in the message) and `update_shared` (data in
 * a dataspace of the client's, at most TN_FEED_MAX bytes a call), then `counts`. The client donates
 * TN_WC_SESSION_RAM and _CAPS. The client trusts the server for the counts; the server trusts
 * nobody: a dataspace that is destroyed meanwhile gives TN_ERR_FAULT, and the counting starts anew.
 *
 * Ownership: what is passed stays the client's. Every call is answered at once; `update_shared`
 * reads while the client waits. Errors: also TN_ERR_ARGUMENT (too long, or out of the dataspace).
 *
 * @code{.c}
 * static tn_error example_lines(wc_cap wc, const char *text, size_t length, uint64_t *lines)
 * {
 *         uint64_t words, bytes;
 *         tn_error error = wc_begin(wc);
 *         if (error == TN_OK)
 *                 error = wc_update(wc, text, length);
 *         return error == TN_OK ? wc_counts(wc, lines, &words, &bytes) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>

/* Donation, in bytes and capabilities; and bytes of one `update` at most. */
#define TN_WC_SESSION_RAM  (48u * 1024u)
#define TN_WC_SESSION_CAPS 8u
#define TN_WC_CHUNK_MAX    4000u

#define TN_WC_SESSION(RPC, I)                                                      \
	RPC(I, begin)                                                              \
	RPC(I, update, InBytes(data, TN_WC_CHUNK_MAX))                             \
	RPC(I, update_shared, InCap(tn_dataspace_cap, data), In(uint64_t, offset), \
	    In(uint64_t, length))                                                  \
	RPC(I, counts, Out(uint64_t, lines), Out(uint64_t, words), Out(uint64_t, bytes))

TN_RPC_INTERFACE(wc, TN_WC_SESSION)
