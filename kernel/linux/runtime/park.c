/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sleeping and waking. */
#include "local.h"

enum { LOCKS = 64, FREE = 0, TAKEN = 1, CONTENDED = 2 };

/* One token a thread. */
static uint32_t tokens[LAYOUT_THREADS_MAX];

/*
 * A thread holds at most one at a time, of the channel whose message buffer it uses, so that
 * sharing a lock with other channels costs time at worst.
 */
static uint32_t locks[LOCKS];

void futex_wait(const uint32_t *a, uint32_t value_a, const uint32_t *b, uint32_t value_b)
{
	struct futex_waitv words[2] = {
		{ .val = value_a, .uaddr = (uint64_t)a, .flags = FUTEX_32 },
		{ .val = value_b, .uaddr = (uint64_t)b, .flags = FUTEX_32 },
	};
	linux_call5(__NR_futex_waitv, words, b ? 2 : 1, 0, 0, 0);
}

void futex_wake(const uint32_t *word)
{
	linux_call3(__NR_futex, word, FUTEX_WAKE, 1);
}

void link_lock(uint32_t number)
{
	uint32_t *lock = &locks[number % LOCKS], seen = FREE;
	if (__atomic_compare_exchange_n(lock, &seen, TAKEN, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(lock, CONTENDED, __ATOMIC_ACQUIRE) != FREE)
		futex_wait(lock, CONTENDED, NULL, 0);
}

void link_unlock(uint32_t number)
{
	uint32_t *lock = &locks[number % LOCKS];
	if (__atomic_exchange_n(lock, FREE, __ATOMIC_RELEASE) == CONTENDED)
		futex_wake(lock);
}

void port_park(uint32_t thread)
{
	while (!__atomic_exchange_n(&tokens[thread], 0, __ATOMIC_ACQUIRE))
		futex_wait(&tokens[thread], 0, NULL, 0);
}

void port_unpark(uint32_t thread)
{
	if (!__atomic_exchange_n(&tokens[thread], 1, __ATOMIC_RELEASE))
		futex_wake(&tokens[thread]);
}
