/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "fault.h"
#include "panic.h"
#include "pd.h"
#include "schedule.h"

enum { VECTOR_PAGE_FAULT = 14 };

static struct thread *handler;
static struct queue undelivered;

static void set_event(const struct thread *faulted)
{
	handler->registers.rax = HW_EVENT_FAULT;
	handler->registers.rdi = frame_address(faulted);
	handler->registers.rsi = faulted->fault_vector | faulted->fault_error << 32;
	handler->registers.rdx = faulted->fault_address;
	handler->registers.r8 = faulted->registers.rip;
}

static void wake_handler(void)
{
	if (!handler || handler->state != HW_THREAD_WAITING || !undelivered.occupied)
		return;
	fault_deliver_next(handler);
	schedule_wake(handler);
}

void fault_raise(uint64_t vector, uint64_t error, uint64_t address)
{
	struct thread *self = current;

	if (self->pd == core_pd)
		panic_core_fault(self, vector, error, address);
	self->fault_vector = vector;
	self->fault_error = error;
	self->fault_address = vector == VECTOR_PAGE_FAULT ? address : 0;
	self->state = HW_THREAD_FAULTED;
	queue_append(&undelivered, self);
	wake_handler();
	schedule_block();
}

void fault_set_handler(struct thread *thread)
{
	handler = thread;
	wake_handler();
}

void fault_forget_handler(const struct thread *thread)
{
	if (handler == thread)
		handler = NULL;
}

bool fault_pending(const struct thread *thread)
{
	return thread == handler && undelivered.occupied;
}

void fault_deliver_next(struct thread *thread)
{
	(void)thread;
	set_event(queue_pop(&undelivered));
}
