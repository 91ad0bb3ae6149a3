/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Who runs: the highest effective priority, round robin within one. The running thread is in no
 * queue; entry.S returns to `current`.
 */
#pragma once

#include <stdint.h>
#include <hw/abi.h>
#include "cpu.h"
#include "thread.h"

extern struct queue schedule_queue; /* ready threads but the running one */
extern uint64_t schedule_switched;  /* TSC when `current` began to run */

/* A thread may run from now on. */
void schedule_ready(struct thread *thread);

/* Likewise, after it has waited for something: sets its state. */
void schedule_wake(struct thread *thread);

/* The running thread cannot go on: run the next one, idle until there is one. */
void schedule_block(void);

/* Give way if somebody more important is ready. */
void schedule_preempt(void);

/* Give up the rest of the time slice. */
void schedule_yield(void);

/* The timer has fired while `current` ran. */
void schedule_tick(void);

/* Hand the CPU and what is left of the time slice to a thread that is in no queue. */
static inline void schedule_donate(struct thread *next)
{
	uint64_t now = cpu_tsc();

	current->time_used += now - schedule_switched;
	schedule_switched = now;
	current = next;
}

/* As schedule_donate(), but `current` stays ready and `next` runs on its own budget. */
void schedule_swap(struct thread *next);

/* The running thread goes on with the budget of the client that it serves now. */
void schedule_take_budget(const struct thread *client);

/* Its own priority or somebody's who waits for it has changed: pass it on down the chain. */
void schedule_update_priority(struct thread *thread);

/* CPU time that a thread has used, in TSC ticks. */
uint64_t schedule_time_used(const struct thread *thread);

/* A full time slice in TSC ticks. */
void schedule_set_slice(uint64_t ticks);
uint64_t schedule_slice(void);

/* Forget a thread that will not run again. */
void schedule_remove(struct thread *thread);

/* Run the first thread of all. */
void schedule_start(struct thread *thread);
