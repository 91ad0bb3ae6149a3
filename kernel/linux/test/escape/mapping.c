/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* System calls that core decides about: their arguments against its records. */
#include "attack.h"

enum { PROT_R = 1, PROT_W = 2, PROT_X = 4 };
enum { SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20, NO_REPLACE = 0x100000 };
enum { TRANSIT = LINUX_FD_TRANSIT, EVENTS = LINUX_FD_EVENTS, ROUNDS = 3000 };

#define REFUSED(call) HOLDS((call) < 0)

static long map(uint64_t address, uint64_t size, int protection, int flags, int fd, uint64_t offset)
{
	return linux_call6(__NR_mmap, address, size, (uint64_t)protection, (uint64_t)flags,
			   (uint64_t)fd, offset);
}

/* Asks core for mappings that it has not recorded, or not so. */
static void map_what_is_not_recorded(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_dataspace_cap dataspace;
	void *address = NULL;
	TN_MUST(tn_dataspace_alloc(8192, &dataspace));
	TN_MUST(tn_attach(dataspace, 0, 4096, TN_RIGHT_READ, &address));
	uint64_t at = (uintptr_t)address;
	REFUSED(map(0, 4096, PROT_R | PROT_W, PRIVATE | ANONYMOUS, -1, 0));
	REFUSED(map(at, 4096, PROT_R | PROT_W, PRIVATE | FIXED, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R | PROT_W, SHARED | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R, PRIVATE | FIXED, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R | PROT_X, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 8192, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 4096));
	REFUSED(map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, EVENTS, 0));
	REFUSED(map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(linux_call2(__NR_munmap, at, 4096));
	REFUSED(linux_call2(__NR_munmap, 0, 0x7ffffffff000));
	for (uint64_t link = 0x16000000; link < 0x17000000; link += 0x800000)
		REFUSED(map(link + 0x400000, 8192, PROT_R | PROT_W, SHARED | FIXED, TRANSIT, 0));
	REFUSED(map(0x700000000000 + 2048 * 8192, 8192, PROT_R | PROT_W, SHARED | FIXED, TRANSIT,
		    0));
	/* Nothing is there yet: only core's records speak against it. */
	uint64_t size;
	TN_MUST(tn_pd_attach(pd, dataspace, 0, 0, 4096, TN_RIGHT_READ, &at, &size));
	REFUSED(map(at, 4096, PROT_R | PROT_X, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R | PROT_W, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 8192, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0));
	REFUSED(map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 4096));
	HOLDS(map(at, 4096, PROT_R, PRIVATE | NO_REPLACE, TRANSIT, 0) == (long)at);
	REFUSED(linux_call1(LINUX_TRAP, 77));
	REFUSED(linux_call2(LINUX_TRAP, 1, 0x123456789000));
}

static void sleep_for_good(void *argument)
{
	struct tn_semaphore never = { .count = 0 };
	(void)argument;
	tn_semaphore_down(&never);
}

static long clone(uint32_t thread)
{
	uint64_t stack = LAYOUT_STACKS + (thread + 1ull) * LAYOUT_STACK_SLOT - 4096;
	uint64_t word = linux_alive_address(thread);
	return linux_call4(__NR_clone, LINUX_THREAD_FLAGS, stack, word, word);
}

/* One that runs already, and one that core has not started. */
static void clone_what_core_has_not_made(struct tn_env *env)
{
	struct tn_thread *thread;
	uint32_t index;
	uint64_t base, top;
	TN_MUST(tn_thread_create("x", 1, 0, sleep_for_good, NULL, &thread));
	TN_MUST(tn_cpu_thread_create(tn_env_cpu(env), tn_env_pd(env), "y", 1, 0, &index, &base,
				     &top));
	REFUSED(clone(1));
	REFUSED(clone(index));
}

