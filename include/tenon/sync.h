/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Threads of one component wait for each other. Zeroed memory is an object in its first state, and
 * nothing is to be freed. None of these calls another component; which of the threads that wait
 * goes first is open, but none is passed over for ever. A thread that ends with a mutex locked
 * leaves it so.
 */
#pragma once

#include <tenon/types.h>

#define TN_THREADS_MAX 512u

/* Who waits: a bit for each thread of the component. Private. */
struct tn_waiters {
	uint64_t bits[TN_THREADS_MAX / 64];
	uint32_t next; /* where to look first */
	uint32_t reserved;
};

struct tn_mutex {
	uint32_t state, reserved;
	struct tn_waiters waiters;
};

/* Not recursive: locking twice waits for ever. */
TN_EXTERN void tn_mutex_lock(struct tn_mutex *mutex);
TN_EXTERN bool tn_mutex_trylock(struct tn_mutex *mutex);
TN_EXTERN void tn_mutex_unlock(struct tn_mutex *mutex);

/* A counter that `down` waits for to be above zero. */
struct tn_semaphore {
	uint32_t count, reserved;
	struct tn_waiters waiters;
};

TN_EXTERN void tn_semaphore_up(struct tn_semaphore *semaphore);
TN_EXTERN void tn_semaphore_down(struct tn_semaphore *semaphore);

struct tn_condition {
	struct tn_waiters waiters;
};

/*
 * Gives the mutex up, sleeps until told, takes the mutex again. What was waited for has to be
 * looked at again.
 */
TN_EXTERN void tn_condition_wait(struct tn_condition *condition, struct tn_mutex *mutex);
/* One of those who wait, or all. */
TN_EXTERN void tn_condition_signal(struct tn_condition *condition);
TN_EXTERN void tn_condition_broadcast(struct tn_condition *condition);
