/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Attackers on what only a process itself can do: unmap. They enter the kernel by themselves, and
 * keep what is taken from them as long as they can.
 */
#include <asm/unistd.h>
#include <tenon/rm.h>
#include <tenon/test.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE };
enum { TRAP = 236, TRAP_UNMAP = 2, TRAP_ACCESS = 3, SIGNAL = 23, TRANSIT = 515 };
enum { FIXED = 0x10, SHARED = 1, PRIVATE = 2, NO_REPLACE = 0x100000, SIG_BLOCK = 0 };
enum { PROT_R = 1, PROT_W = 2, PROT_X = 4, PROTECTION = PROT_R | PROT_W };
enum { AGAIN = -11, DENIED = -1 };

static long enter(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		  uint64_t f)
{
	long result;
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static void block_signal(void)
{
	static const uint64_t set = 1ull << (SIGNAL - 1);
	enter(__NR_rt_sigprocmask, SIG_BLOCK, (uintptr_t)&set, 0, 8, 0, 0);
}

static volatile uint32_t *touch(void)
{
	tn_dataspace_cap dataspace = { tn_actor_get("held") };
	void *address = NULL;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	at[0] = 1;
	return at;
}

/* Does not hear that it has to. */
static void play_deaf(struct tn_env *env)
{
	volatile uint32_t *at = touch();
	block_signal();
	tn_actor_post(tn_env_name(env));
	for (uint32_t i = 0;; i++)
		at[0] = i;
}

/* Hears it, asks, and says by asking again that it has, which it has not. */
static void play_liar(struct tn_env *env)
{
	volatile uint32_t *at = touch();
	block_signal();
	tn_actor_post(tn_env_name(env));
	for (uint32_t i = 0;; i++) {
		enter(TRAP, TRAP_UNMAP, 0, 0, 0, 0, 0);
		enter(__NR_munmap, (uintptr_t)at, 2 * PAGE, 0, 0, 0, 0);
		at[0] = i;
	}
}

/* Maps again and again what it was once told. */
static void play_keeper(struct tn_env *env)
{
	volatile uint32_t *at = touch();
	bool posted = false;
	for (;;) {
		long result = enter(__NR_mmap, (uintptr_t)at, PAGE, PROTECTION, SHARED | FIXED,
				    TRANSIT, 0);
		if (result == (long)(uintptr_t)at)
			at[0]++;
		else if (result != AGAIN)
			tn_exit(1);
		if (!posted)
			tn_actor_post(tn_env_name(env));
		posted = true;
	}
}

static bool refused(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags,
		    uint64_t fd, uint64_t offset)
{
	return enter(__NR_mmap, address, size, protection, flags, fd, offset) < 0;
}

/* Of a piece that may be read: more of it, or other than what core tells. */
static bool maps_more(uint64_t at)
{
	return !refused(at, PAGE, PROT_R | PROT_W, SHARED | FIXED, TRANSIT, 0) ||
	       !refused(at, PAGE, PROT_R | PROT_W, PRIVATE | FIXED, TRANSIT, 0) ||
	       !refused(at, PAGE, PROT_R | PROT_X, SHARED | FIXED, TRANSIT, 0) ||
	       !refused(at, 2 * PAGE, PROT_R, SHARED | FIXED, TRANSIT, 0) ||
	       !refused(at, PAGE, PROT_R, SHARED | FIXED, TRANSIT, PAGE) ||
	       !refused(at, PAGE, PROT_R, SHARED | FIXED, TRANSIT + 1, 0) ||
	       !refused(at + PAGE, PAGE, PROT_R, SHARED | FIXED, TRANSIT, 0) ||
	       !refused(at - PAGE, PAGE, PROT_R, SHARED | FIXED, TRANSIT, 0) ||
	       !refused(at, PAGE, PROT_R, SHARED | NO_REPLACE, TRANSIT, 0);
}

/* Says that it has faulted, anywhere and in any way, and goes on. */
static void pretend(uint64_t at)
{
	const uint64_t addresses[] = {
		at,         at + PAGE,      0,          0x10000000, 0x16000000,
		0x17000000, 0x700000000000, 1ull << 47, 1ull << 63, UINT64_MAX
	};
	for (unsigned i = 0; i < 4000; i++) {
		uint64_t address = addresses[i % (sizeof(addresses) / sizeof(addresses[0]))];
		enter(TRAP, TRAP_ACCESS, i % 0x300, address, i, 0, 0);
	}
	enter(TRAP, TRAP_ACCESS, TN_FAULT_WRITE, at, 0, 0, 0);
}

static void play_greedy(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get("held") };
	void *address = NULL;
	TN_MUST(tn_attach(dataspace, 0, 0, READ | WRITE, &address));
	const volatile uint32_t *at = address;
	if (at[0] != 0x5a5a5a5a || maps_more((uintptr_t)at))
		tn_exit(1);
	pretend((uintptr_t)at);
	if (maps_more((uintptr_t)at) || at[0] != 0x5a5a5a5a)
		tn_exit(2);
	tn_actor_post(tn_env_name(env));
	tn_actor_await("taken");
	for (unsigned i = 0; i < 100; i++) {
		uint32_t word;
		if (maps_more((uintptr_t)at) ||
		    !refused((uintptr_t)at, PAGE, PROT_R, SHARED | FIXED, TRANSIT, 0) ||
		    tn_guarded_copy(&word, address, 4) != TN_ERR_FAULT)
			tn_exit(3);
	}
	tn_exit(0);
}

