/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a checked build's heap notices: each by a component of its own, which has a fault then. */

#include <tenon/test.h>
#include <tenon/thread.h>

/* Volatile and hidden: the compiler knows what these functions do, and would warn, or use it. */
static unsigned char *take(size_t size)
{
	unsigned char *block = tn_heap_alloc(size);
	__asm__("" : "+r"(block));
	return block;
}

static void give(void *block)
{
	__asm__("" : "+r"(block));
	tn_heap_free(block);
}

static void write(unsigned char *at)
{
	__asm__("" : "+r"(at));
	*(volatile unsigned char *)at = 1;
}

static void twice(void)
{
	unsigned char *block = take(24);
	give(block);
	give(block);
}

static void overflow(void)
{
	unsigned char *block = take(24);
	write(block + 24);
	give(block);
}

static void underflow(void)
{
	unsigned char *block = take(24);
	write(block - 1);
	give(block);
}

static void middle(void)
{
	give(take(24) + 16);
}

static void elsewhere(void)
{
	static _Alignas(16) unsigned char own[256];
	give(own + 128);
}

static void nowhere(void)
{
	give((void *)0x1000);
}

static void overflow_of_a_large_one(void)
{
	unsigned char *block = take(100000);
	write(block + 100000);
	give(block);
}

/* Its memory is gone with it. */
static void twice_a_large_one(void)
{
	unsigned char *block = take(100000);
	give(block);
	give(block);
}

static void seen_at_exit(void)
{
	write(take(24) + 24);
	tn_exit(0);
}

static void on_another_thread(void *argument)
{
	unsigned char *block = argument;
	write(block + 1);
	give(block);
}

static void by_another_thread(void)
{
	struct tn_thread *thread;
	TN_MUST(tn_thread_create("other", TN_PRIORITY_DEFAULT, 0, on_another_thread, take(1),
				 &thread));
	TN_MUST(tn_thread_join(thread));
}

static void (*const bad[])(void) = { twice,
				     overflow,
				     underflow,
				     middle,
				     elsewhere,
				     nowhere,
				     overflow_of_a_large_one,
				     twice_a_large_one,
				     seen_at_exit,
				     by_another_thread };
enum { BAD = sizeof(bad) / sizeof(bad[0]) };

static void play_bad(struct tn_env *env)
{
	unsigned which = (unsigned)(tn_env_name(env)[sizeof("bad.") - 1] - '0');
	bad[which]();
	tn_log("still there");
	tn_exit(1);
}

/* All that is right stays right: sizes, and blocks freed in another order. */
static void good(struct tn_env *env)
{
	enum { COUNT = 200 };
	static unsigned char *blocks[COUNT];
	struct tn_heap_usage before, after;
	(void)env;
	tn_heap_usage(&before);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < COUNT; i++) {
			size_t size = i * i % 5000;
			blocks[i] = tn_heap_alloc(size);
			TN_REQUIRE(blocks[i] && (uintptr_t)blocks[i] % 16 == 0);
			memset(blocks[i], (int)i, size);
		}
		for (unsigned i = 0; i < COUNT; i++)
			tn_heap_free(blocks[i * 7 % COUNT]);
	}
	tn_heap_usage(&after);
	TN_EXPECT_EQUAL(before.blocks, after.blocks);
	TN_EXPECT_EQUAL(before.used, after.used);
}

static void mistakes(struct tn_env *env)
{
	char name[TN_TEST_NAME_MAX + 1];
	(void)env;
	for (unsigned i = 0; i < BAD; i++) {
		tn_format(name, sizeof(name), "bad.%u", i);
		tn_actor_start(name);
		struct tn_child_end end = tn_actor_end(name);
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
		TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_INSTRUCTION);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = { { "good", good },
						     { "mistakes", mistakes },
						     { NULL, NULL } };
	static const struct tn_test_role roles[] = { { "bad", play_bad }, { NULL, NULL } };
	tn_test_main(env, "checked-heap", cases, roles);
}
