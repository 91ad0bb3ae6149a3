/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Processes: one for each PD that was started. */
#include "local.h"
#include "links.h"
#include <core/services.h>
#include <tenon/text.h>
#include <asm/poll.h>
#include <asm/siginfo.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <plan.h>

enum { SIGNAL_KILL = 9, SIGNAL_CHILD = 17, CHILD_STACK = 4096, CLOSE_UNSHARE = 2 };
enum { STREAM_UNIX = 1, SEQUENTIAL_PACKETS = 5 };
#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3 */
#endif

extern const unsigned char launcher_image[], launcher_image_end[];

static struct tn_list processes;

/* -- spawning -- */

/*
 * Core's memory is the child's until it executes the launcher, and core waits for that. The table
 * of descriptors is not copied: it may have a million.
 */
__asm__(".text\n"
	".globl linux_spawn\n"
	"linux_spawn:\n\t"
	"sub $16, %rsi\n\t"
	"mov %rcx, (%rsi)\n\t"
	"mov %r8, 8(%rsi)\n\t"
	"mov $56, %eax\n\t" /* clone */
	"syscall\n\t"
	"test %rax, %rax\n\t"
	"jnz 1f\n\t"
	"pop %rax\n\t"
	"pop %rdi\n\t"
	"call *%rax\n"
	"1:\tret\n");

static volatile long exec_error;

static void child(void *argument)
{
	(void)argument;
	char *arguments[] = { NULL, NULL };
	char name[] = "component";
	arguments[0] = name;
	linux_call3(__NR_close_range, CORE_FD_LAUNCHER + 1, ~0u, CLOSE_UNSHARE);
	linux_call3(__NR_close_range, 0, 2, 0);
	exec_error = linux_call5(__NR_execveat, CORE_FD_LAUNCHER, "", arguments, &arguments[1],
				 0x1000 /* AT_EMPTY_PATH */);
	for (;;)
		linux_call1(__NR_exit_group, 1);
}

