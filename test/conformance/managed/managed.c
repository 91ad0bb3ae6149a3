/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Managed dataspaces, as clients of a pager see them. */
#include "crowd.h"
#include "pager.h"
#include <tenon/text.h>
#include <tenon/thread.h>
#include <tenon/trace.h>

static pager_cap pager;
static struct tn_session rm_session;
static tn_rm_cap rm;

static void start(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	(void)env;
	tn_actor_start_with("pager", "", "", 24u << 20, 600);
	pager.handle = tn_actor_get("pager");
	TN_REQUIRE_OK(tn_session_open("RM", "", none, &tn_rm_interface, &rm_session));
	rm.handle = rm_session.cap;
}

static uint32_t create(uint64_t size, enum pager_mode mode, tn_dataspace_cap *dataspace)
{
	uint32_t map = 0;
	TN_EXPECT_ERROR(pager_create(pager, size, &map, dataspace), TN_OK);
	TN_EXPECT_ERROR(pager_mode(pager, map, mode), TN_OK);
	return map;
}

static volatile uint32_t *attach(tn_dataspace_cap dataspace, size_t offset, size_t size,
				 uint32_t rights)
{
	void *at = NULL;
	TN_EXPECT_ERROR(tn_attach(dataspace, offset, size, rights, &at), TN_OK);
	return at;
}

static void detach(volatile uint32_t *at)
{
	TN_EXPECT_ERROR(tn_detach((const void *)(uintptr_t)at), TN_OK);
}

static uint32_t fault_count(uint32_t map)
{
	struct tn_region_fault last;
	uint32_t count = 0;
	TN_EXPECT_ERROR(pager_faults(pager, map, &count, &last), TN_OK);
	return count;
}

static struct tn_region_fault last_fault(uint32_t map)
{
	struct tn_region_fault last = { 0 };
	uint32_t count;
	TN_EXPECT_ERROR(pager_faults(pager, map, &count, &last), TN_OK);
	return last;
}

enum { WORDS = PAGE / 4 };

static void end(uint32_t map, tn_dataspace_cap dataspace)
{
	TN_EXPECT_ERROR(pager_destroy(pager, map), TN_OK);
	tn_cap_release(dataspace.handle);
}

/* -- what a fault is -- */

