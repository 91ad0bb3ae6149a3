/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sleeping and waking. */
#include "local.h"

enum { BUCKETS = 64, FREE = 0, TAKEN = 1, CONTENDED = 2 };

/*
 * How often to look: long enough for the other side to wake up from a sleep on an idle CPU, some 50
 * microseconds with a pause of 140 cycles (Skylake and later), so that both sides can come to meet.
 */
enum { SPIN_LIMIT = 1024, REST_LEAST = 1, REST_MOST = 4096 };

/* One token a thread. */
static uint32_t tokens[LAYOUT_THREADS_MAX];

/*
 * Which thread has locked which channel. Exactly that channel, whatever else is in the bucket: a
 * thread may hold one while the thread that serves it, of the same component, calls through
 * another. A bucket's own lock is held for a few instructions.
 */
static struct bucket {
	uint32_t lock;
	uint32_t first;   /* thread + 1; linux_thread.next goes on */
	uint32_t changes; /* futex word: counts releases that somebody waited for */
	bool awaited;
} buckets[BUCKETS];

void futex_wait(const uint32_t *a, uint32_t value_a, const uint32_t *b, uint32_t value_b)
{
	struct futex_waitv words[2] = {
		{ .val = value_a, .uaddr = (uint64_t)a, .flags = FUTEX_32 },
		{ .val = value_b, .uaddr = (uint64_t)b, .flags = FUTEX_32 },
	};
	linux_call5(__NR_futex_waitv, words, b ? 2 : 1, 0, 0, 0);
}

void futex_wake(const uint32_t *word, uint32_t count)
{
	linux_call3(__NR_futex, word, FUTEX_WAKE, count);
}

static void lock(uint32_t *word)
{
	uint32_t seen = FREE;
	if (__atomic_compare_exchange_n(word, &seen, TAKEN, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(word, CONTENDED, __ATOMIC_ACQUIRE) != FREE)
		futex_wait(word, CONTENDED, NULL, 0);
}

static void unlock(uint32_t *word)
{
	if (__atomic_exchange_n(word, FREE, __ATOMIC_RELEASE) == CONTENDED)
		futex_wake(word, 1);
}

static bool held(const struct bucket *bucket, uint32_t number)
{
	for (uint32_t i = bucket->first; i; i = linux_thread(i - 1)->next)
		if (linux_thread(i - 1)->link == number)
			return true;
	return false;
}

/* Most components have one thread, which has nobody to keep out. It makes the second one, so it
 * holds no channel then. */
static bool several_threads;

void link_locks_needed(void)
{
	several_threads = true;
}

void link_lock(uint32_t number)
{
	if (!several_threads)
		return;
	struct bucket *bucket = &buckets[number % BUCKETS];
	struct linux_thread *self = this_thread();
	lock(&bucket->lock);
	while (held(bucket, number)) {
		uint32_t changes = bucket->changes;
		bucket->awaited = true;
		unlock(&bucket->lock);
		futex_wait(&bucket->changes, changes, NULL, 0);
		lock(&bucket->lock);
	}
	self->link = number;
	self->next = bucket->first;
	bucket->first = current_thread() + 1;
	unlock(&bucket->lock);
}

void link_unlock(uint32_t number)
{
	if (!several_threads)
		return;
	struct bucket *bucket = &buckets[number % BUCKETS];
	uint32_t *at = &bucket->first;
	lock(&bucket->lock);
	while (*at != current_thread() + 1)
		at = &linux_thread(*at - 1)->next;
	*at = this_thread()->next;
	bool awaited = bucket->awaited;
	bucket->awaited = false;
	bucket->changes += awaited;
	unlock(&bucket->lock);
	if (awaited)
		futex_wake(&bucket->changes, INT32_MAX);
}

void port_park(uint32_t thread)
{
	while (!__atomic_exchange_n(&tokens[thread], 0, __ATOMIC_ACQUIRE))
		futex_wait(&tokens[thread], 0, NULL, 0);
}

void port_unpark(uint32_t thread)
{
	if (!__atomic_exchange_n(&tokens[thread], 1, __ATOMIC_RELEASE))
		futex_wake(&tokens[thread], 1);
}

static bool has_several_cpus(void)
{
	const char *page = (const char *)thread_page(current_thread());
	return *(const volatile uint32_t *)(const void *)(page + LINUX_SEVERAL_CPUS_OFFSET);
}

uint32_t spin_begin(struct spin *spin)
{
	if (!spin->rest)
		return has_several_cpus() ? SPIN_LIMIT : 0;
	spin->rest--;
	return 0;
}

void spin_end(struct spin *spin, bool paid)
{
	if (paid)
		spin->bored = 0;
	else if (!spin->bored)
		spin->bored = REST_LEAST;
	else if (spin->bored < REST_MOST)
		spin->bored *= 2;
	spin->rest = spin->bored;
}
