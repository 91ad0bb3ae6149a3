/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "work.h"

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error forward(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	struct worker *worker = self;
	(void)request;
	return work_echo(worker->friend_cap, value, back);
}

static tn_error hold(void *self, struct tn_request *request)
{
	struct worker *worker = self;
	(void)request;
	tn_semaphore_up(&worker->held);
	tn_semaphore_down(&worker->let_go);
	return TN_OK;
}

static tn_error swap(void *self, struct tn_request *request, tn_any_cap in, tn_any_cap *out)
{
	(void)self;
	(void)request;
	*out = in;
	return TN_OK;
}

void worker_serve(struct worker *worker, struct tn_entrypoint *entrypoint)
{
	static const struct work_ops ops = {
		.echo = echo, .forward = forward, .hold = hold, .swap = swap
	};
	worker->entrypoint = entrypoint;
	TN_MUST(work_serve(entrypoint, &worker->object, &ops, worker, &worker->cap));
}

void worker_start(struct worker *worker, const char *name)
{
	struct tn_entrypoint *entrypoint;
	__builtin_memset(worker, 0, sizeof(*worker));
	TN_MUST(tn_entrypoint_create(name, TN_PRIORITY_DEFAULT, &entrypoint));
	worker_serve(worker, entrypoint);
}

void worker_end(struct worker *worker)
{
	TN_MUST(tn_entrypoint_destroy(worker->entrypoint));
}

static struct worker main_worker;

void play_swapper(struct tn_env *env)
{
	worker_serve(&main_worker, tn_env_entrypoint(env));
	tn_actor_put("swapper", main_worker.cap.handle);
}

/* -- many threads of one client -- */

enum { CALLERS = 4, CROWD = 10 };

static work_cap target;
static struct tn_semaphore calling;
static tn_error results[CALLERS];

static void call_until_error(void *argument)
{
	tn_error *result = argument;
	uint64_t back;
	for (uint64_t i = 0;; i++) {
		*result = work_echo(target, i, &back);
		if (*result != TN_OK)
			return;
		if (i == 20)
			tn_semaphore_up(&calling);
	}
}

void play_caller(struct tn_env *env)
{
	struct tn_thread *threads[CALLERS];
	tn_error error = TN_ERR_GONE;
	(void)env;
	target.handle = tn_actor_get("target");
	for (unsigned i = 0; i < CALLERS; i++)
		TN_MUST(tn_thread_create("caller", TN_PRIORITY_DEFAULT, 0, call_until_error,
					 &results[i], &threads[i]));
	for (unsigned i = 0; i < CALLERS; i++)
		tn_semaphore_down(&calling);
	tn_actor_post("calling");
	for (unsigned i = 0; i < CALLERS; i++) {
		TN_MUST(tn_thread_join(threads[i]));
		if (results[i] != TN_ERR_GONE)
			error = results[i];
	}
	tn_exit((int)tn_error_number(error));
}

static void call_and_stay(void *argument)
{
	(void)argument;
	tn_semaphore_up(&calling);
	TN_MUST(work_hold(target));
}

void play_crowd(struct tn_env *env)
{
	struct tn_thread *thread;
	(void)env;
	target.handle = tn_actor_get("held");
	for (unsigned i = 0; i < CROWD; i++)
		TN_MUST(tn_thread_create("one", TN_PRIORITY_DEFAULT, 0, call_and_stay, NULL,
					 &thread));
	for (unsigned i = 0; i < CROWD; i++)
		tn_semaphore_down(&calling);
	tn_actor_post("crowded");
	TN_MUST(work_hold(target));
}

/* -- faults -- */

static void write_nowhere(void *argument)
{
	(void)argument;
	*(volatile uint64_t *)NOWHERE = 1;
}

static void overflow(void *argument)
{
	(void)argument;
	__asm__ volatile("1: pushq $0; jmp 1b");
}

/* As a function with a large frame does, beyond the first page of the guard. */
static void far_below(void *argument)
{
	unsigned char *here = __builtin_frame_address(0);
	(void)argument;
	__asm__("" : "+r"(here));
	*(volatile unsigned char *)(here - (uintptr_t)(64u << 10) - (uintptr_t)(100u << 10)) = 1;
}

static void run_in_second(void (*function)(void *argument))
{
	struct tn_thread *thread;
	TN_MUST(tn_thread_create("second", TN_PRIORITY_DEFAULT, 0, function, NULL, &thread));
	TN_MUST(tn_thread_join(thread));
}

void play_faulty(struct tn_env *env)
{
	(void)env;
	run_in_second(write_nowhere);
}

static void run_with_stack(size_t stack_size)
{
	struct tn_thread *thread;
	TN_MUST(tn_thread_create("sized", TN_PRIORITY_DEFAULT, stack_size, overflow, NULL,
				 &thread));
	TN_MUST(tn_thread_join(thread));
}

static void run_at_entrypoint(void)
{
	static struct tn_signal signal = { .handler = overflow };
	static struct tn_semaphore never;
	struct tn_entrypoint *entrypoint;
	TN_MUST(tn_entrypoint_create("entry", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(tn_signal_create(entrypoint, &signal));
	TN_MUST(tn_signal_submit(signal.cap));
	tn_semaphore_down(&never);
}

/* The last character of its name says which thread, of OVERFLOWS. */
void play_overflow(struct tn_env *env)
{
	switch (tn_env_name(env)[sizeof("overflow.") - 1]) {
	case '0':
		overflow(NULL);
		break;
	case '1':
		run_in_second(overflow);
		break;
	case '2':
		run_with_stack(TN_PAGE_SIZE);
		break;
	case '3':
		run_with_stack(TN_STACK_MAX);
		break;
	case '4':
		run_at_entrypoint();
		break;
	case '5':
		far_below(NULL);
		break;
	default:
		run_in_second(far_below);
	}
	tn_exit(1);
}

static void sleep_for_ever(void *argument)
{
	static struct tn_semaphore never;
	(void)argument;
	tn_semaphore_up(&calling);
	tn_semaphore_down(&never);
}

/* Ends without having joined: all that its threads were goes with it. */
void play_unjoined(struct tn_env *env)
{
	struct tn_thread *thread;
	(void)env;
	for (unsigned i = 0; i < CROWD; i++) {
		TN_MUST(tn_thread_create("one", TN_PRIORITY_DEFAULT, 0, sleep_for_ever, NULL,
					 &thread));
		tn_semaphore_down(&calling);
	}
	tn_exit(3);
}
