/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Threads, and the entrypoints that some of them serve. */
#include <runtime/runtime.h>

/* `go`: the thread waits for it before it does anything. */
enum { GO_WAIT, GO_RUN, GO_STOP };

struct tn_thread {
	char name[TN_THREAD_NAME_MAX + 1];
	uint32_t index, go;
	uint64_t base, top; /* of its stack */
	void (*function)(void *argument);
	void *argument;
	uint32_t ended;
	uint32_t joiner; /* index + 1 of who waits for that */
	struct tn_entrypoint entrypoint;
};

/*
 * From the end of a thread at core to that of its mappings: its index, and so its addresses, may be
 * taken by the next one at once. Core is called meanwhile, nobody else.
 */
static struct tn_mutex places;

static struct tn_thread *self(void)
{
	return (struct tn_thread *)(uintptr_t)thread_page()->self;
}

struct tn_entrypoint *current_entrypoint(void)
{
	return self() ? &self()->entrypoint : &runtime_entrypoint;
}

ABI struct tn_entrypoint *tn_thread_self_entrypoint(void)
{
	return current_entrypoint();
}

ABI uint32_t tn_thread_self(void)
{
	return thread_index();
}

ABI const char *tn_thread_self_name(void)
{
	return self() ? self()->name : "main";
}

/* Either this finds the joiner, or the joiner finds `ended`; who then waits until this has left. */
static TN_NO_RETURN void finish(struct tn_thread *thread)
{
	__atomic_store_n(&thread->ended, 1, __ATOMIC_SEQ_CST);
	uint32_t joiner = __atomic_load_n(&thread->joiner, __ATOMIC_SEQ_CST);
	if (joiner)
		port_unpark(joiner - 1);
	port_thread_leave();
}

static TN_NO_RETURN void begin(struct tn_thread *thread)
{
	uint32_t go;
	port_thread_begin();
	thread_page()->self = (uintptr_t)thread;
	announce_guard();
	while ((go = __atomic_load_n(&thread->go, __ATOMIC_ACQUIRE)) == GO_WAIT)
		port_park(thread->index);
	if (go == GO_RUN)
		thread->function(thread->argument);
	finish(thread);
}

static void let_go(struct tn_thread *thread, uint32_t go)
{
	__atomic_store_n(&thread->go, go, __ATOMIC_RELEASE);
	port_unpark(thread->index);
}

static tn_error start(struct tn_thread *thread)
{
	uint64_t entry = (uintptr_t)begin, argument = (uintptr_t)thread;
	uint64_t stack_pointer = thread->top - 8; /* as after a call instruction */
	tn_error error = port_attached(thread->base, thread->top - thread->base, 0,
				       TN_RIGHT_READ | TN_RIGHT_WRITE);
	if (error == TN_OK)
		error = port_thread_prepare(thread->index);
	if (error == TN_OK)
		error = tn_cpu_thread_start(runtime_env.cpu, runtime_env.pd, thread->index, entry,
					    stack_pointer, argument);
	if (error == TN_OK)
		error = port_thread_launch(thread->index, entry, stack_pointer, argument);
	return error;
}

/* Nothing runs on its stack, nothing leads to it. */
static void release(struct tn_thread *thread)
{
	tn_mutex_lock(&places);
	while (tn_cpu_thread_end(runtime_env.cpu, runtime_env.pd, thread->index) == TN_ERR_AGAIN)
		; /* it serves many */
	port_detached(thread->base, thread->top - thread->base);
	port_thread_ended(thread->index);
	tn_mutex_unlock(&places);
	tn_heap_free(thread);
}

static struct tn_thread *allocate(const char *name)
{
	struct tn_thread *thread = tn_heap_alloc(sizeof(*thread));
	if (!thread)
		return NULL;
	memset(thread, 0, sizeof(*thread));
	for (uint32_t i = 0; i < TN_THREAD_NAME_MAX && name[i]; i++)
		thread->name[i] = name[i];
	return thread;
}