static void resolved(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t word = 0, map = create(16 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	TN_REQUIRE_OK(pager_poke(pager, map, 5 * PAGE + 8, 77));
	TN_EXPECT_EQUAL(fault_count(map), 0);
	TN_EXPECT_EQUAL(at[5 * WORDS + 2], 77);
	TN_EXPECT_EQUAL(fault_count(map), 1);
	TN_EXPECT_EQUAL(last_fault(map).offset, 5 * PAGE);
	TN_EXPECT_EQUAL(last_fault(map).access, READ);
	at[5 * WORDS] = 78;
	TN_EXPECT_EQUAL(fault_count(map), 1);
	at[15 * WORDS + 1023] = 79;
	TN_EXPECT_EQUAL(fault_count(map), 2);
	TN_EXPECT_EQUAL(last_fault(map).offset, 15 * PAGE);
	TN_EXPECT_EQUAL(last_fault(map).access, WRITE);
	TN_REQUIRE_OK(pager_peek(pager, map, 15 * PAGE + 4092, &word));
	TN_EXPECT_EQUAL(word, 79);
	detach(at);
	end(map, dataspace);
}

/* One page by two places of one component: one fault. */
static void several_places(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(8 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *whole = attach(dataspace, 0, 0, READ | WRITE);
	volatile uint32_t *part = attach(dataspace, 3 * PAGE, 2 * PAGE, READ);
	(void)env;
	TN_REQUIRE(whole && part);
	whole[4 * WORDS] = 5;
	TN_EXPECT_EQUAL(part[WORDS], 5);
	TN_EXPECT_EQUAL(part[0], 0);
	TN_EXPECT_EQUAL(fault_count(map), 2);
	detach(part);
	TN_EXPECT_EQUAL(whole[4 * WORDS], 5);
	detach(whole);
	end(map, dataspace);
}

/* Another component: reads the first word of the third page, writes the fourth one. */
static void play_peer(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("shared") };
	void *address = NULL;
	(void)env;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	at[3 * WORDS] = at[2 * WORDS] + 1;
	tn_exit(0);
}

static void several_components(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(8 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	at[2 * WORDS] = 41;
	tn_actor_put("shared", dataspace.handle);
	tn_actor_start("peer");
	TN_EXPECT_EQUAL(tn_actor_end("peer").cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(at[3 * WORDS], 42);
	TN_EXPECT_EQUAL(fault_count(map), 2);
	detach(at);
	end(map, dataspace);
}

static void many_pages_at_once(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(1 << 20, PAGER_HOLDS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	TN_REQUIRE_OK(pager_fill(pager, map, 0, 1 << 20, READ | WRITE));
	for (unsigned i = 0; i < 256; i++)
		at[i * WORDS] = i;
	for (unsigned i = 0; i < 256; i++)
		TN_EXPECT_EQUAL(at[i * WORDS], i);
	TN_EXPECT_EQUAL(fault_count(map), 0);
	detach(at);
	end(map, dataspace);
}

/* -- rights -- */

static void copy_on_write(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t word = 0, map = create(4 * PAGE, PAGER_COPIES, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	TN_REQUIRE_OK(pager_poke(pager, map, PAGE, 10));
	TN_EXPECT_EQUAL(at[WORDS], 10);
	TN_EXPECT_EQUAL(last_fault(map).access, READ);
	at[WORDS] = 11;
	TN_EXPECT_EQUAL(last_fault(map).access, WRITE);
	TN_EXPECT_EQUAL(fault_count(map), 2);
	TN_EXPECT_EQUAL(at[WORDS], 11);
	TN_REQUIRE_OK(pager_peek(pager, map, PAGE, &word));
	TN_EXPECT_EQUAL(word, 10);
	detach(at);
	end(map, dataspace);
}

/* What the client's own attachment forbids is the client's own fault. */
static void play_writer(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("read-only") };
	void *address = NULL;
	(void)env;
	TN_MUST(tn_attach(dataspace, 0, 0, READ, &address));
	*(volatile uint32_t *)address = 1;
	tn_exit(0);
}

static void own_rights(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(PAGE, PAGER_FILLS, &dataspace);
	(void)env;
	tn_actor_put("read-only", dataspace.handle);
	tn_actor_start("writer");
	struct tn_child_end ended = tn_actor_end("writer");
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(ended.fault.kind, TN_FAULT_WRITE);
	TN_EXPECT_EQUAL(fault_count(map), 0);
	end(map, dataspace);
}

static void write_and_execute(struct tn_env *env)
{
	tn_region_map_cap map = { 0 };
	tn_dataspace_cap dataspace = { 0 };
	void *at = NULL;
	uint64_t where, size;
	(void)env;
	TN_REQUIRE_OK(tn_rm_create(rm, PAGE, &map, &dataspace));
	TN_EXPECT_ERROR(tn_attach(dataspace, 0, 0, READ | WRITE | EXECUTE, &at), TN_ERR_DENIED);
	tn_dataspace_cap ram;
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &ram));
	TN_EXPECT_ERROR(tn_region_map_attach(map, ram, 0, 0, 0, READ | EXECUTE, &where, &size),
			TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_region_map_attach(map, ram, 0, 0, 0, WRITE, &where, &size),
			TN_ERR_ARGUMENT);
	tn_dataspace_free(ram);
	TN_EXPECT_ERROR(tn_rm_destroy(rm, map), TN_OK);
	tn_cap_release(map.handle);
	tn_cap_release(dataspace.handle);
}

/* Jumps to a page that is not there. */
static void play_jumper(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("code") };
	void *address = NULL;
	void (*function)(void);
	(void)env;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | EXECUTE, &address));
	memcpy(&function, &address, sizeof(function));
	function();
	tn_exit(0);
}

static void execute(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(PAGE, PAGER_HOLDS, &dataspace);
	(void)env;
	tn_actor_put("code", dataspace.handle);
	TN_REQUIRE_OK(pager_post_at(pager, map, 1, "jumped"));
	tn_actor_start("jumper");
	tn_actor_await("jumped");
	TN_EXPECT_EQUAL(last_fault(map).access, EXECUTE);
	TN_EXPECT_EQUAL(last_fault(map).offset, 0);
	tn_actor_kill("jumper");
	end(map, dataspace);
}

/* -- nesting -- */

