/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

/* Of child_fault_table. */
enum { FAULT_NOT_MAPPED = 7 * 32 };

static uint64_t pd;

static uint64_t cpu_ns(const struct child *child)
{
	return HW(HW_THREAD_TIME, child->thread).rsi;
}

static void test_preemption(void)
{
	struct child spinner = child_new(pd, 1, child_spin, 30);
	uint64_t start = time_ns(), used;

	sleep_us(30000);
	used = cpu_ns(&spinner);
	EXPECT("schedule-preempts", child_slot(1)->counter > 100, child_slot(1)->counter);
	EXPECT("schedule-time-used", used > 20000000 && used <= time_ns() - start, used);
	child_free(&spinner);
}

static void test_round_robin(void)
{
	struct child a = child_new(pd, 1, child_spin, 9), b = child_new(pd, 2, child_spin, 9);
	struct child low = child_new(pd, 3, child_spin, 8);
	uint64_t used_a, used_b;

	sleep_us(100000);
	used_a = cpu_ns(&a);
	used_b = cpu_ns(&b);
	EXPECT("schedule-round-robin", used_a > 20000000 && used_b > 20000000, used_a);
	EXPECT("schedule-priority", cpu_ns(&low) == 0, cpu_ns(&low));
	HW(HW_THREAD_PRIORITY, low.thread, 10);
	settle();
	EXPECT("schedule-set-priority", cpu_ns(&low) > 0, 0);
	child_free(&low);
	child_free(&a);
	child_free(&b);
}

static void test_registers(void)
{
	struct child a = child_new(pd, 1, child_preserve, 9),
		     b = child_new(pd, 2, child_preserve, 9);
	uint64_t count_a = child_slot(1)->counter, count_b = child_slot(2)->counter;

	child_slot(1)->result.rax = child_slot(2)->result.rax = 0;
	sleep_us(50000);
	count_a = child_slot(1)->counter - count_a;
	count_b = child_slot(2)->counter - count_b;
	EXPECT("schedule-registers",
	       child_slot(1)->result.rax == 0 && child_slot(2)->result.rax == 0,
	       child_slot(1)->result.rax);
	EXPECT("schedule-yield", count_a > 10 && count_b > 10 && count_a - count_b + 3 < 6,
	       count_a);
	child_free(&a);
	child_free(&b);
}

/* A user's flags stay the user's: messages are copied the right way round all the same. */
static void test_flags(void)
{
	struct child server = child_new(pd, 1, child_echo, 9), client;
	volatile struct slot *slot = child_slot(2);
	uint64_t *message, wrong = 0, count = slot->counter;

	cap_set(pd, 1, HW_CAP_OBJECT, server.thread, 0);
	slot->rsi = TAG(1, 4000);
	slot->result.rax = 0;
	client = child_new(pd, 2, child_flags, 9);
	message = window(client.utcb);
	for (unsigned i = 0; i < 500; i++)
		message[i] = i;
	sleep_us(30000);
	for (unsigned i = 0; i < 500; i++)
		wrong |= message[i] != i;
	EXPECT("schedule-user-flags", slot->counter - count > 10 && slot->result.rax == 0,
	       slot->result.rax);
	EXPECT("schedule-user-flags-message", wrong == 0, wrong);
	HW(HW_CAP_CLEAR, pd, 1);
	child_free(&client);
	child_free(&server);
}

/* Server 5, spinner 8, client 12: without inheritance the server would never run. */
static void test_inheritance(void)
{
	struct child server = child_new(pd, 1, child_puppet, 5), client, spinner, low;
	volatile struct slot *slot = child_slot(1);
	uint64_t done;

	low = child_new(pd, 3, child_puppet, 4);
	client = child_new(pd, 2, child_puppet, 12);
	cap_set(pd, 7, HW_CAP_OBJECT, server.thread, 0);
	TELL(&server, HW_REPLY_WAIT, 0);
	settle();
	spinner = child_new(pd, 4, child_spin, 8);
	TELL(&client, HW_CALL, 7, 0);
	settle();
	EXPECT("inherit-served", slot->result.rax == HW_EVENT_REQUEST, slot->result.rax);
	TELL(&server, HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, TAG(1, 0));
	settle();
	EXPECT("inherit-replied", child_slot(2)->done == 1 && child_slot(2)->result.rax == HW_OK,
	       child_slot(2)->result.rax);
	done = slot->done;
	TELL(&server, HW_YIELD);
	settle();
	EXPECT("inherit-given-back", slot->done == done, slot->done);
	/* queued behind nothing: who waits lifts too */
	TELL(&client, HW_CALL, 7, 0);
	settle();
	EXPECT("inherit-queued", slot->done > done, slot->done);
	HW(HW_THREAD_ABORT, client.thread);
	settle();
	child_free(&spinner);
	child_free(&low);
	child_free(&client);
	child_free(&server);
}