static tn_error create(struct tn_thread *thread, uint32_t priority, size_t stack_size)
{
	tn_mutex_lock(&places);
	tn_error error =
		tn_cpu_thread_create(runtime_env.cpu, runtime_env.pd, thread->name, priority,
				     stack_size, &thread->index, &thread->base, &thread->top);
	tn_mutex_unlock(&places);
	if (error != TN_OK) {
		tn_heap_free(thread);
		return error;
	}
	entrypoint_init(&thread->entrypoint, thread->index);
	error = start(thread);
	if (error != TN_OK)
		release(thread);
	return error;
}

ABI tn_error tn_thread_create(const char *name, uint32_t priority, size_t stack_size,
			      void (*function)(void *argument), void *argument,
			      struct tn_thread **made)
{
	struct tn_thread *thread = allocate(name);
	if (!thread)
		return TN_ERR_OUT_OF_RAM;
	thread->function = function;
	thread->argument = argument;
	thread->go = GO_RUN;
	*made = thread; /* first: the thread may look at once */
	tn_error error = create(thread, priority, stack_size);
	if (error != TN_OK)
		*made = NULL;
	return error;
}

ABI tn_error tn_thread_join(struct tn_thread *thread)
{
	if (thread->index == thread_index())
		return TN_ERR_DEADLOCK;
	__atomic_store_n(&thread->joiner, thread_index() + 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&thread->ended, __ATOMIC_SEQ_CST))
		port_park(thread_index());
	port_thread_await_end(thread->index);
	sessions_forget(&thread->entrypoint);
	entrypoint_clear(&thread->entrypoint);
	release(thread);
	return TN_OK;
}

static uint32_t index_of(const struct tn_thread *thread)
{
	return thread ? thread->index : thread_index();
}

ABI tn_error tn_thread_set_priority(struct tn_thread *thread, uint32_t priority)
{
	return tn_cpu_thread_priority(runtime_env.cpu, runtime_env.pd, index_of(thread), priority);
}

ABI tn_error tn_thread_set_affinity(struct tn_thread *thread, uint64_t cpus)
{
	return tn_cpu_thread_affinity(runtime_env.cpu, runtime_env.pd, index_of(thread), cpus);
}

/* -- entrypoints -- */

static void serve(void *entrypoint)
{
	entrypoint_serve(entrypoint);
}

/* On the entrypoint itself. */
static void stop(void *argument)
{
	struct tn_entrypoint *entrypoint = argument;
	entrypoint->stopping = true;
}

ABI tn_error tn_entrypoint_create(const char *name, uint32_t priority, struct tn_entrypoint **made)
{
	struct tn_thread *thread = allocate(name);
	if (!thread)
		return TN_ERR_OUT_OF_RAM;
	struct tn_entrypoint *entrypoint = &thread->entrypoint;
	thread->function = serve;
	thread->argument = entrypoint;
	tn_error error = create(thread, priority, 0);
	if (error != TN_OK)
		return error;
	entrypoint->stop.handler = stop;
	entrypoint->stop.argument = entrypoint;
	error = tn_signal_create(entrypoint, &entrypoint->stop);
	let_go(thread, error == TN_OK ? GO_RUN : GO_STOP);
	if (error == TN_OK) {
		*made = entrypoint;
		return TN_OK;
	}
	tn_error ignored = tn_thread_join(thread);
	(void)ignored; /* another thread, not yet joined */
	return error;
}

ABI tn_error tn_entrypoint_destroy(struct tn_entrypoint *entrypoint)
{
	if (entrypoint == &runtime_entrypoint)
		return TN_ERR_ARGUMENT;
	if (entrypoint->thread == thread_index())
		return TN_ERR_DEADLOCK;
	(void)tn_signal_submit(entrypoint->stop.cap);
	char *at = (char *)entrypoint - offsetof(struct tn_thread, entrypoint);
	return tn_thread_join((struct tn_thread *)(void *)at);
}
