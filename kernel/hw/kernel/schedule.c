/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "schedule.h"
#include "timer.h"

struct queue schedule_queue;
uint64_t schedule_switched;
struct thread *current;
struct thread *fpu_owner;

/* When the running thread has used up its time slice. */
static uint64_t slice_end;
static uint64_t slice;

/* How far a priority is passed on along callers of callers: a bound, not a feature. */
enum { CHAIN_MAX = 64 };

void schedule_set_slice(uint64_t ticks)
{
	slice = ticks;
}

uint64_t schedule_slice(void)
{
	return slice;
}

static void begin_slice(uint64_t now, uint64_t budget)
{
	slice_end = now + budget;
	timer_want(slice_end);
}

static void run(struct thread *thread)
{
	uint64_t now = cpu_tsc();

	current = thread;
	schedule_switched = now;
	begin_slice(now, thread->budget);
}

/* `current` stops running for now, with what is left of its slice. False: nothing was left. */
static bool leave(void)
{
	uint64_t now = cpu_tsc();
	bool some_left = slice_end > now;

	current->time_used += now - schedule_switched;
	current->budget = some_left ? slice_end - now : slice;
	return some_left;
}

static void run_next(void)
{
	while (!schedule_queue.occupied) {
		current = NULL;
		cpu_idle();
	}
	run(queue_pop(&schedule_queue));
}

void schedule_ready(struct thread *thread)
{
	queue_append(&schedule_queue, thread);
}

void schedule_wake(struct thread *thread)
{
	thread->state = HW_THREAD_RUNNABLE;
	schedule_ready(thread);
}

void schedule_block(void)
{
	leave();
	run_next();
}

void schedule_preempt(void)
{
	if (queue_top(&schedule_queue) <= current->effective)
		return;
	if (leave())
		queue_prepend(&schedule_queue, current);
	else
		queue_append(&schedule_queue, current);
	run_next();
}

void schedule_yield(void)
{
	leave();
	current->budget = slice;
	queue_append(&schedule_queue, current);
	run_next();
}

void schedule_tick(void)
{
	uint64_t now = cpu_tsc();

	if (now < slice_end)
		timer_want(slice_end);
	else if (queue_top(&schedule_queue) >= current->effective)
		schedule_yield();
	else
		begin_slice(now, slice);
}

void schedule_swap(struct thread *next)
{
	leave();
	queue_append(&schedule_queue, current);
	run(next);
}

void schedule_take_budget(const struct thread *client)
{
	begin_slice(cpu_tsc(), client->budget);
}

static unsigned wanted_priority(const struct thread *thread)
{
	int wanted = queue_top(&thread->callers);

	if (thread->priority > wanted)
		wanted = thread->priority;
	if (thread->client && thread->client->effective > wanted)
		wanted = thread->client->effective;
	return (unsigned)wanted;
}

void schedule_update_priority(struct thread *thread)
{
	for (unsigned depth = 0; thread && depth < CHAIN_MAX; depth++) {
		unsigned wanted = wanted_priority(thread);
		struct queue *queue = thread->queue;

		if (wanted == thread->effective)
			return;
		if (queue)
			queue_remove(thread);
		thread->effective = (uint8_t)wanted;
		if (queue)
			queue_append(queue, thread);
		thread = thread->server;
	}
}

uint64_t schedule_time_used(const struct thread *thread)
{
	return thread->time_used + (thread == current ? cpu_tsc() - schedule_switched : 0);
}

void schedule_remove(struct thread *thread)
{
	if (thread->queue)
		queue_remove(thread);
	if (fpu_owner == thread)
		fpu_owner = NULL;
}

void schedule_start(struct thread *thread)
{
	run(thread);
}
