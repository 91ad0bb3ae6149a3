/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Each kind of parameter, at its bounds. */
#pragma once

#include <tenon/test.h>

#define KINDS_STRING_MAX 100u
#define KINDS_BYTES_MAX  (TN_MESSAGE_MAX - 4u) /* fills a message */

struct kinds_pair {
	uint64_t a;
	int32_t b;
	uint8_t c[4];
};

#define KINDS(RPC, I)                                                                        \
	RPC(I, number, In(uint64_t, value), Out(uint64_t, back))                             \
	RPC(I, structure, In(struct kinds_pair, value), Out(struct kinds_pair, back))        \
	RPC(I, string, InString(text, KINDS_STRING_MAX), OutString(back, KINDS_STRING_MAX))  \
	RPC(I, bytes, InBytes(data, KINDS_BYTES_MAX), OutBytes(back, KINDS_BYTES_MAX))       \
	RPC(I, one_cap, InCap(tn_any_cap, cap))                                              \
	RPC(I, nothing)                                                                      \
	RPC(I, twelve, In(uint8_t, a), In(uint16_t, b), In(uint32_t, c), In(uint64_t, d),    \
	    In(int8_t, e), In(int16_t, f), In(int32_t, g), In(int64_t, h), In(bool, i),      \
	    In(uint8_t, j), In(uint8_t, k), Out(int64_t, sum))                               \
	/* The server's answer exceeds the bound by `more`. */                               \
	RPC(I, long_string, In(uint32_t, more), OutString(back, 10u))                        \
	RPC(I, long_bytes, In(uint32_t, more), OutBytes(back, 10u))                          \
	RPC(I, fail, In(uint32_t, error), Out(uint64_t, never))                              \
	/* Through all servers of the chain, which each add one; the data stays as it is. */ \
	RPC(I, chain, In(uint32_t, depth), InBytes(data, 1000u), Out(uint32_t, added),       \
	    OutBytes(back, 1000u))                                                           \
	/* An object whose replies do not fit, as the opcode says. */                        \
	RPC(I, liar, OutCap(tn_any_cap, liar))

TN_RPC_INTERFACE(kinds, KINDS)

/* What the liar does. */
enum lie {
	LIE_EMPTY,
	LIE_ONE_BYTE_LESS,
	LIE_ONE_BYTE_MORE,
	LIE_FULL,
	LIE_BEYOND_THE_MESSAGE,
	LIE_CAP_NOT_EXPECTED,
	LIE_CAP_NOT_TRANSFERRED,
	LIE_TOO_MANY_CAPS,
	LIE_UNKNOWN_ERROR,
	LIE_COUNT
};

void play_kinds(struct tn_env *env); /* puts itself; "kinds.2" calls "kinds.3", and so on */