static void nested(struct tn_env *env)
{
	enum { DEPTH = 8 };
	uint32_t maps[DEPTH + 1], word = 0;
	tn_dataspace_cap dataspaces[DEPTH + 1];
	(void)env;
	for (unsigned i = 0; i <= DEPTH; i++)
		maps[i] = create((i + 1) * PAGE, i ? PAGER_HOLDS : PAGER_FILLS, &dataspaces[i]);
	for (unsigned i = 1; i < DEPTH; i++)
		TN_EXPECT_ERROR(pager_nest(pager, maps[i], maps[i - 1], PAGE), TN_OK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[DEPTH], maps[DEPTH - 1], PAGE), TN_ERR_LIMIT);
	volatile uint32_t *at = attach(dataspaces[DEPTH - 1], 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	at[(DEPTH - 1) * WORDS] = 1234;
	TN_EXPECT_EQUAL(fault_count(maps[0]), 1);
	TN_EXPECT_EQUAL(last_fault(maps[0]).offset, 0);
	TN_EXPECT_EQUAL(fault_count(maps[DEPTH - 1]), 0);
	TN_REQUIRE_OK(pager_peek(pager, maps[0], 0, &word));
	TN_EXPECT_EQUAL(word, 1234);
	/* Taken away in the middle: whoever is there is asked. */
	TN_REQUIRE_OK(pager_evict(pager, maps[4], PAGE));
	TN_REQUIRE_OK(pager_mode(pager, maps[4], PAGER_FILLS));
	TN_REQUIRE_OK(pager_poke(pager, maps[4], 4 * PAGE, 4321));
	TN_EXPECT_EQUAL(at[(DEPTH - 1) * WORDS], 4321);
	TN_EXPECT_EQUAL(fault_count(maps[4]), 1);
	TN_EXPECT_EQUAL(last_fault(maps[4]).offset, 4 * PAGE);
	detach(at);
	for (unsigned i = 0; i <= DEPTH; i++)
		end(maps[i], dataspaces[i]);
}

static void no_loops(struct tn_env *env)
{
	uint32_t maps[3];
	tn_dataspace_cap dataspaces[3];
	(void)env;
	for (unsigned i = 0; i < 3; i++)
		maps[i] = create(4 * PAGE, PAGER_HOLDS, &dataspaces[i]);
	TN_EXPECT_ERROR(pager_nest(pager, maps[0], maps[0], 0), TN_ERR_DEADLOCK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[0], maps[1], 0), TN_OK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[1], maps[0], 0), TN_ERR_DEADLOCK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[1], maps[2], 0), TN_OK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[2], maps[0], 0), TN_ERR_DEADLOCK);
	TN_EXPECT_ERROR(pager_evict(pager, maps[0], 0), TN_OK);
	TN_EXPECT_ERROR(pager_nest(pager, maps[2], maps[0], 0), TN_OK);
	for (unsigned i = 0; i < 3; i++)
		end(maps[i], dataspaces[i]);
}

/* -- waiting -- */

struct toucher {
	volatile uint32_t *at;
	uint32_t seen;
	bool done;
	struct tn_thread *thread;
};

static void touch(void *argument)
{
	struct toucher *toucher = argument;
	toucher->seen = *toucher->at;
	__atomic_store_n(&toucher->done, true, __ATOMIC_RELEASE);
}

static bool is_done(struct toucher *toucher)
{
	return __atomic_load_n(&toucher->done, __ATOMIC_ACQUIRE);
}

static uint32_t waiting(struct tn_env *env)
{
	uint32_t threads = 0;
	TN_EXPECT_ERROR(tn_pd_waiting(tn_env_pd(env), &threads), TN_OK);
	return threads;
}