void process_init(void)
{
	size_t size = (size_t)(launcher_image_end - launcher_image);
	uint32_t flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	long fd = linux_call2(__NR_memfd_create, "launcher", flags | MFD_EXEC);
	if (fd == -EINVAL)
		fd = linux_call2(__NR_memfd_create, "launcher", flags);
	if (fd < 0 || linux_call3(__NR_write, fd, launcher_image, size) != (long)size ||
	    linux_call3(__NR_dup3, fd, CORE_FD_LAUNCHER, O_CLOEXEC) < 0)
		start_failed("cannot make the launcher's file", "", "");
	linux_call3(__NR_fcntl, fd, F_ADD_SEALS,
		    F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	linux_close((int)fd);
	tn_list_init(&processes);
}

/* The child's end of the socket is at CORE_FD_SOCKET for the time being. */
static long spawn(int *pidfd)
{
	static _Alignas(16) unsigned char stack[CHILD_STACK];
	const uint64_t flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | SIGNAL_CHILD;
	exec_error = 0;
	long pid = linux_spawn(flags, stack + sizeof(stack), pidfd, child, NULL);
	return pid;
}

static tn_error make_process(struct port_pd *port, uint32_t *pid)
{
	int pair[2], pidfd = 0;
	if (!files_left())
		return TN_ERR_LIMIT;
	long result =
		linux_call4(__NR_socketpair, STREAM_UNIX, SEQUENTIAL_PACKETS | O_CLOEXEC, 0, pair);
	if (result != 0)
		return TN_ERR_LIMIT;
	file_open(&port->launcher, pair[0]);
	linux_call3(__NR_dup3, pair[1], CORE_FD_SOCKET, 0);
	linux_close(pair[1]);
	result = spawn(&pidfd);
	linux_call3(__NR_dup3, CORE_FD_LAUNCHER, CORE_FD_SOCKET, O_CLOEXEC);
	if (result < 0)
		return error_of(result);
	file_open(&port->process, pidfd);
	*pid = (uint32_t)result;
	tn_list_append(&processes, &port->in_processes);
	return error_of(exec_error);
}

/* -- the plan -- */

struct batch {
	struct file *socket;
	struct plan plan;
	struct plan_control control;
};

static tn_error send(struct batch *batch, uint32_t descriptors)
{
	struct plan_vector vector = { &batch->plan, sizeof(batch->plan) };
	struct plan_header header = {
		.vector = &vector,
		.vector_count = 1,
		.control = &batch->control,
		.control_length = PLAN_CONTROL(descriptors),
	};
	batch->control.length = 16 + 4 * descriptors;
	batch->control.level = PLAN_SOL_SOCKET;
	batch->control.type = PLAN_SCM_RIGHTS;
	return error_of(linux_call3(__NR_sendmsg, file_fd(batch->socket), &header,
				    PLAN_MSG_DONTWAIT | PLAN_MSG_NOSIGNAL));
}

static tn_error flush(struct batch *batch)
{
	tn_error error = batch->plan.count ? send(batch, batch->plan.count) : TN_OK;
	batch->plan.count = 0;
	return error;
}

static tn_error add(struct batch *batch, int fd, struct plan_map map)
{
	tn_error error = batch->plan.count == PLAN_MAPS ? flush(batch) : TN_OK;
	batch->plan.map[batch->plan.count] = map;
	batch->control.fd[batch->plan.count++] = fd;
	return error;
}

static tn_error add_tables(struct batch *batch, struct port_pd *port, struct file *private)
{
	const int private_fd = file_fd(private);
	const int writable = PROT_READ | PROT_WRITE;
	const int shared = MAP_SHARED | MAP_FIXED_NOREPLACE,
		  own = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
	const struct {
		int fd;
		struct plan_map map;
	} window[] = {
		{ private_fd,
		  { LAYOUT_THREAD_PAGES, TN_PAGE_SIZE, LINUX_PRIVATE_THREAD * TN_PAGE_SIZE,
		    writable, shared } },
		{ private_fd,
		  { LAYOUT_STACKS + LINUX_SIGNAL_STACK_OFFSET,
		    LINUX_SIGNAL_STACK_PAGES * TN_PAGE_SIZE,
		    LINUX_PRIVATE_SIGNAL_STACK * TN_PAGE_SIZE, writable, shared } },
		{ private_fd,
		  { LAYOUT_UTCB, TN_PAGE_SIZE, LINUX_PRIVATE_MESSAGE * TN_PAGE_SIZE, writable,
		    shared } },
		{ private_fd,
		  { linux_link_address(LINUX_CLIENT, 0), LINUX_LINK_SIZE,
		    LINUX_PRIVATE_CORE_LINK * TN_PAGE_SIZE, writable, shared } },
		{ file_fd(&port->caps), { LINUX_CAPS, LINUX_CAPS_SIZE, 0, PROT_READ, own } },
		{ file_fd(&port->grants), { LINUX_GRANTS, LINUX_GRANTS_SIZE, 0, PROT_READ, own } },
		{ file_fd(&port->records),
		  { LAYOUT_CHANNELS, LAYOUT_CHANNELS_END - LAYOUT_CHANNELS, 0, writable, shared } },
	};
	tn_error error = TN_OK;
	for (unsigned i = 0; error == TN_OK && i < sizeof(window) / sizeof(window[0]); i++)
		error = add(batch, window[i].fd, window[i].map);
	return error;
}

static tn_error add_regions(struct batch *batch, struct pd *pd)
{
	struct region *region = NULL;
	while ((region = core_region_next(pd, region))) {
		if (!region->memory || region->leaving)
			continue;
		struct plan_map map = {
			.address = region->address,
			.size = region->size,
			.offset = region->offset,
			.protection = linux_protection(region->rights),
			.flags = linux_map_flags(region->rights),
		};
		region->port.mapped = true;
		tn_error error = add(batch, file_fd(&region->memory->file), map);
		if (error != TN_OK)
			return error;
	}
	return TN_OK;
}

static const char *last_part(const char *label)
{
	const char *from = label;
	for (const char *p = label; *p; p++)
		if (p[0] == '>' && p[1] == ' ')
			from = p + 2;
	return from;
}

/* For tools that list processes. */
static void set_name(struct plan *plan, const char *label)
{
	const char *from = last_part(label);
	for (unsigned i = 0; i < PLAN_NAME - 1 && from[i]; i++)
		plan->name[i] = from[i];
}

/* -- debugging -- */

static const char *debug_label; /* NULL: nobody waits for a debugger */

void process_debug(const char *label)
{
	debug_label = label;
}

static bool take_debug(const struct pd *pd)
{
	if (!debug_label || (!tn_text_equal(pd->label, debug_label) &&
			     !tn_text_equal(last_part(pd->label), debug_label)))
		return false;
	debug_label = NULL;
	core_log("%s: process %u waits for a debugger", pd->label, pd->thread.port.tid);
	return true;
}

static tn_error send_plan(struct pd *pd, uint64_t entry, uint64_t stack_pointer, uint64_t argument)
{
	struct port_pd *port = port_of(pd);
	struct batch batch = { .socket = &port->launcher };
	tn_error error = add_tables(&batch, port, &pd->thread.port.private);
	if (error == TN_OK)
		error = add_regions(&batch, pd);
	if (error == TN_OK)
		error = flush(&batch);
	if (error != TN_OK)
		return error;
	batch.plan.entry = entry;
	batch.plan.stack_pointer = stack_pointer;
	batch.plan.argument = argument;
	set_name(&batch.plan, pd->label);
	batch.plan.debug = take_debug(pd);
	batch.control.fd[0] = file_fd(&pd->thread.port.epoll);
	batch.control.fd[1] = file_fd(&port->core_event);
	return send(&batch, 2);
}

/* -- life and death -- */

static void close_process(struct port_pd *port)
{
	struct file *file[] = { &port->launcher, &port->listener, &port->process };
	for (unsigned i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		unwatch_file(file[i]);
		file_close(file[i]);
	}
	tn_list_remove(&port->in_processes);
}

/* Its end has been seen; fails if a debugger is the first to hear of it. */
static bool reap(struct port_pd *port, siginfo_t *info)
{
	return linux_call5(__NR_waitid, P_PIDFD, file_fd(&port->process), info, WEXITED | WNOHANG,
			   NULL) == 0 &&
	       info->si_pid != 0;
}

void process_kill(struct port_pd *port)
{
	linux_call4(__NR_pidfd_send_signal, file_fd(&port->process), SIGNAL_KILL, NULL, 0);
}

/* SIGKILL needs no cooperation; when the pidfd becomes readable, memory is unmapped. */
static void kill_process(struct port_pd *port)
{
	siginfo_t info = { 0 };
	struct pollfd poll = { .fd = file_fd(&port->process), .events = POLLIN };
	if (poll.fd < 0)
		return;
	process_kill(port);
	while (linux_call3(__NR_poll, &poll, 1, -1) != 1)
		;
	reap(port, &info);
}

static void watch_process(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	for (unsigned kind = WATCH_LISTENER; kind < WATCH_OF_PD; kind++)
		port->watch[kind] = (struct port_watch){ (enum watch_kind)kind, pd };
	watch_file(&port->process, &port->watch[WATCH_PROCESS], EPOLLIN);
	watch_file(&port->launcher, &port->watch[WATCH_LAUNCHER], EPOLLIN);
}

tn_error port_thread_start(struct thread *thread, uint64_t entry, uint64_t stack_pointer,
			   uint64_t argument)
{
	struct port_pd *port = port_of(thread->pd);
	if (thread->index) /* only the process itself can do it; see on_clone() */
		return TN_OK;
	tn_error error = make_process(port, &thread->port.tid);
	if (error == TN_OK)
		error = send_plan(thread->pd, entry, stack_pointer, argument);
	if (error != TN_OK) {
		kill_process(port);
		close_process(port);
		return error;
	}
	watch_process(thread->pd);
	thread_schedule(thread);
	return TN_OK;
}

/* The launcher has sent the listener, or has died, which its pidfd tells as well. */
void process_handover(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	struct plan_control control = { 0 };
	char byte;
	struct plan_vector vector = { &byte, 1 };
	struct plan_header header = {
		.vector = &vector,
		.vector_count = 1,
		.control = &control,
		.control_length = PLAN_CONTROL(1),
	};
	long n = linux_call3(__NR_recvmsg, file_fd(&port->launcher), &header,
			     PLAN_MSG_DONTWAIT | 0x40000000 /* MSG_CMSG_CLOEXEC */);
	unwatch_file(&port->launcher);
	file_close(&port->launcher);
	if (n != 1)
		return;
	if (control.length != 20) {
		/* Nobody would answer its system calls; its parent hears of its end. */
		core_log("%s: no descriptor is left for its system calls: it is killed", pd->label);
		process_kill(port);
		return;
	}
	file_open(&port->listener, control.fd[0]);
	listener_begin(pd);
	watch_file(&port->listener, &port->watch[WATCH_LISTENER], EPOLLIN);
}

void process_ended(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	siginfo_t info = { 0 };
	struct tn_fault fault = { .kind = TN_FAULT_OTHER };
	if (reap(port, &info) && info.si_code != CLD_EXITED && info.si_status == 31)
		fault.kind = TN_FAULT_KERNEL_ENTRY; /* SIGSYS */
	close_process(port);
	watch_forget(pd);
	unmap_process_gone(pd);
	if (!port->faulted)
		core_pd_ended(pd, &fault);
	port->faulted = true;
	core_pd_ready(pd);
}

void process_kill_all(void)
{
	struct tn_list_node *node;
	if (!processes.head.next)
		return;
	for (node = tn_list_first(&processes); node; node = tn_list_next(&processes, node))
		process_kill(TN_CONTAINER_OF(node, struct port_pd, in_processes));
	while ((node = tn_list_first(&processes))) {
		struct port_pd *port = TN_CONTAINER_OF(node, struct port_pd, in_processes);
		kill_process(port);
		close_process(port);
	}
}

tn_error port_pd_create(struct pd *pd)
{
	tn_error error = tables_create(pd);
	if (error != TN_OK)
		tables_destroy(pd);
	return error;
}

/* SIGKILL needs no cooperation. What the process still does until it is heard counts as before. */
bool port_pd_stop(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	events_pd_stopped(pd);
	if (port->stopped)
		return true;
	port->stopped = true;
	if (file_is_open(&port->process))
		process_kill(port);
	unwatch_file(&port->core_event);
	unwatch_file(&port->listener);
	unwatch_file(&port->launcher);
	return true;
}

/* When the pidfd becomes readable nothing runs, and memory is unmapped; see process_ended(). */
enum port_progress port_pd_destroy(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	siginfo_t info = { 0 };
	if (file_is_open(&port->process) && !reap(port, &info))
		return PORT_LATER;
	close_process(port);
	unmap_process_gone(pd);
	events_pd_gone(pd);
	tables_destroy(pd);
	links_forget_numbers(port);
	return PORT_DONE;
}

/* -- regions -- */

/* The launcher maps what is there when the process begins; the runtime asks for the rest. */
tn_error port_region_map(struct pd *pd, struct region *region)
{
	(void)pd;
	(void)region;
	return TN_OK;
}

enum port_progress port_region_unmap(struct pd *pd, struct region *region)
{
	return file_is_open(&port_of(pd)->process) && region->port.mapped ? PORT_LATER : PORT_DONE;
}

/* Truncation takes the memory from everybody. */
bool port_region_revoke(struct pd *pd, struct region *region)
{
	(void)pd;
	(void)region;
	return true;
}
