/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "control.h"
#include "capability.h"
#include "console.h"
#include "fault.h"
#include "ipc.h"
#include "irq.h"
#include "panic.h"
#include "pd.h"
#include "port.h"
#include "schedule.h"
#include "string.h"
#include "table.h"
#include "timer.h"

typedef enum hw_status control_call(struct registers *args, struct thread *self);

static enum hw_status call_pd_create(struct registers *args, struct thread *self)
{
	(void)self;
	return pd_create(args->rdi, args->rsi);
}

static enum hw_status call_pd_destroy(struct registers *args, struct thread *self)
{
	(void)self;
	return pd_destroy(args->rdi, &args->rsi);
}

static enum hw_status call_cap_grow(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);

	(void)self;
	return pd ? capability_grow(pd, args->rsi) : HW_ERR_FRAME;
}

static enum hw_status call_cap_set(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);

	(void)self;
	return pd ? capability_set(pd, args->rsi, args->rdx, args->r10, args->r8) : HW_ERR_FRAME;
}

static enum hw_status call_cap_clear(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);

	(void)self;
	return pd ? capability_clear(pd, args->rsi) : HW_ERR_FRAME;
}

static enum hw_status call_map(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);
	uint64_t address = args->rsi;

	(void)self;
	args->rsi = 0;
	return pd ? pd_map(pd, address, args->rdx, args->r10, args->r8, &args->rsi) : HW_ERR_FRAME;
}

static enum hw_status call_unmap(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find_dying(args->rdi);
	uint64_t address = args->rsi;

	(void)self;
	args->rsi = 0;
	return pd ? pd_unmap(pd, address, args->rdx, &args->rsi) : HW_ERR_FRAME;
}

static enum hw_status call_table_add(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);

	(void)self;
	return pd ? pd_table_add(pd, args->rsi, args->rdx) : HW_ERR_FRAME;
}

static enum hw_status call_table_take(struct registers *args, struct thread *self)
{
	struct pd *pd = pd_find(args->rdi);
	uint64_t address = args->rsi;

	(void)self;
	args->rsi = 0;
	return pd ? pd_table_take(pd, address, &args->rsi) : HW_ERR_FRAME;
}

static bool in_utcb(uint64_t offset, uint64_t size)
{
	return offset <= HW_PAGE_SIZE && size <= HW_PAGE_SIZE - offset;
}

static enum hw_status call_thread_create(struct registers *args, struct thread *self)
{
	struct hw_thread_args copy;

	if (!in_utcb(args->rdi, sizeof(copy)))
		return HW_ERR_ARGUMENT;
	memcpy(&copy, self->utcb + args->rdi, sizeof(copy));
	return thread_create(&copy);
}

static enum hw_status call_thread_destroy(struct registers *args, struct thread *self)
{
	(void)self;
	return thread_destroy(args->rdi);
}

static enum hw_status call_thread_abort(struct registers *args, struct thread *self)
{
	struct thread *thread = thread_find(args->rdi);

	(void)self;
	if (!thread)
		return HW_ERR_FRAME;
	if (thread->server)
		ipc_end_call(thread, HW_ERR_GONE);
	return HW_OK;
}

static enum hw_status call_thread_resume(struct registers *args, struct thread *self)
{
	struct thread *thread = thread_find(args->rdi);

	(void)self;
	if (!thread)
		return HW_ERR_FRAME;
	if (thread->state != HW_THREAD_FAULTED || !table_user_address(args->rsi))
		return HW_ERR_ARGUMENT;
	if (args->rsi)
		thread->registers.rip = args->rsi;
	if (thread->queue)
		queue_remove(thread);
	schedule_wake(thread);
	return HW_OK;
}

static enum hw_status call_thread_registers(struct registers *args, struct thread *self)
{
	const struct thread *thread = thread_find(args->rdi);
	struct hw_registers registers;

	if (!thread)
		return HW_ERR_FRAME;
	if (!in_utcb(args->rsi, sizeof(registers)))
		return HW_ERR_ARGUMENT;
	memcpy(&registers, &thread->registers, sizeof(thread->registers));
	registers.state = thread->state;
	memcpy(self->utcb + args->rsi, &registers, sizeof(registers));
	return HW_OK;
}

static enum hw_status call_thread_priority(struct registers *args, struct thread *self)
{
	struct thread *thread = thread_find(args->rdi);

	(void)self;
	if (!thread)
		return HW_ERR_FRAME;
	if (args->rsi >= HW_PRIORITIES)
		return HW_ERR_ARGUMENT;
	thread->priority = (uint8_t)args->rsi;
	schedule_update_priority(thread);
	return HW_OK;
}

static enum hw_status call_thread_time(struct registers *args, struct thread *self)
{
	const struct thread *thread = thread_find(args->rdi);

	(void)self;
	if (!thread)
		return HW_ERR_FRAME;
	args->rsi = timer_to_ns(schedule_time_used(thread));
	return HW_OK;
}

static enum hw_status call_fault_handler(struct registers *args, struct thread *self)
{
	struct thread *thread = thread_find(args->rdi);

	(void)self;
	if (!thread)
		return HW_ERR_FRAME;
	fault_set_handler(thread);
	return HW_OK;
}

static enum hw_status call_signal_frame(struct registers *args, struct thread *self)
{
	(void)self;
	return signal_frame_add(args->rdi);
}

