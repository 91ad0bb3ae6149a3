/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Threads and entrypoints: made, used at once, ended, killed; accounts are what they were. */

#include "work.h"
#include <tenon/feature.h>

enum { MANY = 20, CLIENTS = 8, STRESS = 6 };

static struct tn_thread *threads[64];

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

static struct tn_accounts accounts(struct tn_env *env)
{
	struct tn_accounts now = { 0, 0, 0, 0 };
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &now), TN_OK);
	return now;
}

static void expect_same(struct tn_env *env, struct tn_accounts before)
{
	struct tn_accounts after = accounts(env);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

static uint32_t ran;

static void run(void *argument)
{
	(void)argument;
	__atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
}

static void create_and_join(struct tn_env *env)
{
	start(1, run, NULL);
	join(1);
	struct tn_accounts before = accounts(env);
	ran = 0;
	for (unsigned i = 0; i < 100; i++) {
		start(1, run, NULL);
		join(1);
	}
	TN_EXPECT_EQUAL(ran, 100);
	expect_same(env, before);
}

static struct tn_semaphore arrived, gate;
static uint32_t seen[64];

static void note_and_wait(void *argument)
{
	(void)argument;
	seen[tn_thread_self() % 64]++;
	tn_semaphore_up(&arrived);
	tn_semaphore_down(&gate);
}

static void twenty_at_once(struct tn_env *env)
{
	struct tn_accounts before = accounts(env);
	__builtin_memset(seen, 0, sizeof(seen));
	start(MANY, note_and_wait, NULL);
	for (unsigned i = 0; i < MANY; i++)
		tn_semaphore_down(&arrived);
	TN_EXPECT(accounts(env).ram_used > before.ram_used + (uint64_t)MANY * 65536);
	for (unsigned i = 0; i < MANY; i++)
		tn_semaphore_up(&gate);
	join(MANY);
	TN_EXPECT_EQUAL(seen[0], 0);
	for (unsigned i = 1; i <= MANY; i++)
		TN_EXPECT_EQUAL(seen[i], 1);
	TN_EXPECT_EQUAL(tn_thread_self(), 0);
}

static tn_error join_self;
static bool named;

static void look_at_self(void *argument)
{
	struct tn_thread **thread = argument;
	const char *name = tn_thread_self_name();
	join_self = tn_thread_join(*thread);
	named = name[0] == 'w' && name[6] == 0;
}

static void bad_arguments(struct tn_env *env)
{
	struct tn_accounts before = accounts(env);
	struct tn_thread *thread;
	TN_EXPECT_ERROR(tn_thread_create("x", TN_PRIORITY_MAX + 1, 0, run, NULL, &thread),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_thread_create("x", 1, TN_STACK_MAX + 1, run, NULL, &thread),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_thread_create("x", 1, SIZE_MAX, run, NULL, &thread), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_entrypoint_destroy(tn_env_entrypoint(env)), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_cpu_thread_end(tn_env_cpu(env), tn_env_pd(env), 0), TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_cpu_thread_end(tn_env_cpu(env), tn_env_pd(env), 77), TN_ERR_NOT_FOUND);
	start(1, look_at_self, &threads[0]);
	join(1);
	TN_EXPECT_ERROR(join_self, TN_ERR_DEADLOCK);
	TN_EXPECT(named);
	expect_same(env, before);
}

/* With the largest stacks, so that RAM ends before numbers do. */
static unsigned exhaust(void)
{
	unsigned count = 0;
	tn_error error = TN_OK;
	while (count < 64) {
		error = tn_thread_create("big", 1, TN_STACK_MAX, note_and_wait, NULL,
					 &threads[count]);
		if (error != TN_OK)
			break;
		count++;
	}
	TN_EXPECT_ERROR(error, TN_ERR_OUT_OF_RAM);
	for (unsigned i = 0; i < count; i++)
		tn_semaphore_up(&gate);
	join(count);
	while (arrived.count)
		tn_semaphore_down(&arrived);
	return count;
}

static void until_ram_ends(struct tn_env *env)
{
	unsigned first = exhaust();
	struct tn_accounts before = accounts(env);
	TN_EXPECT(first > 5);
	TN_EXPECT_EQUAL(exhaust(), first);
	expect_same(env, before);
}

static void priority_and_time(struct tn_env *env)
{
	uint64_t ns = 0;
	tn_cpu_cap cpu = tn_env_cpu(env);
	start(1, note_and_wait, NULL);
	tn_semaphore_down(&arrived);
	TN_EXPECT_ERROR(tn_cpu_thread_priority(cpu, tn_env_pd(env), 1, 3), TN_OK);
	TN_EXPECT_ERROR(tn_cpu_thread_priority(cpu, tn_env_pd(env), 1, TN_PRIORITY_MAX + 1),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_cpu_thread_time(cpu, tn_env_pd(env), 1, &ns), TN_OK);
	TN_EXPECT(tn_feature(TN_FEATURE_CPU_TIME, NULL) == (ns > 0));
	TN_EXPECT_ERROR(tn_cpu_thread_start(cpu, tn_env_pd(env), 1, 0, 0, 0), TN_ERR_BUSY);
	tn_semaphore_up(&gate);
	join(1);
}

/* -- entrypoints -- */

static struct worker one, two;

static void hold_one(void *argument)
{
	tn_error *result = argument;
	*result = work_hold(one.cap);
}

static void expect_echo(work_cap cap, uint64_t value)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(work_echo(cap, value, &back), TN_OK);
	TN_EXPECT_EQUAL(back, value);
}

