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
/* It has, while a more important one worked for it: who it works for gives way afterwards. */
static bool slice_over;

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
	slice_over = false;
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

/* A turn is a time slice, however often it is interrupted; then all others come first. */
static void take_turn(struct thread *thread)
{
	thread->budget = slice;
	thread->turn_end = thread->time_used + slice;
	queue_append(&schedule_queue, thread);
}

/*
 * Work that a more important thread does on its own time, which ends by waking this one, was for
 * it: a fault resolved. It is taken off its turn.
 */
static void charge(struct thread *thread)
{
	uint64_t now, spent;

	if (!current || current->client || current->effective <= thread->effective)
		return;
	now = cpu_tsc();
	spent = now - schedule_switched;
	current->time_used += spent;
	schedule_switched = now;
	thread->turn_end -= spent < thread->turn_end ? spent : thread->turn_end;
}

void schedule_wake(struct thread *thread)
{
	thread->state = HW_THREAD_RUNNABLE;
	charge(thread);
	if (thread->time_used >= thread->turn_end) {
		take_turn(thread);
		return;
	}
	thread->budget = thread->turn_end - thread->time_used;
	queue_prepend(&schedule_queue, thread);
}

void schedule_block(void)
{
	leave();
	run_next();
}

void schedule_preempt(void)
{
	int top = queue_top(&schedule_queue);

	if (top <= current->effective) {
		if (slice_over && top == current->effective)
			schedule_yield();
		return;
	}
	if (leave())
		queue_prepend(&schedule_queue, current);
	else
		take_turn(current);
	run_next();
}

void schedule_yield(void)
{
	leave();
	take_turn(current);
	run_next();
}

void schedule_tick(void)
{
	uint64_t now = cpu_tsc();

	if (now < slice_end)
		timer_want(slice_end);
	else if (queue_top(&schedule_queue) >= current->effective)
		schedule_yield();
	else {
		begin_slice(now, slice);
		slice_over = current->client != NULL;
	}
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