static enum hw_status call_signal_frame_free(struct registers *args, struct thread *self)
{
	(void)self;
	return signal_frame_free(args->rdi);
}

static enum hw_status call_signal_create(struct registers *args, struct thread *self)
{
	(void)self;
	return signal_create(args->rdi, thread_find(args->rsi), args->rdx);
}

static enum hw_status call_signal_destroy(struct registers *args, struct thread *self)
{
	(void)self;
	return signal_destroy(args->rdi);
}

static enum hw_status call_irq_bind(struct registers *args, struct thread *self)
{
	(void)self;
	return irq_bind(args->rdi, args->rsi);
}

static enum hw_status call_irq_ack(struct registers *args, struct thread *self)
{
	(void)self;
	return irq_acknowledge(args->rdi);
}

static enum hw_status call_time(struct registers *args, struct thread *self)
{
	(void)self;
	args->rsi = timer_now();
	return HW_OK;
}

static enum hw_status call_deadline(struct registers *args, struct thread *self)
{
	const struct signal *signal = signal_find(args->rsi);

	(void)self;
	if (!signal && args->rdi != UINT64_MAX)
		return HW_ERR_FRAME;
	timer_set_deadline(args->rdi, (struct signal_reference){ signal ? args->rsi : 0,
								 signal ? signal->serial : 0 });
	return HW_OK;
}

static enum hw_status call_console_write(struct registers *args, struct thread *self)
{
	if (!in_utcb(args->rdi, args->rsi) || args->rsi > HW_CONSOLE_MAX)
		return HW_ERR_ARGUMENT;
	args->rsi = console_take(self->utcb + args->rdi, args->rsi);
	return HW_OK;
}

static enum hw_status call_shutdown(struct registers *args, struct thread *self)
{
	(void)self;
	if (args->rdi > 127)
		return HW_ERR_ARGUMENT;
	machine_shutdown((uint8_t)args->rdi);
}

static enum hw_status call_port_read(struct registers *args, struct thread *self)
{
	(void)self;
	return port_read(args->rdi, args->rsi, &args->rsi);
}

static enum hw_status call_port_write(struct registers *args, struct thread *self)
{
	(void)self;
	return port_write(args->rdi, args->rsi, args->rdx);
}

static control_call *const calls[HW_SYSCALL_COUNT - HW_CORE_FIRST] = {
	[HW_PD_CREATE - HW_CORE_FIRST] = call_pd_create,
	[HW_PD_DESTROY - HW_CORE_FIRST] = call_pd_destroy,
	[HW_CAP_GROW - HW_CORE_FIRST] = call_cap_grow,
	[HW_CAP_SET - HW_CORE_FIRST] = call_cap_set,
	[HW_CAP_CLEAR - HW_CORE_FIRST] = call_cap_clear,
	[HW_MAP - HW_CORE_FIRST] = call_map,
	[HW_UNMAP - HW_CORE_FIRST] = call_unmap,
	[HW_TABLE_ADD - HW_CORE_FIRST] = call_table_add,
	[HW_THREAD_CREATE - HW_CORE_FIRST] = call_thread_create,
	[HW_THREAD_DESTROY - HW_CORE_FIRST] = call_thread_destroy,
	[HW_THREAD_ABORT - HW_CORE_FIRST] = call_thread_abort,
	[HW_THREAD_RESUME - HW_CORE_FIRST] = call_thread_resume,
	[HW_THREAD_REGISTERS - HW_CORE_FIRST] = call_thread_registers,
	[HW_THREAD_PRIORITY - HW_CORE_FIRST] = call_thread_priority,
	[HW_THREAD_TIME - HW_CORE_FIRST] = call_thread_time,
	[HW_FAULT_HANDLER - HW_CORE_FIRST] = call_fault_handler,
	[HW_SIGNAL_FRAME - HW_CORE_FIRST] = call_signal_frame,
	[HW_SIGNAL_FRAME_FREE - HW_CORE_FIRST] = call_signal_frame_free,
	[HW_SIGNAL_CREATE - HW_CORE_FIRST] = call_signal_create,
	[HW_SIGNAL_DESTROY - HW_CORE_FIRST] = call_signal_destroy,
	[HW_IRQ_BIND - HW_CORE_FIRST] = call_irq_bind,
	[HW_IRQ_ACK - HW_CORE_FIRST] = call_irq_ack,
	[HW_TIME - HW_CORE_FIRST] = call_time,
	[HW_DEADLINE - HW_CORE_FIRST] = call_deadline,
	[HW_CONSOLE_WRITE - HW_CORE_FIRST] = call_console_write,
	[HW_SHUTDOWN - HW_CORE_FIRST] = call_shutdown,
	[HW_TABLE_TAKE - HW_CORE_FIRST] = call_table_take,
	[HW_PORT_READ - HW_CORE_FIRST] = call_port_read,
	[HW_PORT_WRITE - HW_CORE_FIRST] = call_port_write,
};

void control_dispatch(struct thread *self, uint64_t number)
{
	if (number >= HW_SYSCALL_COUNT)
		self->registers.rax = HW_ERR_NUMBER;
	else if (self->pd != core_pd)
		self->registers.rax = HW_ERR_DENIED;
	else
		self->registers.rax = calls[number - HW_CORE_FIRST](&self->registers, self);
	schedule_preempt();
}
