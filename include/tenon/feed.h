/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Reading a peer's dataspace piece by piece, safely: a static library for servers that are handed
 * data in shared memory. Each byte is copied once, before anybody looks at it; the peer may change
 * or destroy the dataspace meanwhile. Nothing waits for the peer.
 *
 * Ownership: the dataspace is borrowed during the call, and a piece is valid until `take` returns.
 *
 * @code{.c}
 * #include <tenon/sha256.h>
 *
 * static void example_take(void *self, const void *piece, size_t length)
 * {
 *         tn_sha256_update(self, piece, length);
 * }
 *
 * static tn_error example_digest(struct tn_sha256 *sha, tn_dataspace_cap clients, uint64_t length)
 * {
 *         return tn_feed(clients, 0, length, example_take, sha);
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most that one call reads: it bounds how long a server is busy, and its part of address space. */
#define TN_FEED_MAX ((uint64_t)1 << 20)

/*
 * Calls `take` for each piece of [offset, offset + length) in order. Errors: TN_ERR_ARGUMENT
 * (longer than TN_FEED_MAX, or not within the dataspace), TN_ERR_FAULT (the memory went away: a
 * part may have been taken), and those of tn_attach().
 */
TN_MUST_USE tn_error tn_feed(tn_dataspace_cap dataspace, uint64_t offset, uint64_t length,
			     void (*take)(void *self, const void *piece, size_t length),
			     void *self);

#ifdef __cplusplus
}
#endif
