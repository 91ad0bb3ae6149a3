/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the actors of this test have in common. */
#pragma once

#include <tenon/stream.h>
#include <tenon/test.h>

enum { PACKETS = 8, SIZE = 1024, LAST_WORD = 0xffff };

/* Of all streams here. */
static const struct tn_stream_shape shape = { PACKETS, SIZE };

/* xorshift64*: below `limit`, from a state that must not be 0. */
static inline uint32_t choose(uint64_t *state, uint32_t limit)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1dull) >> 33) % limit;
}

static inline uint64_t checksum(const unsigned char *bytes, size_t length)
{
	uint64_t sum = length;
	for (size_t i = 0; i < length; i++)
		sum = sum * 31 + bytes[i];
	return sum;
}

/* What the mill does to each byte. */
static inline unsigned char milled(unsigned char byte)
{
	return byte ^ 0x5a;
}

/* Servers: "Mill" answers with the checksum and changes the bytes; "Well" gives bytes with their
 * checksum; "Keeper" keeps what it gets until LAST_WORD, and gives it back last first. */
void play_mill(struct tn_env *env);
void play_well(struct tn_env *env);
void play_keeper(struct tn_env *env);
/* "Liar": a server whose memory says what it was told to write, or is gone. */
void play_liar(struct tn_env *env);

/* Clients that end in bad ways. */
void play_customer(struct tn_env *env);
void play_bold(struct tn_env *env);
void play_flood(struct tn_env *env);

/* How the liar lies: an event in each packet's `value`. */
#define LIE_WRITE ((uint64_t)1 << 32) /* | offset << 8 | index of nasty[] */
#define LIE_TAKE  ((uint64_t)2 << 32) /* frees the memory */

static const uint32_t nasty[] = { 0,  1,        2,          7,          8,          9,
				  64, SIZE + 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
enum { NASTY = sizeof(nasty) / sizeof(nasty[0]) };

tn_error open_stream(struct tn_stream_client *client, struct tn_env *env, const char *service,
		     bool guarded);
/* Sends `packets` of random bytes through the mill, and looks at what comes back: what was wrong;
 * NULL: nothing. */
const char *run_mill(struct tn_stream *stream, uint32_t packets, uint64_t seed);
