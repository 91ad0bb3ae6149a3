/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Threads and entrypoints of one component.
 *
 * A thread runs a function; an entrypoint is a thread that serves RPC objects and signals, one
 * request at a time. Each is paid by the component: PRICE_THREAD of the price table and its stack.
 * Everything in the runtime may be used by all threads at once, but for what says otherwise. A
 * fault of one thread is a fault of the component. tn_exit() ends all of them, from any.
 *
 * Stacks have a guard below, at most TN_STACK_MAX bytes, and nothing else may be run on. A
 * component has at most TN_THREADS_MAX threads, the first one included.
 *
 * Ownership: a thread is its creator's until joined, an entrypoint until destroyed; names are
 * copied.
 *
 * @code{.c}
 * static void example_square(void *argument)
 * {
 *         unsigned *number = argument;
 *         *number *= *number;
 * }
 *
 * static tn_error example_thread(unsigned *number)
 * {
 *         struct tn_thread *thread;
 *         tn_error error = tn_thread_create("square", TN_PRIORITY_DEFAULT, 0, example_square,
 *                                           number, &thread);
 *         return error == TN_OK ? tn_thread_join(thread) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/cpu.h>
#include <tenon/sync.h>

/* Bytes of a stack. */
#define TN_STACK_MAX ((size_t)0xc0000)

/* A thread that the component has made. Opaque. */
struct tn_thread;
struct tn_entrypoint;

/*
 * Begins function(argument). The name is cut to TN_THREAD_NAME_MAX bytes; stack_size is rounded up
 * to pages, 0: the default, 64 KiB. Waits for core alone. Errors: TN_ERR_ARGUMENT (priority above
 * TN_PRIORITY_MAX, stack too large), TN_ERR_LIMIT (too many), TN_ERR_OUT_OF_RAM.
 */
TN_EXTERN TN_MUST_USE tn_error tn_thread_create(const char *name, uint32_t priority,
						size_t stack_size, void (*function)(void *argument),
						void *argument, struct tn_thread **thread);

/*
 * Waits until the function has returned, then frees all that the thread was. Each thread once, by
 * one other thread: the caller's own gives TN_ERR_DEADLOCK and nothing happens.
 */
TN_EXTERN TN_MUST_USE tn_error tn_thread_join(struct tn_thread *thread);

/*
 * Makes the thread more or less urgent, or says which CPUs it may run on (cpu.h); NULL is the
 * calling thread. It holds when the function returns. Errors: TN_ERR_ARGUMENT, as for tn_cpu.
 */
TN_EXTERN TN_MUST_USE tn_error tn_thread_set_priority(struct tn_thread *thread, uint32_t priority);
TN_EXTERN TN_MUST_USE tn_error tn_thread_set_affinity(struct tn_thread *thread, uint64_t cpus);

/* Index of the calling thread in its component, 0 is the first; and its name, "main" for that. */
TN_EXTERN uint32_t tn_thread_self(void);
TN_EXTERN const char *tn_thread_self_name(void);

/*
 * The calling thread's own entrypoint. That of a thread which serves nothing is for signals that it
 * waits for, and ends with it.
 */
TN_EXTERN struct tn_entrypoint *tn_thread_self_entrypoint(void);

/*
 * A further entrypoint, served by a thread of its own. Calls between entrypoints of one component
 * are calls like any other. Errors: as tn_thread_create().
 */
TN_EXTERN TN_MUST_USE tn_error tn_entrypoint_create(const char *name, uint32_t priority,
						    struct tn_entrypoint **entrypoint);

/*
 * Ends it: waits for the handler under way, if any, then all its objects and signals end as if
 * destroyed, and whoever calls one gets TN_ERR_GONE; they need no further destroying. Not on the
 * entrypoint itself: TN_ERR_DEADLOCK; the main one stays: TN_ERR_ARGUMENT.
 */
TN_EXTERN TN_MUST_USE tn_error tn_entrypoint_destroy(struct tn_entrypoint *entrypoint);
