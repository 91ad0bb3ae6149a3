/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Waiting is a bit in a set, sleeping is the port's token of a thread.
 *
 * No wake-up is lost: who waits sets its bit, then tries; who lets go changes the state, then looks
 * for bits. All sequentially consistent, so at least one of them sees the other. A waker takes
 * the bit away together with the duty to unpark; so two wakes never go to one thread while
 * another one sleeps on. Whoever has succeeded and finds its bit taken has got a wake that it did
 * not need, and hands it on. Bits are set again before each try. A token that comes late wakes
 * somebody for nothing, who tries again: every sleep here is in a loop.
 */
#include <runtime/runtime.h>

enum { FREE, TAKEN, AWAITED, WORDS = TN_THREADS_MAX / 64 };

_Static_assert(TN_THREADS_MAX == LAYOUT_THREADS_MAX, "a bit for each thread");

static void announce(struct tn_waiters *waiters)
{
	uint32_t self = thread_index();
	__atomic_fetch_or(&waiters->bits[self / 64], 1ull << self % 64, __ATOMIC_SEQ_CST);
}

static bool take(struct tn_waiters *waiters, uint32_t thread)
{
	uint64_t bit = 1ull << thread % 64;
	return __atomic_fetch_and(&waiters->bits[thread / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

static bool is_waiting(const struct tn_waiters *waiters)
{
	uint32_t self = thread_index();
	return __atomic_load_n(&waiters->bits[self / 64], __ATOMIC_SEQ_CST) >> self % 64 & 1;
}

/* Of a word of the set, without the bits below `from`. */
static bool wake_in(struct tn_waiters *waiters, uint32_t word, uint32_t from)
{
	uint64_t bits;
	while ((bits = __atomic_load_n(&waiters->bits[word], __ATOMIC_SEQ_CST) >> from << from)) {
		uint32_t thread = 64 * word + (uint32_t)__builtin_ctzll(bits);
		if (!take(waiters, thread))
			continue;
		__atomic_store_n(&waiters->next, (thread + 1) % TN_THREADS_MAX, __ATOMIC_RELAXED);
		port_unpark(thread);
		return true;
	}
	return false;
}

/* Goes round, so that nobody is passed over for ever. Out of line, as what follows is rare. */
static __attribute__((noinline)) bool wake_one(struct tn_waiters *waiters)
{
	uint32_t next = __atomic_load_n(&waiters->next, __ATOMIC_RELAXED) % TN_THREADS_MAX;
	if (wake_in(waiters, next / 64, next % 64))
		return true;
	for (uint32_t i = 1; i <= WORDS; i++)
		if (wake_in(waiters, (next / 64 + i) % WORDS, 0))
			return true;
	return false;
}

static __attribute__((noinline)) void wait_until(struct tn_waiters *waiters,
						 bool (*try)(void *object), void *object)
{
	for (;;) {
		announce(waiters);
		if (try(object))
			break;
		port_park(thread_index());
	}
	if (!take(waiters, thread_index()))
		wake_one(waiters);
}

ABI bool tn_mutex_trylock(struct tn_mutex *mutex)
{
	uint32_t seen = FREE;
	return __atomic_compare_exchange_n(&mutex->state, &seen, TAKEN, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

/* Says that somebody may wait, also after it has got it: others may. */
static bool take_awaited(void *object)
{
	struct tn_mutex *mutex = object;
	return __atomic_exchange_n(&mutex->state, AWAITED, __ATOMIC_SEQ_CST) == FREE;
}

ABI void tn_mutex_lock(struct tn_mutex *mutex)
{
	if (!tn_mutex_trylock(mutex))
		wait_until(&mutex->waiters, take_awaited, mutex);
}

ABI void tn_mutex_unlock(struct tn_mutex *mutex)
{
	if (__atomic_exchange_n(&mutex->state, FREE, __ATOMIC_SEQ_CST) == AWAITED)
		wake_one(&mutex->waiters);
}

static bool decrement(void *object)
{
	struct tn_semaphore *semaphore = object;
	uint32_t count = __atomic_load_n(&semaphore->count, __ATOMIC_SEQ_CST);
	while (count)
		if (__atomic_compare_exchange_n(&semaphore->count, &count, count - 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

ABI void tn_semaphore_up(struct tn_semaphore *semaphore)
{
	__atomic_fetch_add(&semaphore->count, 1, __ATOMIC_SEQ_CST);
	wake_one(&semaphore->waiters);
}

ABI void tn_semaphore_down(struct tn_semaphore *semaphore)
{
	if (!decrement(semaphore))
		wait_until(&semaphore->waiters, decrement, semaphore);
}

/* Only who is told takes the bit away. */
ABI void tn_condition_wait(struct tn_condition *condition, struct tn_mutex *mutex)
{
	announce(&condition->waiters);
	tn_mutex_unlock(mutex);
	while (is_waiting(&condition->waiters))
		port_park(thread_index());
	tn_mutex_lock(mutex);
}

ABI void tn_condition_signal(struct tn_condition *condition)
{
	wake_one(&condition->waiters);
}

ABI void tn_condition_broadcast(struct tn_condition *condition)
{
	while (wake_one(&condition->waiters))
		;
}
