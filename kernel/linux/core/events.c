/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Core's loop. Each round takes what the kernel has to report, at most one event of each
 * descriptor, and does one bounded thing for each.
 */
#include "local.h"
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>
#include <linux/time.h>
#include <linux/time_types.h>

enum { BATCH = 64, TIMER_ABSOLUTE = 1 };
#define SECOND 1000000000ull

static int epoll_fd, timer_fd, signal_fd;
static struct epoll_event batch[BATCH];
static long batch_count;
static struct pd *caller; /* whose request core carries out */
static bool may_wait;     /* its reply, for others to unmap */

static struct port_watch timer_watch = { .kind = WATCH_TIMER };
static struct port_watch signal_watch = { .kind = WATCH_SIGNALS };

long watch_add(int fd, struct port_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = (uint64_t)watch };
	return linux_call4(__NR_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void watch_remove(int fd)
{
	linux_call4(__NR_epoll_ctl, epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

long watch_file(struct file *file, struct port_watch *watch, uint32_t events)
{
	return file_watch(epoll_fd, file, (uint64_t)watch, events);
}

void unwatch_file(struct file *file)
{
	file_unwatch(epoll_fd, file);
}

void watch_forget(const struct pd *pd)
{
	for (long i = 0; i < batch_count; i++) {
		const struct port_watch *watch = (const struct port_watch *)batch[i].data;
		if (watch && watch->pd == pd)
			batch[i].data = 0;
	}
}

void events_pd_gone(const struct pd *pd)
{
	watch_forget(pd);
	if (caller == pd)
		caller = NULL;
}

/* Whoever ends a PD waits for nobody. */
void events_pd_stopped(const struct pd *pd)
{
	unmap_caller_gone(pd);
	may_wait = false;
}

struct pd *events_caller(void)
{
	return may_wait ? caller : NULL;
}

static struct link *core_link(const struct pd *pd)
{
	unsigned char *private = pd->thread.port.view;
	return (struct link *)(void *)(private + LINUX_PRIVATE_CORE_LINK * TN_PAGE_SIZE);
}

/* Not while the request is still being carried out: serve() looks then. */
void events_reply(struct pd *pd)
{
	struct port_pd *port = port_of(pd);
	if (!port->reply.held)
		return;
	port->reply.held = false;
	link_reply(core_link(pd), port->reply.sequence, port->reply.status, port->reply.length,
		   port->reply.cap_count);
}

void events_init(void)
{
	uint64_t signals = 1ull << (SIGINT - 1) | 1ull << (SIGTERM - 1) | 1ull << (SIGHUP - 1);
	linux_call4(__NR_rt_sigprocmask, SIG_BLOCK, &signals, NULL, 8);
	epoll_fd = (int)linux_call1(__NR_epoll_create1, O_CLOEXEC);
	timer_fd = (int)linux_call2(__NR_timerfd_create, CLOCK_MONOTONIC, O_CLOEXEC | O_NONBLOCK);
	signal_fd = (int)linux_call4(__NR_signalfd4, -1, &signals, 8, O_CLOEXEC | O_NONBLOCK);
	if (epoll_fd < 0 || watch_add(timer_fd, &timer_watch, EPOLLIN) != 0 ||
	    watch_add(signal_fd, &signal_watch, EPOLLIN) != 0)
		start_failed("epoll, timerfd or signalfd does not work here; ",
			     "Linux 6.1 or later is needed, and enough descriptors", "");
}

uint64_t port_time(void)
{
	struct __kernel_timespec now = { 0, 0 };
	linux_call2(__NR_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

void port_deadline(uint64_t ns)
{
	struct __kernel_itimerspec timer = { { 0, 0 }, { 0, 0 } };
	if (ns != UINT64_MAX) {
		uint64_t at = ns ? ns : 1; /* 0 would mean never */
		timer.it_value.tv_sec = (long long)(at / SECOND);
		timer.it_value.tv_nsec = (long long)(at % SECOND);
	}
	linux_call4(__NR_timerfd_settime, timer_fd, TIMER_ABSOLUTE, &timer, NULL);
}

_Noreturn void port_exit(int value)
{
	console_flush();
	process_kill_all();
	for (;;)
		linux_call1(__NR_exit_group, value & 0xff);
}

static void ended_by_signal(void)
{
	struct signalfd_siginfo info;
	if (linux_call3(__NR_read, signal_fd, &info, sizeof(info)) == sizeof(info))
		port_exit(128 + (int)info.ssi_signo);
}

static void timer_expired(void)
{
	uint64_t count;
	if (linux_call3(__NR_read, timer_fd, &count, sizeof(count)) == sizeof(count))
		core_deadline();
}

/* A request to core, over the channel that every PD is born with. */
static void serve(struct pd *pd)
{
	struct link *link = core_link(pd);
	struct link_request taken;
	struct tn_request request = { .channel = 0 };
	if (pd->state == TN_PD_DEAD || port_of(pd)->reply.held ||
	    !link_take(link, &taken, &request))
		return;
	for (uint32_t i = 0; i < request.cap_count; i++)
		request.caps[i] = LINK_READ(link->caps[i]);
	caller = pd;
	may_wait = true;
	tn_error status = core_request(pd, taken.grant, &request);
	may_wait = false;
	if (caller != pd)
		return; /* it has ended itself */
	caller = NULL;
	for (uint32_t i = 0; i < request.reply_cap_count; i++)
		LINK_WRITE(link->caps[i], request.reply_caps[i]);
	port_of(pd)->reply.held = true;
	port_of(pd)->reply.sequence = taken.sequence;
	port_of(pd)->reply.status = status;
	port_of(pd)->reply.length = request.reply_length;
	port_of(pd)->reply.cap_count = request.reply_cap_count;
	if (!port_of(pd)->awaited)
		events_reply(pd);
}

static void handle(const struct port_watch *watch, uint32_t events)
{
	switch (watch->kind) {
	case WATCH_CORE_LINK:
		serve(watch->pd);
		break;
	case WATCH_LISTENER:
		listener_ready(watch->pd, events);
		break;
	case WATCH_PROCESS:
		process_ended(watch->pd);
		break;
	case WATCH_LAUNCHER:
		process_handover(watch->pd);
		break;
	case WATCH_TIMER:
		timer_expired();
		break;
	case WATCH_SIGNALS:
		ended_by_signal();
		break;
	case WATCH_CONSOLE:
		core_console_ready();
		break;
	case WATCH_KEEPER:
		files_keeper_lost();
	}
}

_Noreturn void port_run(void)
{
	for (;;) {
		int timeout = unmap_timeout();
		if (core_work())
			timeout = 0;
		batch_count = linux_call4(__NR_epoll_wait, epoll_fd, batch, BATCH, timeout);
		for (long i = 0; i < batch_count; i++) {
			const struct port_watch *watch = (const struct port_watch *)batch[i].data;
			if (watch)
				handle(watch, batch[i].events);
		}
	}
}
