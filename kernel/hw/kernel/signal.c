/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "signal.h"
#include "frame.h"
#include "schedule.h"

static struct signal *signal_at(uint64_t name)
{
	if (name % HW_SIGNAL_SIZE != 0 || !frame_is(name / HW_PAGE_SIZE, FRAME_SIGNALS))
		return NULL;
	return frame_memory(name);
}

struct signal *signal_find(uint64_t name)
{
	struct signal *signal = signal_at(name);

	return signal && signal->serial ? signal : NULL;
}

enum hw_status signal_frame_add(uint64_t frame)
{
	if (!frame_donatable(frame))
		return HW_ERR_FRAME;
	frame_take(frame, FRAME_SIGNALS);
	return HW_OK;
}

enum hw_status signal_frame_free(uint64_t frame)
{
	if (!frame_named(frame, FRAME_SIGNALS))
		return HW_ERR_FRAME;
	for (uint64_t i = 0; i < HW_SIGNALS_PER_FRAME; i++)
		if (signal_find(frame + i * HW_SIGNAL_SIZE))
			return HW_ERR_OCCUPIED;
	frame_give_back(frame);
	return HW_OK;
}

enum hw_status signal_create(uint64_t name, struct thread *receiver, uint64_t badge)
{
	struct signal *signal = signal_at(name);

	if (!signal || !receiver)
		return HW_ERR_FRAME;
	if (signal->serial)
		return HW_ERR_OCCUPIED;
	*signal = (struct signal){
		.serial = serial_next(),
		.badge = badge,
		.receiver = receiver,
		.receiver_serial = receiver->serial,
	};
	return HW_OK;
}

static struct thread *live_receiver(const struct signal *signal)
{
	const struct thread *named = signal->receiver;
	uint64_t name = frame_address(named);
	struct thread *thread = thread_find(name);

	return thread && thread->serial == signal->receiver_serial ? thread : NULL;
}

static void append_pending(struct thread *thread, struct signal *signal)
{
	struct signal *first = thread->signals;

	signal->pending = true;
	if (!first) {
		signal->next = signal->previous = signal;
		thread->signals = signal;
		return;
	}
	signal->next = first;
	signal->previous = first->previous;
	first->previous->next = signal;
	first->previous = signal;
}

static void remove_pending(struct thread *thread, struct signal *signal)
{
	signal->pending = false;
	if (signal->next == signal) {
		thread->signals = NULL;
		return;
	}
	signal->next->previous = signal->previous;
	signal->previous->next = signal->next;
	if (thread->signals == signal)
		thread->signals = signal->next;
}

static void set_event(struct thread *thread, uint64_t badge)
{
	thread->registers.rax = HW_EVENT_SIGNAL;
	thread->registers.rdi = badge;
}

void signal_submit(struct signal *signal)
{
	struct thread *receiver = live_receiver(signal);

	if (!receiver || signal->pending)
		return;
	if (receiver->state != HW_THREAD_WAITING) {
		append_pending(receiver, signal);
		return;
	}
	set_event(receiver, signal->badge);
	schedule_wake(receiver);
}

void signal_submit_reference(struct signal_reference reference)
{
	struct signal *signal = signal_find(reference.name);

	if (signal && signal->serial == reference.serial)
		signal_submit(signal);
}

void signal_deliver_next(struct thread *thread)
{
	struct signal *signal = thread->signals;

	remove_pending(thread, signal);
	set_event(thread, signal->badge);
}

enum hw_status signal_destroy(uint64_t name)
{
	struct signal *signal = signal_find(name);
	struct thread *receiver;

	if (!signal)
		return HW_ERR_FRAME;
	/* The pending ring of a dead receiver is never looked at again. */
	receiver = live_receiver(signal);
	if (receiver && signal->pending)
		remove_pending(receiver, signal);
	*signal = (struct signal){ 0 };
	return HW_OK;
}
