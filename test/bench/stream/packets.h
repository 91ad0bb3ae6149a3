/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What client and server of the bench do, and kernel/linux/bench/raw.c as well: the source writes
 * each word of a packet, the sink adds all of them up. The source wakes the sink when it has no
 * packet left, or is through, and sleeps until half of them are back.
 */
#pragma once

#include <tenon/stream.h>

static const struct tn_stream_shape small_packets = { 256, 64 }, large_packets = { 64, 4096 };

static inline void packet_fill(void *content, uint32_t size, uint64_t value)
{
	uint64_t *word = content;
	for (uint32_t i = 0; i < size / 8; i++)
		word[i] = value + i;
}

static inline uint64_t packet_sum(const void *content, uint32_t size)
{
	const uint64_t *word = content;
	uint64_t sum = 0;
	for (uint32_t i = 0; i < size / 8; i++)
		sum += word[i];
	return sum;
}