/* Answers come in another order than questions; who has none waits, alone. */
static void any_order(struct tn_env *env)
{
	enum { N = 5 };
	struct toucher touchers[N] = { 0 };
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(N * PAGE, PAGER_HOLDS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	for (uint32_t i = 0; i < N; i++) {
		TN_REQUIRE_OK(pager_poke(pager, map, i * PAGE, 100 + i));
		touchers[i].at = at + i * WORDS;
		TN_REQUIRE_OK(tn_thread_create("toucher", 16, 0, touch, &touchers[i],
					       &touchers[i].thread));
	}
	TN_REQUIRE_OK(pager_post_at(pager, map, N, "all wait"));
	tn_actor_await("all wait");
	TN_EXPECT_EQUAL(waiting(env), N);
	for (uint32_t k = 0; k < N; k++) {
		uint32_t i = (3 * k + 2) % N;
		TN_EXPECT(!is_done(&touchers[i]));
		TN_REQUIRE_OK(pager_fill(pager, map, i * PAGE, PAGE, READ));
		TN_REQUIRE_OK(tn_thread_join(touchers[i].thread));
		TN_EXPECT_EQUAL(touchers[i].seen, 100 + i);
		TN_EXPECT_EQUAL(waiting(env), N - 1 - k);
	}
	detach(at);
	end(map, dataspace);
}

/* One answer for all who wait there; threads have names of their own. */
static void one_answer_for_all(struct tn_env *env)
{
	enum { N = 4 };
	struct toucher touchers[N] = { 0 };
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(4 * PAGE, PAGER_HOLDS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ);
	TN_REQUIRE(at);
	for (uint32_t i = 0; i < N; i++) {
		touchers[i].at = at + i * WORDS;
		TN_REQUIRE_OK(tn_thread_create("toucher", 16, 0, touch, &touchers[i],
					       &touchers[i].thread));
	}
	TN_REQUIRE_OK(pager_post_at(pager, map, N, "all wait here"));
	tn_actor_await("all wait here");
	TN_REQUIRE_OK(pager_fill(pager, map, 0, 4 * PAGE, READ));
	for (uint32_t i = 0; i < N; i++)
		TN_REQUIRE_OK(tn_thread_join(touchers[i].thread));
	TN_EXPECT_EQUAL(waiting(env), 0);
	detach(at);
	end(map, dataspace);
}

/* Threads that wait, of whoever is called that, as TRACE sees it. */
static unsigned traced_waiting(const char *name)
{
	const struct tn_quota none = { 0, 0 };
	static struct tn_trace_subject subjects[TN_TRACE_PAGE];
	struct tn_session session;
	uint64_t cursor = 0;
	unsigned count = 0;
	TN_EXPECT_ERROR(tn_session_open("TRACE", "family", none, &tn_trace_interface, &session),
			TN_OK);
	do {
		size_t size = 0;
		tn_trace_cap trace = { session.cap };
		if (!TN_EXPECT_ERROR(tn_trace_read(trace, cursor, &cursor, subjects, &size), TN_OK))
			break;
		for (size_t i = 0; i < size / sizeof(subjects[0]); i++)
			if (tn_text_ends_with(subjects[i].label, name))
				count += subjects[i].waits;
	} while (cursor);
	tn_session_close(&session);
	return count;
}

/* Its parent sees that it waits, and ends it. */
static void play_stuck(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get(tn_env_name(env)) };
	void *address = NULL;
	TN_MUST(tn_attach(dataspace, 0, 0, READ, &address));
	volatile uint32_t word = *(volatile uint32_t *)address;
	(void)word;
	tn_exit(0);
}

static void killed_while_waiting(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(PAGE, PAGER_HOLDS, &dataspace);
	(void)env;
	tn_actor_put("stuck.1", dataspace.handle);
	TN_REQUIRE_OK(pager_post_at(pager, map, 1, "stuck"));
	tn_actor_start("stuck.1");
	tn_actor_await("stuck");
	TN_EXPECT(!tn_actor_has_ended("stuck.1"));
	TN_EXPECT_EQUAL(traced_waiting("-> stuck.1"), 1);
	TN_EXPECT_EQUAL(traced_waiting("-> pager"), 0);
	tn_actor_kill("stuck.1");
	TN_EXPECT_ERROR(pager_fill(pager, map, 0, PAGE, READ), TN_OK);
	end(map, dataspace);
}

/* Whoever waits for a pager that ends has a fault of its own. */
static void pager_ends(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	pager_cap other;
	uint32_t map = 0;
	(void)env;
	tn_actor_start_with("pager.2", "", "", 4u << 20, 300);
	other.handle = tn_actor_get("pager.2");
	TN_REQUIRE_OK(pager_create(other, 4 * PAGE, &map, &dataspace));
	tn_actor_put("stuck.2", dataspace.handle);
	TN_REQUIRE_OK(pager_post_at(other, map, 1, "stuck too"));
	tn_actor_start("stuck.2");
	tn_actor_await("stuck too");
	tn_actor_kill("pager.2");
	struct tn_child_end ended = tn_actor_end("stuck.2");
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(ended.fault.kind, TN_FAULT_READ);
	tn_cap_release(dataspace.handle);
	tn_cap_release(other.handle);
}

/* Destroyed while a thread waits. */
static void map_ends(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(PAGE, PAGER_HOLDS, &dataspace);
	(void)env;
	tn_actor_put("stuck.3", dataspace.handle);
	TN_REQUIRE_OK(pager_post_at(pager, map, 1, "stuck again"));
	tn_actor_start("stuck.3");
	tn_actor_await("stuck again");
	end(map, dataspace);
	TN_EXPECT_EQUAL(tn_actor_end("stuck.3").cause, TN_CHILD_FAULTED);
}

