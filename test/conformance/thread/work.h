/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the entrypoints of this test serve. */
#pragma once

#include <tenon/test.h>
#include <tenon/thread.h>

#define WORK(RPC, I)                                                 \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))       \
	/* Calls echo of the object's friend. */                     \
	RPC(I, forward, In(uint64_t, value), Out(uint64_t, back))    \
	/* Says that it has begun, and returns when it is let go. */ \
	RPC(I, hold)                                                 \
	/* Gives back what it gets. */                               \
	RPC(I, swap, InCap(tn_any_cap, in), OutCap(tn_any_cap, out))

TN_RPC_INTERFACE(work, WORK)

struct worker {
	struct tn_entrypoint *entrypoint;
	struct tn_object object;
	work_cap cap, friend_cap;
	struct tn_semaphore held, let_go;
};

/* On an entrypoint of its own. */
void worker_start(struct worker *worker, const char *name);
void worker_serve(struct worker *worker, struct tn_entrypoint *entrypoint);
void worker_end(struct worker *worker);

/* Other actors. */
void play_swapper(struct tn_env *env);
void play_caller(struct tn_env *env);
void play_crowd(struct tn_env *env);
void play_faulty(struct tn_env *env);
void play_overflow(struct tn_env *env);
#define OVERFLOWS 7u
void play_unjoined(struct tn_env *env);

#define NOWHERE ((uint64_t)0x345000)
