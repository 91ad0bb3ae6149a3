/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Endurance: a parent with a handful of workers that do to each other whatever components can do,
 * each at random, and die at any moment: by themselves, by a fault, killed by their parent. When it
 * is over the parent has to have what it had before, to the last byte and capability.
 */
#pragma once

#include <tenon/child.h>
#include <tenon/time.h>

/* What the parent serves, an object for each child. */
#define HUB(RPC, I)                                                                                \
	/* How others reach the worker, and what its choices begin with. */                        \
	RPC(I, join, InCap(tn_any_cap, object), InCap(tn_signal_cap, bell), Out(uint64_t, seed))   \
	/* Any worker, perhaps the caller itself; TN_ERR_NOT_FOUND: not this one. */               \
	RPC(I, peer, In(uint32_t, which), OutCap(tn_any_cap, object), OutCap(tn_signal_cap, bell)) \
	RPC(I, tally, In(struct tally, done))                                                      \
	/* Something came out that must not: the soak has failed. */                               \
	RPC(I, broken, InString(what, 100))

/* What was done, and went well; calls come to an error as well when somebody dies. */
struct tally {
	uint64_t calls, failed, transfers, signals, sessions, threads;
};

TN_RPC_INTERFACE(hub, HUB)

/* What workers serve to each other: their own object, further ones, and sessions. */
#define PEER(RPC, I)                                                                \
	/* The complement. */                                                       \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                      \
	/* The same by up to `hops` others. */                                      \
	RPC(I, relay, In(uint32_t, hops), In(uint64_t, value), Out(uint64_t, back)) \
	/* An object of a peer for another. */                                      \
	RPC(I, swap, InCap(tn_any_cap, give), OutCap(tn_any_cap, take))             \
	RPC(I, ring, InCap(tn_signal_cap, bell))                                    \
	/* A dataspace whose every word is `value`, as long as it is there. */      \
	RPC(I, share, InCap(tn_dataspace_cap, dataspace), In(uint64_t, value))

TN_RPC_INTERFACE(peer, PEER)

enum { SOAK_WORKERS = 12, SOAK_EXIT_WRONG = 2 };

/* Names of children: "worker.N", or "nest.N" for who is a parent itself. */
void director_play(struct tn_env *env);
void worker_play(struct tn_env *env);
void nest_play(struct tn_env *env);

/* Numbers that look random, from a seed. */
static inline uint64_t soak_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline uint32_t soak_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((soak_next(state) >> 32) % bound);
}