/* client 12 -> middle 5 -> server 4, and a spinner at 8 */
static void test_chain(void)
{
	struct child server = child_new(pd, 1, child_puppet, 4);
	struct child middle = child_new(pd, 2, child_puppet, 5);
	struct child client = child_new(pd, 3, child_puppet, 12), spinner;
	volatile struct slot *slot = child_slot(1);

	cap_set(pd, 8, HW_CAP_OBJECT, server.thread, 0);
	cap_set(pd, 9, HW_CAP_OBJECT, middle.thread, 0);
	settle();
	TELL(&middle, HW_CALL, 8, 0);
	settle();
	spinner = child_new(pd, 4, child_spin, 8);
	TELL(&server, HW_YIELD);
	settle();
	EXPECT("inherit-not-yet", slot->done == 0, slot->done);
	TELL(&client, HW_CALL, 9, 0);
	settle();
	EXPECT("inherit-chain", slot->done == 1, slot->done);
	HW(HW_THREAD_ABORT, client.thread);
	TELL(&server, HW_YIELD);
	settle();
	EXPECT("inherit-chain-back", slot->done == 1, slot->done);
	child_free(&spinner);
	child_free(&server);
	child_free(&middle);
	child_free(&client);
}

/* Two that wake each other beside one that never waits: nobody waits for whole time slices again
 * and again. */
static void test_woken(void)
{
	struct child a = child_new(pd, 1, child_ping, 9), b = child_new(pd, 2, child_ping, 9);
	struct child spinner;
	uint64_t count, used;

	cap_set(pd, 10, HW_CAP_SIGNAL, a.signal, 0);
	cap_set(pd, 11, HW_CAP_SIGNAL, b.signal, 0);
	child_slot(1)->rdi = 11;
	child_slot(2)->rdi = 10;
	spinner = child_new(pd, 3, child_spin, 9);
	count = child_slot(1)->counter;
	sleep_us(100000);
	count = child_slot(1)->counter - count;
	used = cpu_ns(&spinner);
	EXPECT("schedule-woken-first", count > 100, count);
	EXPECT("schedule-woken-no-more-than-its-share", used > 15000000, used);
	HW(HW_CAP_CLEAR, pd, 10);
	HW(HW_CAP_CLEAR, pd, 11);
	child_free(&spinner);
	child_free(&a);
	child_free(&b);
}

/* What a more important server does for its client is the client's time. */
static void test_served(void)
{
	struct child server = child_new(pd, 1, child_slow_echo, 12), client, spinner;
	uint64_t used;

	cap_set(pd, 1, HW_CAP_OBJECT, server.thread, 0);
	child_slot(2)->counter = UINT64_MAX;
	child_slot(2)->rsi = TAG(1, 0);
	client = child_new(pd, 2, child_caller, 9);
	spinner = child_new(pd, 3, child_spin, 9);
	sleep_us(100000);
	used = cpu_ns(&spinner);
	EXPECT("schedule-served-on-its-time", used > 25000000, used);
	HW(HW_CAP_CLEAR, pd, 1);
	child_free(&spinner);
	child_free(&client);
	child_free(&server);
}

/* So is what core does about its faults. */
static void test_faulting(void)
{
	void (*entry)(void) = (void (*)(void))((uint64_t)child_fault_table + FAULT_NOT_MAPPED);
	struct child faulting = child_new(pd, 1, entry, 9), spinner;
	uint64_t used, start, end = time_ns() + 100000000;

	spinner = child_new(pd, 2, child_spin, 9);
	while (time_ns() < end) {
		struct result event = next_event();

		if (event.rax != HW_EVENT_FAULT)
			continue;
		start = time_ns();
		while (time_ns() - start < 500000)
			;
		HW(HW_THREAD_RESUME, event.rdi, 0);
	}
	used = cpu_ns(&spinner);
	EXPECT("schedule-faults-on-its-time", used > 25000000, used);
	child_free(&spinner);
	child_free(&faulting);
}

void test_schedule(void)
{
	uint64_t before = frames_free_count();

	pd = pd_new();
	test_preemption();
	test_round_robin();
	test_registers();
	test_flags();
	test_inheritance();
	test_chain();
	test_woken();
	test_served();
	test_faulting();
	pd_free(pd);
	EXPECT("schedule-frames-back", frames_free_count() == before, before - frames_free_count());
}
