/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

/* With QEMU's -icount shift=0, a tick of the time-stamp counter is one instruction. */

enum { ROUNDS = 1000 };

static uint64_t measure_calls(const char *name, uint32_t length)
{
	uint64_t server_pd = pd_new(), client_pd = pd_new(), ticks;
	struct child server = child_new(server_pd, 1, child_echo, 10), client;
	volatile struct slot *slot = child_slot(2);

	settle();
	cap_set(client_pd, 1, HW_CAP_OBJECT, server.thread, 7);
	slot->counter = ROUNDS;
	slot->rsi = TAG(1, length);
	client = child_new(client_pd, 2, child_caller, 10);
	/* Whatever else the machine does: the result is in ticks that the calls themselves take. */
	for (unsigned i = 0; i < 100 && !slot->done; i++)
		sleep_us(50000);
	EXPECT(name, slot->done == 1 && slot->result.rax == HW_OK, slot->result.rax);
	ticks = (slot->end - slot->start) / ROUNDS;
	test_note("ticks per call and reply:", ticks);
	child_free(&client);
	child_free(&server);
	pd_free(client_pd);
	pd_free(server_pd);
	return ticks;
}

/* A fault, its delivery to core, and core's answer that lets the thread go on to the next. */
static void measure_faults(void)
{
	const unsigned ud2 = 4, size = 32;
	uint64_t pd = pd_new(), start, again;
	void (*entry)(void) = (void (*)(void))((uint64_t)child_fault_table + ud2 * size + 1);
	struct child child = child_new(pd, 1, entry, 10);
	struct result event = { 0 };

	start = __builtin_ia32_rdtsc();
	for (again = 0; again < ROUNDS; again++) {
		event = HW(HW_REPLY_WAIT, 0);
		if (event.rax != HW_EVENT_FAULT)
			break;
		HW(HW_THREAD_RESUME, child.thread, 0);
	}
	start = __builtin_ia32_rdtsc() - start;
	EXPECT("speed-faults", again == ROUNDS, event.rax);
	test_note("ticks per fault and resume:", start / ROUNDS);
	child_free(&child);
	pd_free(pd);
}

void test_speed(void)
{
	measure_faults();
	measure_calls("speed-0-bytes", 0);
	measure_calls("speed-16-bytes", 16);
	measure_calls("speed-64-bytes", 64);
	measure_calls("speed-4096-bytes", 4096);
}