/* -- messages and copies -- */

/* Arguments and results lie in managed memory: the runtime's accesses fault, too. */
static void messages(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(8 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	unsigned char *in = (unsigned char *)(uintptr_t)at + PAGE - 1000;
	unsigned char *out = (unsigned char *)(uintptr_t)at + 5 * PAGE - 1000;
	size_t *length = (size_t *)((uintptr_t)at + 7 * PAGE);
	TN_REQUIRE_OK(pager_poke(pager, map, PAGE - 1000, 0x01020304));
	TN_REQUIRE_OK(pager_echo(pager, in, 2000, out, length));
	TN_EXPECT_EQUAL(*length, 2000);
	TN_EXPECT_EQUAL(out[0], 4);
	TN_EXPECT_EQUAL(fault_count(map), 5);
	TN_EXPECT(memcmp(in, out, 2000) == 0);
	detach(at);
	end(map, dataspace);
}

static void guarded_copy(struct tn_env *env)
{
	static uint32_t own[16];
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(4 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	void *there = (void *)(uintptr_t)at;
	TN_EXPECT_ERROR(tn_guarded_copy(own, there, sizeof(own)), TN_ERR_FAULT);
	TN_EXPECT_ERROR(tn_guarded_copy(there, own, sizeof(own)), TN_ERR_FAULT);
	TN_EXPECT_EQUAL(fault_count(map), 0);
	/* What is there and was only not touched yet is no fault. */
	TN_REQUIRE_OK(pager_fill(pager, map, 0, PAGE, READ | WRITE));
	TN_REQUIRE_OK(pager_poke(pager, map, 0, 9));
	TN_EXPECT_ERROR(tn_guarded_copy(own, there, sizeof(own)), TN_OK);
	TN_EXPECT_EQUAL(own[0], 9);
	TN_REQUIRE_OK(pager_evict(pager, map, 0));
	TN_EXPECT_ERROR(tn_guarded_copy(own, there, sizeof(own)), TN_ERR_FAULT);
	TN_REQUIRE_OK(pager_fill(pager, map, 0, PAGE, READ));
	TN_EXPECT_ERROR(tn_guarded_copy(there, own, sizeof(own)), TN_ERR_FAULT);
	TN_EXPECT_EQUAL(fault_count(map), 0);
	TN_EXPECT_ERROR(pager_destroy(pager, map), TN_OK);
	TN_EXPECT_ERROR(tn_guarded_copy(own, there, sizeof(own)), TN_ERR_FAULT);
	detach(at);
	tn_cap_release(dataspace.handle);
}

/* -- taking away -- */

static void evicted(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(8 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	for (uint32_t i = 0; i < 8; i++)
		at[i * WORDS] = i;
	TN_EXPECT_EQUAL(fault_count(map), 8);
	for (uint32_t round = 1; round <= 20; round++) {
		TN_REQUIRE_OK(pager_evict(pager, map, 3 * PAGE));
		TN_REQUIRE_OK(pager_poke(pager, map, 3 * PAGE, 1000 + round));
		TN_EXPECT_EQUAL(at[3 * WORDS], 1000 + round);
		TN_EXPECT_EQUAL(at[4 * WORDS], 4);
		TN_EXPECT_EQUAL(fault_count(map), 8 + round);
	}
	detach(at);
	end(map, dataspace);
}

/* The memory behind a piece goes: its creator is asked again. */
static void backing_destroyed(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(4 * PAGE, PAGER_FILLS, &dataspace);
	volatile uint32_t *at = attach(dataspace, 0, 0, READ | WRITE);
	(void)env;
	TN_REQUIRE(at);
	at[0] = at[WORDS] = 3;
	TN_EXPECT_EQUAL(fault_count(map), 2);
	TN_REQUIRE_OK(pager_free_backing(pager, map));
	TN_EXPECT_EQUAL(at[0], 0);
	TN_EXPECT_EQUAL(fault_count(map), 3);
	detach(at);
	end(map, dataspace);
}

/* A map that is gone is a hole, where nothing else appears. */
static void play_late(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("late") };
	void *address = NULL;
	(void)env;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	at[0] = 1;
	tn_actor_post("late has it");
	tn_actor_await("late goes on");
	at[0] = 2;
	tn_exit(0);
}

static void destroyed(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	uint32_t map = create(4 * PAGE, PAGER_FILLS, &dataspace);
	(void)env;
	tn_actor_put("late", dataspace.handle);
	tn_actor_start("late");
	tn_actor_await("late has it");
	end(map, dataspace);
	tn_actor_post("late goes on");
	struct tn_child_end ended = tn_actor_end("late");
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(ended.fault.kind, TN_FAULT_WRITE);
}

/* Many clients that all lose the page, again and again, while they write to it. */
static void play_scribbler(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("scribbled") };
	void *address = NULL;
	(void)env;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	tn_actor_post(tn_env_name(env));
	for (uint32_t i = 0;; i++)
		at[i % 4 * WORDS] = i;
}

static void taken_from_many(struct tn_env *env)
{
	enum { ROUNDS = 60 };
	static const char *const names[] = { "scribbler.1", "scribbler.2", "scribbler.3" };
	tn_dataspace_cap dataspace = { 0 };
	uint32_t word = 0, map = create(4 * PAGE, PAGER_FILLS, &dataspace);
	(void)env;
	tn_actor_put("scribbled", dataspace.handle);
	for (unsigned i = 0; i < 3; i++) {
		tn_actor_start(names[i]);
		tn_actor_await(names[i]);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t page = i % 4 * PAGE;
		TN_REQUIRE_OK(pager_mode(pager, map, PAGER_HOLDS));
		if (pager_evict(pager, map, page) == TN_OK) {
			/* Nobody has it now. */
			TN_REQUIRE_OK(pager_poke(pager, map, page, 0xdead0000 + i));
			TN_REQUIRE_OK(pager_peek(pager, map, page, &word));
			TN_EXPECT_EQUAL(word, 0xdead0000 + i);
			TN_EXPECT_ERROR(pager_fill(pager, map, page, PAGE, READ | WRITE), TN_OK);
		}
		TN_REQUIRE_OK(pager_mode(pager, map, PAGER_FILLS));
	}
	for (unsigned i = 0; i < 3; i++)
		tn_actor_kill(names[i]);
	end(map, dataspace);
}

/* -- oneself -- */

static struct own {
	tn_region_map_cap map;
	tn_dataspace_cap dataspace, backing;
	struct tn_signal signal;
	uint32_t faults;
} own;

static void own_fault(void *argument)
{
	struct tn_region_fault fault;
	uint64_t at, size;
	(void)argument;
	while (tn_region_map_fault_next(own.map, &fault) == TN_OK) {
		own.faults++;
		TN_EXPECT_ERROR(tn_region_map_attach(own.map, own.backing, fault.offset,
						     fault.offset, PAGE, READ | WRITE, &at, &size),
				TN_OK);
	}
}

/* Another thread of the component is its pager; also for what it logs. */
static void pages_itself(struct tn_env *env)
{
	struct tn_entrypoint *entrypoint;
	struct tn_accounts before = { 0 }, after = { 0 };
	(void)env;
	TN_REQUIRE_OK(tn_entrypoint_create("pager", 16, &entrypoint));
	TN_REQUIRE_OK(tn_rm_create(rm, 16 * PAGE, &own.map, &own.dataspace));
	TN_REQUIRE_OK(tn_dataspace_alloc(16 * PAGE, &own.backing));
	own.signal.handler = own_fault;
	TN_REQUIRE_OK(tn_signal_create(entrypoint, &own.signal));
	TN_REQUIRE_OK(tn_region_map_fault_signal(own.map, own.signal.cap));
	volatile uint32_t *at = attach(own.dataspace, 0, 0, READ | WRITE);
	TN_REQUIRE(at);
	for (uint32_t i = 0; i < 8; i++)
		at[i * WORDS] = i;
	TN_EXPECT_EQUAL(own.faults, 8);
	struct tn_accounts *there = (struct tn_accounts *)((uintptr_t)at + 9 * PAGE);
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &before));
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), there), TN_OK);
	tn_log_line((const char *)(uintptr_t)at + 10 * PAGE, 8);
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &after));
	TN_EXPECT_EQUAL(there->ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(own.faults, 10);
	detach(at);
	TN_EXPECT_ERROR(tn_rm_destroy(rm, own.map), TN_OK);
	tn_cap_release(own.map.handle);
	tn_cap_release(own.dataspace.handle);
	tn_dataspace_free(own.backing);
	TN_EXPECT_ERROR(tn_entrypoint_destroy(entrypoint), TN_OK);
}

