/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the files of core's half of this port share. */
#pragma once

#include <core/core.h>
#include <link.h>
#include <linux_abi.h>
#include <linux_call.h>

static inline struct port_pd *port_of(struct pd *pd)
{
	return &pd->port;
}

/* A sealable memory file of its own, growing only if `grows`. Negative: errno. */
int memory_file(uint64_t size, bool grows);
/* What the errno of a system call means to who asked core. */
tn_error error_of(long result);

/* A process (or thread) of core's own, which begins on this stack by calling the function. */
long linux_spawn(uint64_t flags, void *stack, int *pidfd, void (*child)(void *), void *argument);

/* Descriptors that the birth of a process uses, at fixed numbers in core. */
enum { CORE_FD_STDOUT = 1, CORE_FD_STDERR = 2, CORE_FD_SOCKET = 3, CORE_FD_LAUNCHER = 4 };

void events_init(void);
/* Watches a descriptor with what events[] of epoll says. */
long watch_add(int fd, struct port_watch *watch, uint32_t events);
void watch_remove(int fd);
long watch_file(struct file *file, struct port_watch *watch, uint32_t events);
void unwatch_file(struct file *file);
/* Drops what was reported for the PD and not yet handled. */
void watch_forget(const struct pd *pd);
/* The PD whose request core carries out is gone, or not. */
void events_pd_gone(const struct pd *pd);
/* It ends, as part of a request or without one. */
void events_pd_stopped(const struct pd *pd);

void console_init(void);
/* Before the end: waits for the reader as long as he reads. */
void console_flush(void);
/* Prints to stderr and ends core before anything runs. */
_Noreturn void start_failed(const char *a, const char *b, const char *c);

void modules_open(int argc, char **argv);

/* Processes. */
void process_init(void);
/* The first component with this label, or whose label ends with it, waits for a debugger. */
void process_debug(const char *label);
void process_handover(struct pd *pd);
void process_ended(struct pd *pd);
/* Its end is told later. */
void process_kill(struct port_pd *port);
void process_kill_all(void);
void listener_begin(struct pd *pd);
void listener_ready(struct pd *pd, uint32_t events);

/* Memory that processes have to give up; unmap.c. */

/* The thread has been let map a piece, which it may do at any time until it is heard of again. */
void unmap_granted(struct thread *thread);
/* No thread of the PD may still map what it was granted before; who may gets a signal. */
bool unmap_settled(struct pd *pd);
/* What the thread has to unmap next, LINUX_UNMAP() or 0; the last one is done. */
uint64_t unmap_next(struct thread *thread);
bool unmap_allowed(struct thread *thread, uint64_t address, uint64_t size);
/* A region goes, which an unmap may be about. */
void unmap_region_gone(struct region *region);
void unmap_process_gone(struct pd *pd);
void unmap_caller_gone(const struct pd *pd);
/* Until the next deadline, in ms, for epoll; ends those whose time is over. */
int unmap_timeout(void);

/* The PD whose reply may wait; NULL: none. And: it has waited enough. */
struct pd *events_caller(void);
void events_reply(struct pd *pd);

/* Tables of a PD. */
tn_error tables_create(struct pd *pd);
void tables_destroy(struct pd *pd);

/* What a thread has of core's: its memory and its epoll instance. */
void thread_close(struct thread *thread);
/* Once it has a number: what it has inherited of who made it is not its own. */
void thread_schedule(struct thread *thread);

/* In core's view; the component's memory. */
static inline struct linux_fault *thread_fault(const struct thread *thread)
{
	return (struct linux_fault *)(void *)(thread->port.view + LINUX_FAULT_OFFSET);
}

/* The number that the text begins with. */
static inline uint64_t linux_number(const char *text)
{
	uint64_t value = 0;
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}
