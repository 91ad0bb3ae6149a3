/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Threads: memory and epoll instance of each. How they begin is in listener.c and the runtime. */
#include "local.h"
#include <linux/fcntl.h>
#include <tenon/component.h>

enum { PATH_MAX = 64 };

static uint64_t private_size(const struct thread *thread)
{
	uint64_t pages = thread->index ? LINUX_PRIVATE_CORE_LINK : LINUX_PRIVATE_PAGES;
	return pages * TN_PAGE_SIZE;
}

tn_error port_thread_create(struct thread *thread)
{
	struct port_thread *port = &thread->port;
	int fd = memory_file(private_size(thread), false);
	if (fd < 0)
		return error_of(fd);
	file_open(&port->private, fd);
	long epoll = linux_call1(__NR_epoll_create1, O_CLOEXEC);
	if (epoll < 0)
		return error_of(epoll);
	file_open(&port->epoll, (int)epoll);
	port->view =
		linux_map(NULL, private_size(thread), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return port->view ? TN_OK : TN_ERR_OUT_OF_RAM;
}

void thread_close(struct thread *thread)
{
	struct port_thread *port = &thread->port;
	if (port->view)
		linux_unmap(port->view, private_size(thread));
	port->view = NULL;
	if (file_is_open(&port->private))
		linux_call2(__NR_ftruncate, file_fd(&port->private), 0);
	file_close(&port->private);
	file_close(&port->epoll);
}

/* Nobody else has the process's number while core has not reaped it. */
static uint32_t process_of(const struct thread *thread)
{
	return file_is_open(&thread->pd->port.process) ? thread->pd->thread.port.tid : 0;
}

/*
 * Whoever joins a thread has seen it leave; the kernel has cleared the word then. Linux ends no
 * thread alone that still runs: its process goes with it, and the parent is told. One that says it
 * has left and runs on has lost its memory, its objects and its number at core.
 */
bool port_thread_destroy(struct thread *thread)
{
	const unsigned char *view = thread->port.view;
	if (view && *(const volatile uint32_t *)(const void *)(view + LINUX_ALIVE_OFFSET))
		process_kill(&thread->pd->port);
	thread_close(thread);
	return true;
}

bool port_thread_frame(const struct thread *thread, struct port_frame *frame)
{
	frame->stack_pointer = thread->port.stack_pointer;
	frame->frame_pointer = thread->port.frame_pointer;
	return frame->stack_pointer;
}

/* -- scheduling -- */

enum { NICE_MAX = 19, AFFINITY_WORDS = 16, CPUS = 64 };

/* Host numbers of the CPUs that core may use: those of components are counted from 0. */
static uint16_t host_cpu[CPUS];
static uint32_t cpu_count;

static void find_cpus(void)
{
	uint64_t mask[AFFINITY_WORDS] = { 0 };
	linux_call3(__NR_sched_getaffinity, 0, sizeof(mask), mask);
	for (uint16_t i = 0; i < AFFINITY_WORDS * 64 && cpu_count < CPUS; i++)
		if (mask[i / 64] >> i % 64 & 1)
			host_cpu[cpu_count++] = i;
	if (!cpu_count)
		cpu_count = 1; /* more CPUs than the mask has room for: host_cpu[0] is 0 */
}

uint64_t port_cpus(void)
{
	if (!cpu_count)
		find_cpus();
	return cpu_count < CPUS ? (1ull << cpu_count) - 1 : UINT64_MAX;
}

/*
 * Whether the number is that of the thread still: one that has ended frees it, and the kernel
 * counts through all others before it gives it to somebody else.
 */
static bool is_alive(const struct thread *thread)
{
	uint32_t process = process_of(thread);
	return process && thread->port.tid &&
	       linux_call3(__NR_tgkill, process, thread->port.tid, 0) == 0;
}

/*
 * A weight, where the host lets core give it: lower ones than core's own always, higher ones, also
 * back up again, by privilege. The system call tells 20 - nice.
 */
void port_thread_set_priority(struct thread *thread)
{
	static long own;
	if (!own)
		own = linux_call2(__NR_getpriority, 0 /* PRIO_PROCESS */, 0);
	long nice = 20 - own + (long)TN_PRIORITY_DEFAULT - (long)thread->priority;
	if (is_alive(thread))
		linux_call3(__NR_setpriority, 0, thread->port.tid,
			    nice < NICE_MAX ? nice : NICE_MAX);
}

static void tell_cpus(struct thread *thread)
{
	unsigned char *page = thread->port.view;
	uint64_t cpus = thread->cpus & port_cpus();
	if (page)
		__atomic_store_n((uint32_t *)(void *)(page + LINUX_SEVERAL_CPUS_OFFSET),
				 (cpus & (cpus - 1)) != 0, __ATOMIC_RELAXED);
}

void port_thread_set_affinity(struct thread *thread)
{
	uint64_t mask[AFFINITY_WORDS] = { 0 };
	for (uint32_t i = 0; i < cpu_count; i++)
		if (thread->cpus >> i & 1)
			mask[host_cpu[i] / 64] |= 1ull << host_cpu[i] % 64;
	tell_cpus(thread);
	if (is_alive(thread))
		linux_call3(__NR_sched_setaffinity, thread->port.tid, sizeof(mask), mask);
}

void thread_schedule(struct thread *thread)
{
	port_thread_set_priority(thread);
	port_thread_set_affinity(thread);
}

/* The first number of schedstat; 0 where there is no /proc. */
uint64_t port_thread_time(struct thread *thread)
{
	char path[PATH_MAX], text[PATH_MAX] = "";
	uint32_t process = process_of(thread);
	if (!process || !thread->port.tid)
		return 0;
	tn_format(path, sizeof(path), "/proc/%u/task/%u/schedstat", process, thread->port.tid);
	long fd = linux_call3(__NR_open, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	linux_call3(__NR_read, fd, text, sizeof(text) - 1);
	linux_close((int)fd);
	return linux_number(text);
}