/* -- the map itself -- */

static void only_by_its_creator(struct tn_env *env)
{
	tn_region_map_cap space = { 0 };
	struct tn_region_fault fault;
	struct tn_signal signal = { .handler = NULL };
	(void)env;
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signal));
	TN_REQUIRE_OK(tn_pd_address_space(tn_env_pd(env), &space));
	TN_EXPECT_ERROR(tn_rm_destroy(rm, space), TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_region_map_fault_next(space, &fault), TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_region_map_fault_signal(space, signal.cap), TN_ERR_DENIED);
	tn_cap_release(space.handle);
	tn_signal_destroy(&signal);
}

static void destroy_map(tn_region_map_cap map)
{
	tn_error error;
	do
		error = tn_rm_destroy(rm, map);
	while (error == TN_ERR_AGAIN);
	TN_EXPECT_ERROR(error, TN_OK);
	tn_cap_release(map.handle);
}

/* Shown by one that is on its way out: that counts no more. */
static void nested_in_one_that_ends(struct tn_env *env)
{
	enum { PIECES = 8000 };
	tn_region_map_cap outer = { 0 }, inner = { 0 }, innermost = { 0 };
	tn_dataspace_cap shown[3] = { 0 }, ram = { 0 };
	uint64_t at, size;
	(void)env;
	TN_REQUIRE_OK(tn_rm_create(rm, (PIECES + 1) * PAGE, &outer, &shown[0]));
	TN_REQUIRE_OK(tn_rm_create(rm, PAGE, &inner, &shown[1]));
	TN_REQUIRE_OK(tn_rm_create(rm, PAGE, &innermost, &shown[2]));
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &ram));
	for (uint64_t i = 0; i < PIECES; i++)
		TN_REQUIRE_OK(tn_region_map_attach(outer, ram, i * PAGE, 0, 0, READ, &at, &size));
	TN_REQUIRE_OK(tn_region_map_attach(outer, shown[1], PIECES * PAGE, 0, 0, READ, &at, &size));
	TN_EXPECT_ERROR(tn_rm_destroy(rm, outer), TN_ERR_AGAIN);
	TN_EXPECT_ERROR(tn_region_map_attach(inner, shown[2], 0, 0, 0, READ, &at, &size), TN_OK);
	destroy_map(outer);
	destroy_map(inner);
	destroy_map(innermost);
	for (unsigned i = 0; i < 3; i++)
		tn_cap_release(shown[i].handle);
	tn_dataspace_free(ram);
}