static void served_at_once(struct tn_env *env)
{
	tn_error result = TN_ERR_AGAIN;
	(void)env;
	worker_start(&one, "one");
	worker_start(&two, "two");
	start(1, hold_one, &result);
	tn_semaphore_down(&one.held);
	for (uint64_t i = 0; i < 50; i++)
		expect_echo(two.cap, i);
	tn_semaphore_up(&one.let_go);
	join(1);
	TN_EXPECT_ERROR(result, TN_OK);
	worker_end(&one);
	worker_end(&two);
}

static void from_one_to_the_other(struct tn_env *env)
{
	uint64_t back = 0;
	struct tn_accounts before = accounts(env);
	worker_start(&one, "one");
	worker_start(&two, "two");
	one.friend_cap = two.cap;
	TN_EXPECT_ERROR(work_forward(one.cap, 5, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 5);
	worker_end(&one);
	worker_end(&two);
	expect_same(env, before);
}

static void own_is_a_deadlock(struct tn_env *env)
{
	static struct worker own;
	uint64_t back;
	worker_start(&one, "one");
	one.friend_cap = one.cap;
	TN_EXPECT_ERROR(work_forward(one.cap, 5, &back), TN_ERR_DEADLOCK);
	worker_serve(&own, tn_env_entrypoint(env));
	TN_EXPECT_ERROR(work_echo(own.cap, 5, &back), TN_ERR_DEADLOCK);
	tn_object_destroy(&own.object);
	worker_end(&one);
}

static void ends_while_called(struct tn_env *env)
{
	(void)env;
	worker_start(&one, "one");
	tn_actor_put("target", one.cap.handle);
	tn_actor_start("caller");
	tn_actor_await("calling");
	worker_end(&one);
	struct tn_child_end end = tn_actor_end("caller");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, TN_ERR_GONE);
}

static uint32_t is_let;
static tn_error hold_result;

static void call_hold(void *argument)
{
	(void)argument;
	hold_result = work_hold(one.cap); /* it is destroyed meanwhile */
}

/* Much later than who destroys the object meanwhile has told core. */
static void let_go_late(void *env)
{
	for (unsigned i = 0; i < 500; i++)
		(void)accounts(env);
	__atomic_store_n(&is_let, 1, __ATOMIC_SEQ_CST);
	tn_semaphore_up(&one.let_go);
}

static void destroyed_while_served(struct tn_env *env)
{
	worker_start(&one, "one");
	start(1, call_hold, NULL);
	tn_semaphore_down(&one.held);
	TN_MUST(tn_thread_create("late", TN_PRIORITY_DEFAULT, 0, let_go_late, env, &threads[1]));
	tn_object_destroy(&one.object);
	TN_EXPECT_EQUAL(__atomic_load_n(&is_let, __ATOMIC_SEQ_CST), 1);
	join(2);
	TN_EXPECT_ERROR(hold_result, TN_ERR_GONE);
	worker_end(&one);
}

static void killed_in_calls(struct tn_env *env)
{
	(void)env;
	worker_start(&one, "one");
	tn_actor_put("held", one.cap.handle);
	tn_actor_start("crowd");
	tn_actor_await("crowded");
	tn_semaphore_down(&one.held);
	tn_actor_kill("crowd");
	tn_semaphore_up(&one.let_go);
	expect_echo(one.cap, 9);
	worker_end(&one);
}

/* -- capabilities of many threads -- */

static work_cap swapper;
static uint32_t wrong;

/* Whose object it is shows whether it is the right one. */
static void swap_own(void *argument)
{
	struct worker own = { .held = { .count = 0 } };
	struct tn_env *env = argument;
	worker_serve(&own, tn_env_entrypoint(env));
	for (unsigned i = 0; i < 40; i++) {
		tn_any_cap in = { own.cap.handle }, out = { 0 };
		if (work_swap(swapper, in, &out) != TN_OK || out.handle != in.handle)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		tn_cap_release(out.handle);
	}
	tn_object_destroy(&own.object);
}

static void right_capabilities(struct tn_env *env)
{
	wrong = 0;
	tn_actor_start("swapper");
	swapper.handle = tn_actor_get("swapper");
	start(CLIENTS, swap_own, env);
	join(CLIENTS);
	struct tn_accounts before = accounts(env);
	start(CLIENTS, swap_own, env);
	join(CLIENTS);
	TN_EXPECT_EQUAL(wrong, 0);
	expect_same(env, before);
	tn_actor_kill("swapper");
	tn_cap_release(swapper.handle);
}

