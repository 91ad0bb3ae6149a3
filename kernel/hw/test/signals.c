/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "test.h"

static void test_order(void)
{
	uint64_t pd = pd_new();
	struct child receiver = child_new(pd, 1, child_puppet, 10);
	struct child caller = child_new(pd, 2, child_puppet, 10);
	uint64_t a = signal_new(receiver.thread, 0xa), b = signal_new(receiver.thread, 0xb);
	volatile struct slot *slot = child_slot(1);

	settle();
	cap_set(pd, 3, HW_CAP_OBJECT, receiver.thread, 0);
	cap_set(core_pd, 10, HW_CAP_SIGNAL, a, 0);
	cap_set(core_pd, 11, HW_CAP_SIGNAL, b, 0);
	TELL(&caller, HW_CALL, 3, 0);
	settle();
	TELL(&receiver, HW_REPLY_WAIT, 0);
	/* two submits of one signal are one event */
	HW(HW_SIGNAL, 11);
	HW(HW_SIGNAL, 10);
	HW(HW_SIGNAL, 11);
	settle();
	/*
	 * The first event is b. The puppet takes a for another command, and waits again: for the
	 * request, if b came once. Had the request been first, a would be the last.
	 */
	EXPECT("signal-order", slot->done == 2 && slot->result.rax == HW_EVENT_REQUEST,
	       slot->result.rax);
	EXPECT("signal-bad-handle", HW(HW_SIGNAL, 99).rax == HW_ERR_CAP, 0);
	EXPECT("signal-wrong-generation", HW(HW_SIGNAL, 10 | 3 << 20).rax == HW_ERR_CAP, 0);
	TELL(&receiver, HW_REPLY_WAIT, HW_WAIT_POLL);
	settle();
	HW(HW_CAP_CLEAR, core_pd, 11);
	/* destroyed while pending */
	HW(HW_SIGNAL, 10);
	HW(HW_SIGNAL_DESTROY, a);
	EXPECT("signal-destroyed", HW(HW_SIGNAL, 10).rax == HW_ERR_CAP, 0);
	HW(HW_CAP_CLEAR, core_pd, 10);
	signal_free(a);
	child_free(&receiver);
	child_free(&caller);
	/* the receiver is gone: nothing happens */
	cap_set(core_pd, 11, HW_CAP_SIGNAL, b, 0);
	EXPECT("signal-dead-receiver", HW(HW_SIGNAL, 11).rax == HW_OK, 0);
	HW(HW_CAP_CLEAR, core_pd, 11);
	signal_free(b);
	pd_free(pd);
}

static void test_park(void)
{
	uint64_t pd = pd_new();
	struct child sleeper = child_new(pd, 1, child_puppet, 10);
	struct child waker = child_new(pd, 2, child_puppet, 10);
	volatile struct slot *slot = child_slot(1);

	TELL(&sleeper, HW_PARK);
	settle();
	EXPECT("park", child_state(&sleeper) == HW_THREAD_PARKED && slot->done == 0, slot->done);
	TELL(&waker, HW_UNPARK, 1);
	settle();
	EXPECT("unpark", slot->done == 1 && child_slot(2)->result.rax == HW_OK, slot->done);
	TELL(&waker, HW_UNPARK, 1);
	settle();
	TELL(&waker, HW_UNPARK, 1);
	settle();
	TELL(&sleeper, HW_PARK);
	settle();
	EXPECT("park-token", slot->done == 2, slot->done);
	TELL(&sleeper, HW_PARK);
	settle();
	EXPECT("park-one-token", slot->done == 2, slot->done);
	TELL(&waker, HW_UNPARK, 129); /* same hash as 1 */
	settle();
	EXPECT("unpark-nobody", child_slot(2)->result.rax == HW_ERR_ARGUMENT, 0);
	TELL(&waker, HW_UNPARK, UINT64_MAX);
	settle();
	EXPECT("unpark-huge", child_slot(2)->result.rax == HW_ERR_ARGUMENT, 0);
	child_free(&sleeper);
	child_free(&waker);
	pd_free(pd);
}

static void test_deadline(void)
{
	uint64_t signal = signal_new(core_thread, 0xdead), start = time_ns(), late;
	struct result event;

	HW(HW_DEADLINE, start + 3000000, signal);
	event = HW(HW_REPLY_WAIT, 0);
	late = time_ns() - start;
	EXPECT("deadline", event.rax == HW_EVENT_SIGNAL && event.rdi == 0xdead, event.rdi);
	EXPECT("deadline-not-early", late >= 3000000, late);
	EXPECT("deadline-not-late", late < 1000000000, late);
	HW(HW_DEADLINE, 5, signal);
	event = HW(HW_REPLY_WAIT, HW_WAIT_POLL);
	EXPECT("deadline-past", event.rax == HW_EVENT_SIGNAL && event.rdi == 0xdead, event.rax);
	HW(HW_DEADLINE, time_ns() + 1000000, signal);
	HW(HW_DEADLINE, UINT64_MAX, 0);
	EXPECT("deadline-none", next_event().rax == HW_EVENT_NONE, 0);
	HW(HW_DEADLINE, time_ns() + 1000000, signal);
	signal_free(signal);
	EXPECT("deadline-signal-gone", next_event().rax == HW_EVENT_NONE, 0);
}

/* The interval timer ticks as the firmware has left it, 18 times a second, on interrupt 2. */
static void test_interrupt(void)
{
	uint64_t signal = signal_new(core_thread, 0x1209);
	struct result event = { 0 };
	unsigned early = 0;

	EXPECT("irq-ack-unbound", HW(HW_IRQ_ACK, 2).rax == HW_ERR_FRAME, 0);
	EXPECT("irq-bind", HW(HW_IRQ_BIND, 2, signal).rax == HW_OK, 0);
	for (unsigned round = 0; round < 2; round++) {
		HW(HW_IRQ_ACK, 2);
		for (unsigned i = 0; i < 20; i++) {
			event = next_event();
			if (event.rax == HW_EVENT_SIGNAL)
				break;
		}
		EXPECT("irq-signal", event.rax == HW_EVENT_SIGNAL && event.rdi == 0x1209,
		       event.rdi);
	}
	/* Ticks without an acknowledgement are one more signal, when that comes. */
	for (unsigned i = 0; i < 20; i++)
		early += next_event().rax == HW_EVENT_SIGNAL;
	EXPECT("irq-not-before-ack", early == 0, early);
	HW(HW_IRQ_ACK, 2);
	event = HW(HW_REPLY_WAIT, HW_WAIT_POLL);
	EXPECT("irq-not-lost", event.rax == HW_EVENT_SIGNAL && event.rdi == 0x1209, event.rax);
	EXPECT("irq-unbind", HW(HW_IRQ_BIND, 2, 0).rax == HW_OK, 0);
	signal_free(signal);
}

void test_signals(void)
{
	uint64_t before = frames_free_count();

	test_order();
	test_park();
	test_deadline();
	test_interrupt();
	EXPECT("signal-frames-back", frames_free_count() == before, before - frames_free_count());
}