static void sizes(struct tn_env *env)
{
	tn_region_map_cap map = { 0 };
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size = 0;
	uint32_t rights = 0;
	(void)env;
	TN_EXPECT_ERROR(tn_rm_create(rm, 0, &map, &dataspace), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_rm_create(rm, UINT64_MAX, &map, &dataspace), TN_ERR_ARGUMENT);
	TN_REQUIRE_OK(tn_rm_create(rm, 3 * PAGE + 1, &map, &dataspace));
	TN_REQUIRE_OK(tn_dataspace_info(dataspace, &size, &rights));
	TN_EXPECT_EQUAL(size, 4 * PAGE);
	TN_EXPECT_EQUAL(rights, READ | WRITE | EXECUTE);
	TN_EXPECT_ERROR(tn_rm_destroy(rm, map), TN_OK);
	TN_EXPECT_ERROR(tn_dataspace_info(dataspace, &size, &rights), TN_ERR_GONE);
	tn_cap_release(map.handle);
	tn_cap_release(dataspace.handle);
}

static uint64_t used(struct tn_env *env)
{
	struct tn_accounts accounts = { 0 };
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &accounts), TN_OK);
	return accounts.ram_used + (accounts.caps_used << 40);
}

static void paid(struct tn_env *env)
{
	tn_region_map_cap map = { 0 };
	tn_dataspace_cap dataspace = { 0 }, ram = { 0 };
	uint64_t at = 0, size = 0, start_used = used(env);
	TN_REQUIRE_OK(tn_rm_create(rm, 64 * PAGE, &map, &dataspace));
	TN_EXPECT(used(env) > start_used);
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &ram));
	uint64_t with_map = used(env);
	for (uint64_t i = 0; i < 64; i++)
		TN_EXPECT_ERROR(tn_region_map_attach(map, ram, TN_ANYWHERE, 0, 0, READ, &at, &size),
				TN_OK);
	TN_EXPECT_EQUAL(at, 63 * PAGE);
	TN_EXPECT_EQUAL(used(env) - with_map, 64 * 512);
	TN_EXPECT_ERROR(tn_region_map_attach(map, ram, TN_ANYWHERE, 0, 0, READ, &at, &size),
			TN_ERR_LIMIT);
	TN_EXPECT_ERROR(tn_region_map_reserve(map, 0, PAGE, &at), TN_ERR_CONFLICT);
	TN_EXPECT_ERROR(tn_region_map_detach(map, 7 * PAGE + 5, &at, &size), TN_OK);
	TN_EXPECT_EQUAL(at, 7 * PAGE);
	TN_EXPECT_EQUAL(size, PAGE);
	TN_EXPECT_ERROR(tn_region_map_reserve(map, 7 * PAGE, PAGE, &at), TN_OK);
	TN_EXPECT_EQUAL(used(env) - with_map, 64 * 512);
	tn_dataspace_free(ram); /* its pieces go with it */
	TN_EXPECT_ERROR(tn_region_map_detach(map, 0, &at, &size), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_rm_destroy(rm, map), TN_OK);
	tn_cap_release(map.handle);
	tn_cap_release(dataspace.handle);
	TN_EXPECT_EQUAL(used(env), start_used);
}