static tn_rm_cap rm;
static tn_region_map_cap map;
static tn_dataspace_cap managed, backing;
static volatile uint32_t *own;

static void start(struct tn_env *env)
{
	static struct tn_session session;
	const struct tn_quota none = { 0, 0 };
	void *at = NULL;
	(void)env;
	TN_REQUIRE_OK(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	rm.handle = session.cap;
	TN_REQUIRE_OK(tn_rm_create(rm, PAGE, &map, &managed));
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &backing));
	TN_REQUIRE_OK(tn_attach(backing, 0, 0, READ | WRITE, &at));
	own = at;
	tn_actor_put("held", managed.handle);
}

static tn_error fill(void)
{
	uint64_t at, size;
	return tn_region_map_attach(map, backing, 0, 0, 0, READ | WRITE, &at, &size);
}

static tn_error take(void)
{
	uint64_t at, size;
	return tn_region_map_detach(map, 0, &at, &size);
}

/* Nobody writes there any more. */
static void expect_still(void)
{
	own[0] = 0x5a5a5a5a;
	for (unsigned i = 0; i < 2000000; i++)
		if (own[0] != 0x5a5a5a5a)
			break;
	TN_EXPECT_EQUAL(own[0], 0x5a5a5a5a);
}

/* All at once, as each takes until its time is over. */
static void killed_in_time(struct tn_env *env)
{
	static const char *const names[] = { "deaf", "liar", "deaf.2" };
	(void)env;
	TN_REQUIRE_OK(fill());
	for (unsigned i = 0; i < 3; i++) {
		tn_actor_start(names[i]);
		tn_actor_await(names[i]);
	}
	TN_EXPECT_ERROR(take(), TN_OK);
	expect_still();
	for (unsigned i = 0; i < 3; i++) {
		struct tn_child_end end = tn_actor_end(names[i]);
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
		TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_UNMAP);
	}
}

/* Whoever unmaps when asked may do else what it likes: it has nothing of it. */
static void not_mapped_again(struct tn_env *env)
{
	(void)env;
	TN_REQUIRE_OK(fill());
	tn_actor_start("keeper");
	tn_actor_await("keeper");
	for (unsigned i = 0; i < 50; i++) {
		TN_EXPECT_ERROR(take(), TN_OK);
		expect_still();
		TN_REQUIRE_OK(fill());
	}
	TN_EXPECT(!tn_actor_has_ended("keeper"));
	tn_actor_kill("keeper");
	TN_EXPECT_ERROR(take(), TN_OK);
}

/* What may be read is not written, and nothing else is there, whatever core is told. */
static void mapped_as_it_is(struct tn_env *env)
{
	uint64_t at, size;
	(void)env;
	own[0] = 0x5a5a5a5a;
	TN_REQUIRE_OK(tn_region_map_attach(map, backing, 0, 0, 0, READ, &at, &size));
	tn_actor_start("greedy");
	tn_actor_await("greedy");
	TN_EXPECT_ERROR(take(), TN_OK);
	expect_still();
	tn_actor_post("taken");
	struct tn_child_end end = tn_actor_end("greedy");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
}

/* Its end is not held up by others. */
static void finish(struct tn_env *env)
{
	(void)env;
	TN_REQUIRE_OK(fill());
	tn_actor_start("deaf.3");
	tn_actor_await("deaf.3");
	tn_actor_kill("deaf.3");
	TN_EXPECT_ERROR(take(), TN_OK);
	expect_still();
	TN_EXPECT_ERROR(tn_rm_destroy(rm, map), TN_OK);
	tn_dataspace_free(backing);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "killed-in-time", killed_in_time },
		{ "not-mapped-again", not_mapped_again },
		{ "mapped-as-it-is", mapped_as_it_is },
		{ "finish", finish },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "deaf", play_deaf },     { "liar", play_liar }, { "keeper", play_keeper },
		{ "greedy", play_greedy }, { NULL, NULL },
	};
	tn_test_main(env, "test-unmap", cases, roles);
}
