/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What lies in the shared memory. Each word has one writer; tests of hostile peers write them all.
 */
#pragma once

#include <stdint.h>

/*
 * Of each side, in a cache line of its own. As the peer of a guarded one may be copied as a whole,
 * both words are one of 8 bytes.
 */
struct side {
	_Alignas(64) uint32_t sent; /* packets that the side has sent, modulo 2^32 */
	uint32_t wake;              /* it wants a signal when the other one's `sent` passes this */
};

/* A packet that was sent: its slot in the lower half of the first word, its length in the upper. */
struct descriptor {
	uint64_t packet, value;
};
_Static_assert(sizeof(struct side) == 64 && sizeof(struct descriptor) == 16,
	       "as TN_STREAM_HEADER() says");

/* The source's words, the sink's, the source's descriptors, the sink's; then the packets. */
enum { SIDE_SOURCE = 0, SIDE_SINK = 64, DESCRIPTORS = 128 };
