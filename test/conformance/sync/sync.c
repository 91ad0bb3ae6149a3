/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Mutex, semaphore and condition, each under a load that shows a lost wake-up or a double entry. */

#include <tenon/test.h>
#include <tenon/thread.h>

enum { THREADS = 10, ROUNDS = 2000, PLACES = 4 };

static struct tn_thread *threads[THREADS];

static void start(unsigned count, void (*function)(void *argument), void *argument)
{
	for (unsigned i = 0; i < count; i++)
		TN_MUST(tn_thread_create("worker", TN_PRIORITY_DEFAULT, 0, function, argument,
					 &threads[i]));
}

static void join(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		TN_MUST(tn_thread_join(threads[i]));
}

static struct tn_mutex mutex;
static uint64_t counter;

/* Takes long enough that others come meanwhile. */
static void increment_slowly(void)
{
	uint64_t seen = counter;
	for (unsigned i = 0; i < 20; i++)
		__asm__ volatile("" : "+r"(seen));
	counter = seen + 1;
}

static void count_up(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < ROUNDS; i++) {
		tn_mutex_lock(&mutex);
		increment_slowly();
		tn_mutex_unlock(&mutex);
	}
}

static void mutex_excludes(struct tn_env *env)
{
	(void)env;
	counter = 0;
	start(THREADS, count_up, NULL);
	join(THREADS);
	TN_EXPECT_EQUAL(counter, THREADS * ROUNDS);
}

static bool was_free;

static void try_once(void *argument)
{
	(void)argument;
	was_free = tn_mutex_trylock(&mutex);
	if (was_free)
		tn_mutex_unlock(&mutex);
}

static void mutex_try(struct tn_env *env)
{
	(void)env;
	TN_EXPECT(tn_mutex_trylock(&mutex));
	start(1, try_once, NULL);
	join(1);
	TN_EXPECT(!was_free);
	tn_mutex_unlock(&mutex);
	start(1, try_once, NULL);
	join(1);
	TN_EXPECT(was_free);
}

/* -- half of them make what the other half uses up -- */

static struct tn_semaphore made, free_places;

static void make(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		tn_semaphore_down(&free_places);
		tn_semaphore_up(&made);
	}
}

static void use(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		tn_semaphore_down(&made);
		__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
		tn_semaphore_up(&free_places);
	}
}

static void odd_makes_even_uses(void *argument)
{
	if (tn_thread_self() % 2)
		make(argument);
	else
		use(argument);
}

static void semaphore_counts(struct tn_env *env)
{
	(void)env;
	counter = 0;
	for (unsigned i = 0; i < PLACES; i++)
		tn_semaphore_up(&free_places);
	start(THREADS, odd_makes_even_uses, NULL);
	join(THREADS);
	TN_EXPECT_EQUAL(counter, THREADS / 2 * (ROUNDS / 4));
	TN_EXPECT_EQUAL(made.count, 0);
	TN_EXPECT_EQUAL(free_places.count, PLACES);
}

/* -- a ring through all threads -- */

static struct tn_condition turned;
static uint32_t turn;

static void take_turns(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 50; i++) {
		tn_mutex_lock(&mutex);
		while (turn % THREADS != tn_thread_self() % THREADS)
			tn_condition_wait(&turned, &mutex);
		turn++;
		tn_condition_broadcast(&turned);
		tn_mutex_unlock(&mutex);
	}
}

static void condition_turns(struct tn_env *env)
{
	(void)env;
	turn = 0;
	start(THREADS, take_turns, NULL);
	join(THREADS);
	TN_EXPECT_EQUAL(turn, 50 * THREADS);
}

static uint32_t items, eaten;

static void eat(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 100; i++) {
		tn_mutex_lock(&mutex);
		while (!items)
			tn_condition_wait(&turned, &mutex);
		items--;
		eaten++;
		tn_mutex_unlock(&mutex);
	}
}

static void condition_signals(struct tn_env *env)
{
	(void)env;
	items = eaten = 0;
	start(THREADS, eat, NULL);
	for (unsigned i = 0; i < 100 * THREADS; i++) {
		tn_mutex_lock(&mutex);
		items++;
		tn_mutex_unlock(&mutex);
		tn_condition_signal(&turned);
	}
	join(THREADS);
	TN_EXPECT_EQUAL(eaten, 100 * THREADS);
	TN_EXPECT_EQUAL(items, 0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "mutex-excludes", mutex_excludes },       { "mutex-try", mutex_try },
		{ "semaphore-counts", semaphore_counts },   { "condition-turns", condition_turns },
		{ "condition-signals", condition_signals }, { NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-sync", cases, roles);
}
