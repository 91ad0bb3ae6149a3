/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Memory that goes while a peer reads it, and addresses that are nobody's, or the kernel's. */
#include <tenon/cpu.h>
#include <tenon/rm.h>
#include <tenon/thread.h>
#include "lists.h"

enum { SHARED = 8 * TN_PAGE_SIZE, ROUNDS = 300 };

/* -- under a peer -- */

static tn_dataspace_cap shown;

static void free_shown(void *argument)
{
	(void)argument;
	tn_dataspace_free(shown);
}

/* Another thread frees it meanwhile. */
static void free_what_is_read(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct tn_thread *thread;
		uint64_t copied;
		TN_MUST(tn_dataspace_alloc(SHARED, &shown));
		TN_MUST(tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, free_shown, NULL, &thread));
		(void)!victim_peek(victim, shown, &copied);
		(void)!tn_thread_join(thread);
	}
}

static void show_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t copied;
	(void)env;
	TN_MUST(tn_dataspace_alloc(SHARED, &shown));
	tn_actor_post(attack_name());
	for (;;)
		(void)!victim_peek(victim, shown, &copied);
}

static tn_region_map_cap map;
static tn_dataspace_cap managed, page;

static void make_managed(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	TN_MUST(tn_rm_create((tn_rm_cap){ session.cap }, SHARED, &map, &managed));
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &page));
}

static void fill_and_empty(void *argument)
{
	uint64_t at, size;
	(void)argument;
	for (uint64_t i = 0;; i = (i + 1) % (SHARED / TN_PAGE_SIZE)) {
		(void)!tn_region_map_attach(map, page, i * TN_PAGE_SIZE, 0, TN_PAGE_SIZE,
					    TN_RIGHT_READ, &at, &size);
		(void)!tn_region_map_detach(map, i * TN_PAGE_SIZE, &at, &size);
	}
}

/* Holes that come and go. A guarded copy never waits for them to be filled. */
static void holes_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_thread *thread;
	uint64_t copied;
	(void)env;
	make_managed();
	TN_MUST(tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, fill_and_empty, NULL, &thread));
	tn_actor_post(attack_name());
	for (;;)
		(void)!victim_peek(victim, managed, &copied);
}

/* Nothing but holes. */
static void empty_memory(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t copied = 1;
	(void)env;
	make_managed();
	HOLDS(victim_peek(victim, managed, &copied) == TN_OK && copied == 0);
}

/* -- addresses -- */

static const uint64_t wild[] = {
	0,
	1,
	0x7ffffffff000,
	0x7fffffffffff,
	0x800000000000,
	0xffff7fffffffffff,
	0xffff800000000000,
	0xffffff8000000000,
	0xffffffff80000000,
	0x8000000000000000,
	UINT64_MAX - 0xfff,
	UINT64_MAX,
};
enum { WILD = sizeof(wild) / sizeof(wild[0]) };

static void addresses_as_arguments(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_dataspace_cap dataspace;
	tn_region_map_cap space;
	uint64_t at, size;
	uint32_t reserved;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	TN_MUST(tn_pd_address_space(pd, &space));
	for (unsigned i = 0; i < WILD; i++) {
		uint64_t there = wild[i];
		HOLDS(there == 0 ||
		      tn_pd_attach(pd, dataspace, there, 0, 0, TN_RIGHT_READ, &at, &size) != TN_OK);
		HOLDS(tn_pd_attach(pd, dataspace, 0, there | 1, 0, TN_RIGHT_READ, &at, &size) !=
		      TN_OK);
		HOLDS(tn_pd_detach(pd, there, &at, &size) != TN_OK);
		HOLDS(tn_region_map_attach(space, dataspace, there, 0, 0, TN_RIGHT_READ, &at,
					   &size) != TN_OK ||
		      there == TN_ANYWHERE);
		HOLDS(tn_region_map_detach(space, there, &at, &size) != TN_OK);
		HOLDS(tn_region_map_reserve(space, there, TN_PAGE_SIZE, &at) != TN_OK ||
		      there == TN_ANYWHERE);
		HOLDS(tn_region_map_unreserve(space, there) != TN_OK);
		(void)!tn_region_map_find(space, there, UINT64_MAX, &at, &size, &reserved);
	}
}

/* A thread that would begin there, or have its stack there; whatever becomes of the attacker. */
static void thread_at(struct tn_env *env, uint64_t entry, uint64_t stack)
{
	victim_cap victim = attack_victim();
	tn_cpu_cap cpu = tn_env_cpu(env);
	tn_pd_cap pd = tn_env_pd(env);
	uint64_t base, top, back;
	uint32_t index;
	TN_MUST(tn_cpu_thread_create(cpu, pd, "x", TN_PRIORITY_DEFAULT, 0, &index, &base, &top));
	(void)!tn_cpu_thread_start(cpu, pd, index, entry, stack ? stack : top, 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		HOLDS(victim_echo(victim, i, &back) == TN_OK);
}

#define THREADS(X)                                          \
	X(thread_at_null, 0, 0)                             \
	X(thread_at_the_last_page, 0x7ffffffff000, 0)       \
	X(thread_not_canonical, 0x800000000000, 0)          \
	X(thread_far_from_canonical, 0x8000000000000000, 0) \
	X(thread_at_the_kernel, 0xffffffff80101000, 0)      \
	X(stack_not_canonical, 0x10000000, 0x800000000000)  \
	X(stack_in_the_kernel, 0x10000000, 0xffffffff80180000)
#define THREAD(name, entry, stack)            \
	static void name(struct tn_env *env)  \
	{                                     \
		thread_at(env, entry, stack); \
	}
THREADS(THREAD)

const struct attack memory_attacks[] = {
	{ "free-what-is-read", free_what_is_read, SURVIVES, NULL },
	{ "show-for-good", show_for_good, KILLED, NULL },
	{ "holes-for-good", holes_for_good, KILLED, NULL },
	{ "empty-memory", empty_memory, SURVIVES, NULL },
	{ "addresses-as-arguments", addresses_as_arguments, SURVIVES, NULL },
#define THREAD_ATTACK(name, entry, stack) { #name, name, ENDS, NULL },
	THREADS(THREAD_ATTACK){ NULL, NULL, 0, NULL },
};