static bool use_heap(unsigned round)
{
	size_t size = (size_t)1 << (round % 14);
	unsigned char *memory = tn_heap_alloc(size);
	unsigned char mark = (unsigned char)tn_thread_self();
	bool right = memory;
	for (size_t i = 0; memory && i < size; i += 64)
		memory[i] = mark;
	for (size_t i = 0; memory && i < size; i += 64)
		right = right && memory[i] == mark;
	tn_heap_free(memory);
	return right;
}

static bool use_dataspace(void)
{
	tn_dataspace_cap dataspace;
	void *at = NULL;
	if (tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace) != TN_OK)
		return false;
	bool right = tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at) == TN_OK;
	if (right) {
		*(volatile uint32_t *)at = tn_thread_self();
		right = *(volatile uint32_t *)at == tn_thread_self() && tn_detach(at) == TN_OK;
	}
	tn_dataspace_free(dataspace);
	return right;
}

static void use_all(void *argument)
{
	(void)argument;
	for (unsigned round = 0; round < 60; round++)
		if (!use_heap(round) || !use_dataspace())
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void heap_and_memory(struct tn_env *env)
{
	(void)env;
	wrong = 0;
	start(STRESS, use_all, NULL);
	join(STRESS);
	TN_EXPECT_EQUAL(wrong, 0);
}

/* -- signals, sessions -- */

static struct tn_signal awaited;

static void await_signal(void *argument)
{
	(void)argument;
	TN_MUST(tn_signal_create(tn_thread_self_entrypoint(), &awaited));
	tn_semaphore_up(&arrived);
	tn_signal_wait(&awaited);
	tn_semaphore_up(&arrived);
}

static void waits_for_a_signal(struct tn_env *env)
{
	struct tn_accounts before = accounts(env);
	start(1, await_signal, NULL);
	tn_semaphore_down(&arrived);
	TN_EXPECT_ERROR(tn_signal_submit(awaited.cap), TN_OK);
	tn_semaphore_down(&arrived);
	join(1);
	expect_same(env, before);
}

static void open_log(void *argument)
{
	tn_error *result = argument;
	struct tn_session session;
	*result = tn_session_open("LOG", "second", (struct tn_quota){ 0, 0 }, &tn_log_interface,
				  &session);
	if (*result == TN_OK)
		tn_session_close(&session);
}

static void opens_a_session(struct tn_env *env)
{
	tn_error result = TN_ERR_AGAIN;
	(void)env;
	start(1, open_log, &result);
	join(1);
	TN_EXPECT_ERROR(result, TN_OK);
}

/* -- faults -- */

static void fault_of_a_second(struct tn_env *env)
{
	(void)env;
	tn_actor_start("faulty");
	struct tn_child_end end = tn_actor_end("faulty");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_WRITE);
	TN_EXPECT_EQUAL(end.fault.address, NOWHERE);
}

/* Of the first thread, of others with stacks of all sizes, of an entrypoint; by large frames. */
static void overflow_of_each(struct tn_env *env)
{
	char name[TN_TEST_NAME_MAX + 1];
	(void)env;
	for (unsigned i = 0; i < OVERFLOWS; i++) {
		tn_format(name, sizeof(name), "overflow.%u", i);
		tn_actor_start(name);
		struct tn_child_end end = tn_actor_end(name);
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
		TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_STACK);
	}
}

static void ends_with_threads(struct tn_env *env)
{
	struct tn_accounts before = tn_actor_accounts("test");
	(void)env;
	for (unsigned i = 0; i < 5; i++) {
		tn_actor_start("unjoined");
		struct tn_child_end end = tn_actor_end("unjoined");
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
		TN_EXPECT_EQUAL(end.value, 3);
		if (i == 0)
			before = tn_actor_accounts("test");
	}
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "create-and-join", create_and_join },
		{ "twenty-at-once", twenty_at_once },
		{ "bad-arguments", bad_arguments },
		{ "until-ram-ends", until_ram_ends },
		{ "priority-and-time", priority_and_time },
		{ "served-at-once", served_at_once },
		{ "from-one-entrypoint-to-the-other", from_one_to_the_other },
		{ "own-is-a-deadlock", own_is_a_deadlock },
		{ "ends-while-called", ends_while_called },
		{ "destroyed-while-served", destroyed_while_served },
		{ "killed-in-calls", killed_in_calls },
		{ "right-capabilities", right_capabilities },
		{ "heap-and-memory", heap_and_memory },
		{ "waits-for-a-signal", waits_for_a_signal },
		{ "opens-a-session", opens_a_session },
		{ "fault-of-a-second", fault_of_a_second },
		{ "overflow-of-each", overflow_of_each },
		{ "ends-with-threads", ends_with_threads },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "swapper", play_swapper },
		{ "caller", play_caller },
		{ "crowd", play_crowd },
		{ "faulty", play_faulty },
		{ "overflow", play_overflow },
		{ "unjoined", play_unjoined },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-thread", cases, roles);
}
