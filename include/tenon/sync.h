/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Threads of one component wait for each other. Zeroed memory is an object in its first state, and
 * nothing is to be freed. None of these calls another component; which of the threads that wait
 * goes first is open, but none is passed over for ever. A thread that ends with a mutex locked
 * leaves it so.
 *
 * Ownership: an object's memory is the component's, and stays while anybody waits. Errors: there
 * are none.
 *
 * @code{.c}
 * static struct tn_mutex example_mutex;
 * static struct tn_condition example_filled;
 * static unsigned example_items;
 *
 * static void example_put(void)
 * {
 *         tn_mutex_lock(&example_mutex);
 *         example_items++;
 *         tn_condition_signal(&example_filled);
 *         tn_mutex_unlock(&example_mutex);
 * }
 *
 * static void example_take(void)
 * {
 *         tn_mutex_lock(&example_mutex);
 *         while (!example_items)
 *                 tn_condition_wait(&example_filled, &example_mutex);
 *         example_items--;
 *         tn_mutex_unlock(&example_mutex);
 * }
 * @endcode
 */
#pragma once

#include <tenon/types.h>

/* Threads of one component. */
#define TN_THREADS_MAX 512u

/* Who waits: a bit for each thread of the component. Private. */
struct tn_waiters {
	uint64_t bits[TN_THREADS_MAX / 64];
	uint32_t next; /* where to look first */
	uint32_t reserved;
};

/* Held by one thread at a time. Private. */
struct tn_mutex {
	uint32_t state, reserved;
	struct tn_waiters waiters;
};

/* Waits until the mutex is free, and has it. Not recursive: locking twice waits for ever. */
TN_EXTERN void tn_mutex_lock(struct tn_mutex *mutex);
/* The same without waiting; false: it is another's. */
TN_EXTERN bool tn_mutex_trylock(struct tn_mutex *mutex);
/* By the thread that has it. */
TN_EXTERN void tn_mutex_unlock(struct tn_mutex *mutex);

/* A counter that `down` waits for to be above zero; to begin with more, set `count`. */
struct tn_semaphore {
	uint32_t count, reserved;  /* count: set before its first use alone */
	struct tn_waiters waiters; /* private */
};

/* One more; lets one of those who wait go on. Never waits. */
TN_EXTERN void tn_semaphore_up(struct tn_semaphore *semaphore);
/* One less, when there is one: waits until then. */
TN_EXTERN void tn_semaphore_down(struct tn_semaphore *semaphore);

/* What threads sleep on until another one has made a condition true. Private. */
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