/* Around what is there; small numbers are nearer to what makes sense. */
static uint64_t wild_address(void)
{
	static const uint64_t places[] = { LINUX_CAPS,          LINUX_GRANTS,    LINUX_LINK_AREA,
					   LAYOUT_THREAD_PAGES, LAYOUT_CHANNELS, LAYOUT_UTCB,
					   LAYOUT_STACKS,       LAYOUT_ATTACH,   LINUX_LINK_HIGH,
					   LAYOUT_RUNTIME };
	uint64_t page = attack_random() % 64 * TN_PAGE_SIZE;
	return attack_random() % 4 ? places[attack_random() % 10] + page : attack_random();
}

static void map_at_random(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		REFUSED(map(wild_address(), attack_random() >> (i % 60), (int)attack_random() & 7,
			    (int)attack_random() &
				    (SHARED | PRIVATE | FIXED | NO_REPLACE | ANONYMOUS),
			    TRANSIT + (int)attack_random() % 4,
			    attack_random() >> (i % 64) & ~0xfffull));
}

static void unmap_at_random(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		linux_call2(__NR_munmap, wild_address(), attack_random() >> (i % 60));
}

static void unmap_what_is_needed(struct tn_env *env)
{
	static const uint64_t places[] = { LAYOUT_RUNTIME,      LINUX_CAPS,      LINUX_GRANTS,
					   LAYOUT_THREAD_PAGES, LAYOUT_CHANNELS, LAYOUT_UTCB,
					   0x18000000 };
	(void)env;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		REFUSED(linux_call2(__NR_munmap, places[i], TN_PAGE_SIZE));
}

static void clone_at_random(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		REFUSED(linux_call5(__NR_clone, LINUX_THREAD_FLAGS, wild_address(), wild_address(),
				    wild_address(), attack_random()));
}

/* What only a thread may say that core has made, and that nobody has taken memory from. */
static void trap_as_somebody_else(struct tn_env *env)
{
	(void)env;
	for (uint64_t index = 0; index < 600; index++)
		linux_call2(LINUX_TRAP, LINUX_TRAP_THREAD, index);
	for (unsigned i = 0; i < 100; i++)
		HOLDS(linux_call1(LINUX_TRAP, LINUX_TRAP_UNMAP) <= 0);
	for (uint64_t number = 5; number < 200; number++)
		REFUSED(linux_call1(LINUX_TRAP, number));
}

static void trap_about_any_address(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++)
		linux_call4(LINUX_TRAP, LINUX_TRAP_ACCESS, attack_random() % 16 | (i & 1) << 8,
			    wild_address(), attack_random());
}

static void report_any_fault(struct tn_env *env)
{
	(void)env;
	linux_call6(LINUX_TRAP, LINUX_TRAP_FAULT, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
		    UINT64_MAX);
	for (;;)
		linux_call6(LINUX_TRAP, LINUX_TRAP_FAULT, TN_FAULT_READ, 0x1234, 0x5678,
			    LAYOUT_STACKS + 16, LAYOUT_STACKS + 16);
}

static void traps_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("traps-for-good");
	for (;;)
		linux_call1(LINUX_TRAP, LINUX_TRAP_UNMAP);
}

const struct attack mapping_attacks[] = {
	{ "map-what-is-not-recorded", map_what_is_not_recorded, SURVIVES, NULL },
	{ "map-at-random", map_at_random, SURVIVES, NULL },
	{ "unmap-at-random", unmap_at_random, ENDS, NULL },
	{ "unmap-what-is-needed", unmap_what_is_needed, SURVIVES, NULL },
	{ "clone-what-core-has-not-made", clone_what_core_has_not_made, SURVIVES, NULL },
	{ "clone-at-random", clone_at_random, SURVIVES, NULL },
	{ "trap-as-somebody-else", trap_as_somebody_else, SURVIVES, NULL },
	{ "trap-about-any-address", trap_about_any_address, SURVIVES, NULL },
	{ "report-any-fault", report_any_fault, FAULTS, NULL },
	{ "traps-for-good", traps_for_good, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
