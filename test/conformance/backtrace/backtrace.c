/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Core's report of a fault tells the callers: test.expected has its lines. A component that forges
 * its frames harms nobody: "hostile.N" lets core look at frames that lie nowhere, in a circle,
 * outside of the stack, across its end, or in an endless row.
 */

#include <tenon/test.h>
#include <tenon/thread.h>

#define STEP static __attribute__((noinline))
/* Not a tail call: the caller's frame stays. */
#define KEEP(value) __asm__ volatile("" : "+r"(value))

STEP int innermost(int value)
{
	uint64_t address = 0x345678;
	KEEP(address);
	return *(volatile int *)address + value;
}

STEP int inner(int value)
{
	int result = innermost(value + 1);
	KEEP(result);
	return result + 1;
}

STEP int middle(int value)
{
	int result = inner(value * 2);
	KEEP(result);
	return result + 1;
}

STEP void outer(void *value)
{
	int result = middle(*(int *)value);
	KEEP(result);
}

static void play_nested(struct tn_env *env)
{
	int value = 3;
	(void)env;
	outer(&value);
}

static void play_thread(struct tn_env *env)
{
	static int value = 4;
	struct tn_thread *thread;
	(void)env;
	TN_MUST(tn_thread_create("worker", TN_PRIORITY_DEFAULT, 0, outer, &value, &thread));
	TN_MUST(tn_thread_join(thread));
}

static void play_nowhere(struct tn_env *env)
{
	uint64_t address = 0x345678;
	(void)env;
	KEEP(address);
	((void (*)(void))address)();
	KEEP(address);
}

/* -- hostile frames -- */

static uint64_t frames[4096] __attribute__((aligned(16)));

/* Faults with these two registers. */
static void fault_with(uint64_t stack_pointer, uint64_t frame_pointer)
{
	__asm__ volatile("mov %0, %%rsp; mov %1, %%rbp; ud2"
			 :
			 : "a"(stack_pointer), "d"(frame_pointer)
			 : "memory");
}

static uint64_t stack_top(void)
{
	char here;
	return ((uint64_t)&here | 0xfffff) + 1;
}

static void play_hostile(struct tn_env *env)
{
	uint64_t code = (uint64_t)(uintptr_t)component_construct, top = stack_top();
	uint64_t row[256];
	switch (tn_env_name(env)[sizeof("hostile.") - 1]) {
	case '0': /* nowhere, and not aligned */
		fault_with(0x345679, UINT64_MAX - 7);
		break;
	case '1': /* outside of the stack, where core would find frames if it looked */
		for (size_t i = 0; i < 4096; i += 2) {
			frames[i] = (uint64_t)&frames[i + 2];
			frames[i + 1] = code;
		}
		fault_with((uint64_t)frames, (uint64_t)frames);
		break;
	case '2': /* a circle */
		row[0] = (uint64_t)&row[2];
		row[1] = 0x1234567890fedcba; /* only who goes round gets here */
		row[2] = (uint64_t)row;
		row[3] = code;
		fault_with((uint64_t)row, (uint64_t)&row[2]);
		break;
	case '3': /* the last bytes of the stack, and beyond */
		fault_with(top - 4, top - 8);
		break;
	case '4': /* the guard */
		fault_with(top - 0x80000, top - 0x80000);
		break;
	case '5': /* another thread's slot, and what lies where addition would overflow */
		fault_with(top, 0xfffffffffffffff8);
		break;
	case '6': /* as many as fit, all upwards */
		for (size_t i = 0; i + 3 < 256; i += 2) {
			row[i] = (uint64_t)&row[i + 2];
			row[i + 1] = i % 4 ? 0xffffffff80000000 : 0x1234567890abcdef;
		}
		fault_with((uint64_t)row, (uint64_t)row);
		break;
	default: /* kernel's addresses */
		fault_with(0xffffffff80000000, 0xffff800000000000);
		break;
	}
}

/* -- main -- */

static void expect_fault(const char *name)
{
	tn_actor_start(name);
	struct tn_child_end end = tn_actor_end(name);
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
}

static void case_nested(struct tn_env *env)
{
	(void)env;
	expect_fault("nested");
}

static void case_thread(struct tn_env *env)
{
	(void)env;
	expect_fault("thread");
}

static void case_nowhere(struct tn_env *env)
{
	(void)env;
	expect_fault("nowhere");
}

static void case_hostile(struct tn_env *env)
{
	char name[] = "hostile.0";
	(void)env;
	for (; name[8] < '8'; name[8]++)
		expect_fault(name);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "nested-calls", case_nested },
		{ "further-thread", case_thread },
		{ "jump-to-nowhere", case_nowhere },
		{ "hostile-frames", case_hostile },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "nested", play_nested },
		{ "thread", play_thread },
		{ "nowhere", play_nowhere },
		{ "hostile", play_hostile },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-backtrace", cases, roles);
}
