/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "capability.h"
#include "control.h"
#include "fault.h"
#include "ipc.h"
#include "irq.h"
#include "schedule.h"
#include "timer.h"

/* What entry.S calls. It returns to whatever thread `current` is afterwards. */
void syscall_dispatch(struct thread *self);
void interrupt_dispatch(struct thread *self, uint64_t vector, uint64_t error, uint64_t address);
void interrupt_in_idle(uint64_t vector);

static enum hw_status submit_signal(const struct thread *self)
{
	const struct capability *capability =
		capability_find(self->pd, self->registers.rdi, HW_CAP_SIGNAL);
	struct signal *signal = capability ? capability_signal(capability) : NULL;

	if (!signal)
		return HW_ERR_CAP;
	signal_submit(signal);
	return HW_OK;
}

static void park(struct thread *self)
{
	self->registers.rax = HW_OK;
	if (self->unpark_token) {
		self->unpark_token = false;
		return;
	}
	self->state = HW_THREAD_PARKED;
	schedule_block();
}

static enum hw_status unpark(const struct thread *self)
{
	struct thread *thread = pd_thread(self->pd, self->registers.rdi);

	/* One that is being destroyed is still known by its id. */
	if (!thread || !thread->serial)
		return HW_ERR_ARGUMENT;
	if (thread->state == HW_THREAD_PARKED)
		schedule_wake(thread);
	else
		thread->unpark_token = true;
	return HW_OK;
}

void syscall_dispatch(struct thread *self)
{
	uint64_t number = self->registers.rax;

	switch (number) {
	case HW_CALL:
		ipc_call(self);
		break;
	case HW_REPLY_WAIT:
		ipc_reply_wait(self);
		break;
	case HW_SIGNAL:
		self->registers.rax = submit_signal(self);
		schedule_preempt();
		break;
	case HW_PARK:
		park(self);
		break;
	case HW_UNPARK:
		self->registers.rax = unpark(self);
		schedule_preempt();
		break;
	case HW_YIELD:
		self->registers.rax = HW_OK;
		schedule_yield();
		break;
	default:
		if (number < HW_CORE_FIRST)
			self->registers.rax = HW_ERR_NUMBER;
		else
			control_dispatch(self, number);
	}
}

static void handle_interrupt(uint64_t vector)
{
	if (vector == VECTOR_SPURIOUS)
		return; /* has no end-of-interrupt */
	if (vector == VECTOR_TIMER)
		timer_interrupt();
	else if (vector >= VECTOR_IRQ)
		irq_raise((uint32_t)(vector - VECTOR_IRQ));
	apic_end_of_interrupt();
}

void interrupt_in_idle(uint64_t vector)
{
	handle_interrupt(vector);
}

void interrupt_dispatch(struct thread *self, uint64_t vector, uint64_t error, uint64_t address)
{
	(void)self;
	if (vector < 32) {
		fault_raise(vector, error, address);
		return;
	}
	handle_interrupt(vector);
	if (vector == VECTOR_TIMER)
		schedule_tick();
	schedule_preempt();
}
