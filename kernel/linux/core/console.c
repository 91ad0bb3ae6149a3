/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Console output. Core must not wait for whoever reads it, and must not make the description
 * non-blocking, which it shares with others. So it asks first, writes little, and has a timer
 * interrupt the write in case that the room was taken by others meanwhile.
 */
#include "local.h"
#include <asm/poll.h>
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/stat.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time.h>

enum { PIPE_PIECE = 4096, OTHER_PIECE = 256, PATIENCE_US = 20000, FLUSH_MS = 1000 };

static bool gone, regular;
static size_t piece = OTHER_PIECE;
static struct port_watch watch = { .kind = WATCH_CONSOLE };

static void interrupt(int signal)
{
	(void)signal;
}

__asm__(".text\n"
	".hidden core_signal_return\n.globl core_signal_return\n"
	"core_signal_return:\n\t"
	"movl $15, %eax\n\t" /* rt_sigreturn */
	"syscall\n");
extern void core_signal_return(void);

static void handle(int signal, void (*handler)(int))
{
	struct sigaction action = {
		.sa_handler = handler,
		.sa_flags = SA_RESTORER,
		.sa_restorer = core_signal_return,
	};
	linux_call4(__NR_rt_sigaction, signal, &action, NULL, 8);
}

void console_init(void)
{
	struct stat status;
	handle(SIGPIPE, SIG_IGN);
	handle(SIGTTOU, SIG_IGN);
	handle(SIGALRM, interrupt);
	gone = linux_call2(__NR_fstat, CORE_FD_STDOUT, &status) != 0;
	if (gone)
		return;
	regular = S_ISREG(status.st_mode);
	if (S_ISFIFO(status.st_mode) || regular)
		piece = PIPE_PIECE;
}

static bool has_room(int ms)
{
	struct pollfd poll = { .fd = CORE_FD_STDOUT, .events = POLLOUT };
	return regular || linux_call3(__NR_poll, &poll, 1, ms) > 0;
}

static void set_timer(long us)
{
	struct __kernel_old_itimerval timer = { { 0, us }, { 0, us } };
	linux_call3(__NR_setitimer, 0 /* ITIMER_REAL */, &timer, NULL);
}

static long write_piece(const char *text, size_t length)
{
	if (regular)
		return linux_call3(__NR_write, CORE_FD_STDOUT, text, length);
	set_timer(PATIENCE_US);
	long n = linux_call3(__NR_write, CORE_FD_STDOUT, text, length);
	set_timer(0);
	return n;
}

static void tell_when_ready(void)
{
	watch_remove(CORE_FD_STDOUT);
	if (watch_add(CORE_FD_STDOUT, &watch, EPOLLOUT | EPOLLONESHOT) != 0)
		gone = true;
}

size_t port_console_write(const char *text, size_t length)
{
	size_t done = 0;
	while (!gone && done < length && has_room(0)) {
		size_t n = length - done < piece ? length - done : piece;
		long result = write_piece(text + done, n);
		if (result == -EINTR || result == -EAGAIN)
			break;
		if (result == -ENOSPC || result == -EFBIG)
			return length; /* there may be room again later */
		gone = result <= 0;
		done += result > 0 ? (size_t)result : 0;
	}
	if (gone)
		return length;
	if (done < length)
		tell_when_ready();
	return done;
}

void console_flush(void)
{
	while (core_console_left() && !gone && has_room(FLUSH_MS))
		core_console_ready();
}