/* What a component has made of maps and faults goes with it. */
static void all_comes_back(struct tn_env *env)
{
	struct tn_accounts before = { 0 }, after = { 0 };
	(void)env;
	tn_dataspace_cap dataspace = { 0 };
	for (unsigned i = 0; i < 3; i++) {
		uint32_t map = create(PAGE, PAGER_HOLDS, &dataspace);
		char name[] = "stuck.c0", event[] = "stuck c0";
		name[7] = event[7] = (char)('0' + i);
		tn_actor_put(name, dataspace.handle);
		TN_REQUIRE_OK(pager_post_at(pager, map, 1, event));
		tn_actor_start(name);
		tn_actor_await(event);
		tn_actor_kill(name);
		end(map, dataspace);
		after = tn_actor_accounts("pager");
		if (i)
			TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
		if (i)
			TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
		before = after;
	}
}

static void in_steps(struct tn_env *env)
{
	(void)env;
	taken_in_steps(rm);
}

static void freed_meanwhile(struct tn_env *env)
{
	(void)env;
	taken_and_freed(rm);
}

static void ended_meanwhile(struct tn_env *env)
{
	(void)env;
	taken_while_they_end(rm);
}

static void pieces_freed(struct tn_env *env)
{
	(void)env;
	many_pieces_freed(rm);
}

static void by_who_ends(struct tn_env *env)
{
	(void)env;
	taken_by_who_ends(rm);
}

static void finish(struct tn_env *env)
{
	struct tn_accounts before = tn_actor_accounts("test");
	(void)env;
	tn_cap_release(pager.handle);
	tn_actor_kill("pager");
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT(after.ram_used <= before.ram_used);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "resolved", resolved },
		{ "several-places", several_places },
		{ "several-components", several_components },
		{ "many-pages-at-once", many_pages_at_once },
		{ "copy-on-write", copy_on_write },
		{ "own-rights", own_rights },
		{ "write-and-execute", write_and_execute },
		{ "execute", execute },
		{ "nested", nested },
		{ "no-loops", no_loops },
		{ "any-order", any_order },
		{ "one-answer-for-all", one_answer_for_all },
		{ "killed-while-waiting", killed_while_waiting },
		{ "pager-ends", pager_ends },
		{ "map-ends", map_ends },
		{ "messages", messages },
		{ "guarded-copy", guarded_copy },
		{ "evicted", evicted },
		{ "backing-destroyed", backing_destroyed },
		{ "destroyed", destroyed },
		{ "taken-from-many", taken_from_many },
		{ "pages-itself", pages_itself },
		{ "only-by-its-creator", only_by_its_creator },
		{ "nested-in-one-that-ends", nested_in_one_that_ends },
		{ "sizes", sizes },
		{ "paid", paid },
		{ "all-comes-back", all_comes_back },
		{ "taken-in-steps", in_steps },
		{ "taken-and-freed", freed_meanwhile },
		{ "taken-while-they-end", ended_meanwhile },
		{ "many-pieces-freed", pieces_freed },
		{ "taken-by-who-ends", by_who_ends },
		{ "finish", finish },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "pager", play_pager },
		{ "peer", play_peer },
		{ "writer", play_writer },
		{ "jumper", play_jumper },
		{ "stuck", play_stuck },
		{ "late", play_late },
		{ "scribbler", play_scribbler },
		{ "crowd", play_crowd },
		{ "far", play_far },
		{ "nested", play_nested },
		{ "quitter", play_quitter },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-managed", cases, roles);
}
