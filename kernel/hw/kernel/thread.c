/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "thread.h"
#include "fault.h"
#include "ipc.h"
#include "pd.h"
#include "schedule.h"
#include "string.h"
#include "table.h"

/* Callers that one call of thread_destroy() wakes. */
enum { WAKE_MAX = 64 };

enum { RFLAGS_INTERRUPTS = 0x202 };
enum { FPU_CONTROL = 0x37f, FPU_MXCSR = 0x1f80, FPU_MXCSR_OFFSET = 24 };

uint64_t serial_next(void)
{
	static uint64_t last;

	do
		last++;
	while (!(last & SERIAL_MASK));
	return last;
}

struct thread *thread_find(uint64_t name)
{
	struct thread *thread;

	if (!frame_named(name, FRAME_THREAD))
		return NULL;
	thread = frame_memory(name);
	return thread->serial ? thread : NULL;
}

void thread_setup(struct thread *thread, struct pd *pd, const struct hw_thread_args *args)
{
	const uint16_t control = FPU_CONTROL;
	const uint32_t mxcsr = FPU_MXCSR;

	thread->serial = serial_next();
	thread->pd = pd;
	thread->page_table = pd->page_table;
	thread->utcb = frame_memory(args->utcb_frame);
	thread->utcb_address = args->utcb_address;
	thread->local_id = args->local_id;
	thread->priority = thread->effective = (uint8_t)args->priority;
	thread->budget = thread->turn_end = schedule_slice();
	thread->full_return = 1;
	thread->registers.rip = args->entry;
	thread->registers.rsp = args->stack_pointer;
	thread->registers.rdi = args->argument;
	thread->registers.rflags = RFLAGS_INTERRUPTS;
	memcpy(thread->fpu, &control, sizeof(control));
	memcpy(thread->fpu + FPU_MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
	pd_thread_add(pd, thread);
}

static enum hw_status check_args(const struct hw_thread_args *args)
{
	const struct pd *pd = pd_find(args->pd);

	if (!pd || !frame_donatable(args->thread_frame) ||
	    !frame_named(args->utcb_frame, FRAME_CORE) || args->thread_frame == args->utcb_frame)
		return HW_ERR_FRAME;
	if (args->priority >= HW_PRIORITIES || args->local_id >= PD_LOCAL_IDS ||
	    !table_user_address(args->entry) || !table_user_address(args->stack_pointer))
		return HW_ERR_ARGUMENT;
	if (pd_thread(pd, args->local_id))
		return HW_ERR_OCCUPIED;
	return HW_OK;
}

enum hw_status thread_create(const struct hw_thread_args *args)
{
	enum hw_status status = check_args(args);
	struct pd *pd = pd_find(args->pd);
	struct thread *thread;
	uint64_t mapped;

	if (status != HW_OK)
		return status;
	status = pd_map(pd, args->utcb_address, args->utcb_frame, 1, HW_RIGHT_READ | HW_RIGHT_WRITE,
			&mapped);
	if (status != HW_OK)
		return status;

	thread = frame_take(args->thread_frame, FRAME_THREAD);
	frames[args->utcb_frame / HW_PAGE_SIZE].mappings++;
	thread_setup(thread, pd, args);
	schedule_ready(thread);
	return HW_OK;
}

/* From now on nothing leads to the thread but its own callers. */
static void stop(struct thread *thread)
{
	thread->serial = 0;
	schedule_remove(thread);
	fault_forget_handler(thread);
	if (thread->client)
		ipc_end_call(thread->client, HW_ERR_GONE);
}

static void release_utcb(struct thread *thread)
{
	uint64_t frame = frame_address(thread->utcb);
	unsigned level;
	uint64_t *entry = table_walk(thread->page_table, thread->utcb_address, &level);

	/* Core may have mapped something else there since. */
	if (level == TABLE_LOWEST && *entry & TABLE_PRESENT && (*entry & TABLE_ADDRESS) == frame)
		table_clear_entry(entry);
	frames[frame / HW_PAGE_SIZE].mappings--;
}

enum hw_status thread_destroy(uint64_t name)
{
	struct thread *thread;

	if (!frame_named(name, FRAME_THREAD))
		return HW_ERR_FRAME;
	thread = frame_memory(name);
	/* The one that asks, and core's first: its frames were never core's. */
	if (thread == current || !frame_is(frame_address(thread->utcb) / HW_PAGE_SIZE, FRAME_CORE))
		return HW_ERR_ARGUMENT;

	if (thread->serial) {
		if (thread->server)
			ipc_withdraw(thread);
		stop(thread);
	}
	for (unsigned i = 0; thread->callers.occupied; i++) {
		if (i == WAKE_MAX)
			return HW_ERR_AGAIN;
		ipc_end_call(thread->callers.first[queue_top(&thread->callers)], HW_ERR_GONE);
	}
	release_utcb(thread);
	pd_thread_remove(thread->pd, thread);
	frame_give_back(name);
	return HW_OK;
}
