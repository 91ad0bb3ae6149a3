/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

enum { PDS = 3, THREADS = 9, ROUNDS = 4000, WILD_CALLS = 100000, WILD_VALUES = 24 };

static uint64_t state = 88172645463325252ull;

static uint64_t random_number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t random_below(uint64_t limit)
{
	return random_number() >> 8 & 0xffffffff ? (random_number() >> 8) % limit : 0;
}

static uint64_t pds[PDS];
static struct child children[THREADS];

static void set_capabilities(unsigned i)
{
	for (unsigned p = 0; p < PDS; p++) {
		HW(HW_CAP_CLEAR, pds[p], 1 + i);
		HW(HW_CAP_CLEAR, pds[p], 16 + i);
		cap_set(pds[p], 1 + i, HW_CAP_OBJECT, children[i].thread, i);
		cap_set(pds[p], 16 + i, HW_CAP_SIGNAL, children[i].signal, 0);
	}
}

static void start(unsigned i)
{
	child_slot(i + 1)->start = random_number();
	children[i] = child_new(pds[i % PDS], i + 1, child_random, (uint32_t)random_below(31));
	set_capabilities(i);
}

static void disturb(unsigned i)
{
	switch (random_below(8)) {
	case 0:
		child_free(&children[i]);
		start(i);
		break;
	case 1:
	case 2:
		HW(HW_THREAD_PRIORITY, children[i].thread, random_below(31));
		break;
	default: /* one of the two gets most threads on */
		HW(HW_SIGNAL, 64 + i + 1);
		HW(HW_THREAD_ABORT, children[i].thread);
	}
}

/* Threads that call, wait, reply, signal and park at random, in each other's way. */
void test_chaos(void)
{
	uint64_t before = frames_free_count(), calls = 0;

	for (unsigned i = 0; i < PDS; i++)
		pds[i] = pd_new();
	for (unsigned i = 0; i < THREADS; i++) {
		child_slot(i + 1)->counter = 0;
		start(i);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		sleep_us(random_below(100));
		for (unsigned k = 0; k < 4; k++)
			disturb((unsigned)random_below(THREADS));
	}
	for (unsigned i = 0; i < THREADS; i++) {
		calls += child_slot(i + 1)->counter;
		child_free(&children[i]);
	}
	for (unsigned i = 0; i < PDS; i++)
		pd_free(pds[i]);
	EXPECT("chaos-ran", calls > ROUNDS, calls);
	EXPECT("chaos-frames-back", frames_free_count() == before, before - frames_free_count());
	test_note("system calls in the chaos:", calls);
}

static uint64_t values[WILD_VALUES];

static uint64_t wild(void)
{
	if (random_below(4) == 0)
		return random_below(8);
	return values[random_below(WILD_VALUES)] + (random_below(16) == 0 ? random_number() : 0);
}

static void choose_values(void)
{
	static const uint64_t edges[] = { 0,          1,          64,
					  4096,       0x100000,   0x7ffffffff000,
					  1ull << 47, 1ull << 63, UINT64_MAX,
					  0xfee00000 };
	const unsigned fixed = sizeof(edges) / sizeof(*edges);

	for (unsigned i = 0; i < fixed; i++)
		values[i] = edges[i];
	/* core's own memory is left alone: these frames are for nothing else */
	for (unsigned i = fixed; i < WILD_VALUES; i++)
		values[i] = frame_new();
}

/*
 * Core itself out of its mind: any operation on anything. What becomes of the frames nobody knows;
 * the kernel must live. Left out: to end the machine, to write to the console, to wait.
 */
void test_hostile_core(void)
{
	volatile uint64_t *arguments = (volatile uint64_t *)HW_CORE_UTCB; /* NOLINT */
	uint64_t accepted = 0;

	choose_values();
	for (unsigned i = 0; i < WILD_CALLS; i++) {
		uint64_t number = HW_CORE_FIRST + random_below(HW_DEADLINE - HW_CORE_FIRST + 1);

		for (unsigned k = 0; k < 8; k++)
			arguments[k] = k == 7 ? random_below(31) | random_below(9) << 32 : wild();
		if (number == HW_THREAD_CREATE)
			accepted += HW(number, 0).rax == HW_OK;
		else
			accepted += HW(number, wild(), wild(), wild(), wild(), wild()).rax == HW_OK;
		HW(HW_REPLY_WAIT, HW_WAIT_POLL);
	}
	EXPECT("hostile-core", accepted > WILD_CALLS / 100, accepted);
	test_note("accepted of 100000 wild calls:", accepted);
}
