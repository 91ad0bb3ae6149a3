/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "files.h"
#include "local.h"
#include <core/services.h>
#include <linux/close_range.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <linux/wait.h>
#include <asm/siginfo.h>

enum {
	KEEPERS = 256,
	ORDERS = 64,
	RECENT = 64,    /* uses of files for which a descriptor stays */
	RESERVE = 96,   /* descriptors that are not for new files: for those that come back */
	PATIENCE = 256, /* uses of files until it is tried again to give some away */
	SHARE_FREE = 8, /* of the descriptors, so that files go in numbers */
	KEEPER_OWN = 8, /* descriptors of the keeper's own */
	SIGNAL_CHILD = 17,
	SIGNAL_KILL = 9,
	PARENT_PIDFD = 0, /* in a keeper */
};

/* Core writes the orders, the keeper carries them out; then it says so. */
struct keeper {
	int pidfd; /* 0: there is none at this place */
	long pid;
	uint32_t holds;
	uint32_t ordered, done; /* futex words: sequence numbers */
	uint32_t take_count, close_count;
	int take[ORDERS]; /* descriptors in core; replaced by the keeper's, or -errno */
	int close[ORDERS];
	unsigned char *stack;
};

static struct keeper keepers[KEEPERS];
static struct file **owner;          /* by descriptor in core */
static uint32_t limit, most;         /* descriptors of a process; files in core */
static uint32_t here, highest, hand; /* files in core; their last descriptor; the last look */
static uint64_t uses, round_began;   /* of all files; when the look was at the first one */
static uint64_t try_again;           /* to give files away, after so many uses */
static long core_process;
static struct port_watch keeper_watch = { .kind = WATCH_KEEPER };
static bool refused; /* the host does not let them be given away */

/* -- the keeper -- */

static void carry_out(struct keeper *keeper)
{
	for (uint32_t i = 0; i < keeper->close_count; i++)
		linux_close(keeper->close[i]);
	for (uint32_t i = 0; i < keeper->take_count; i++)
		keeper->take[i] =
			(int)linux_call3(__NR_pidfd_getfd, PARENT_PIDFD, keeper->take[i], 0);
}

static void keep(void *argument)
{
	struct keeper *keeper = argument;
	uint32_t done = 0;
	linux_call3(__NR_close_range, 0, ~0u, CLOSE_RANGE_UNSHARE);
	linux_call2(__NR_prctl, PR_SET_PDEATHSIG, SIGNAL_KILL);
	linux_call2(__NR_prctl, PR_SET_NAME, "tenon-keeper");
	if (linux_call0(__NR_getppid) != core_process)
		linux_call1(__NR_exit_group, 0); /* it has died before it could be heard of */
	linux_call2(__NR_pidfd_open, core_process, 0);
	for (;;) {
		while (__atomic_load_n(&keeper->ordered, __ATOMIC_ACQUIRE) == done)
			linux_call4(__NR_futex, &keeper->ordered, FUTEX_WAIT, done, NULL);
		carry_out(keeper);
		__atomic_store_n(&keeper->done, ++done, __ATOMIC_RELEASE);
		linux_call3(__NR_futex, &keeper->done, FUTEX_WAKE, 1);
	}
}

/* -- orders -- */

static bool has_ended(const struct keeper *keeper)
{
	siginfo_t info = { 0 };
	return linux_call5(__NR_waitid, P_PIDFD, keeper->pidfd, &info, WEXITED | WNOHANG | WNOWAIT,
			   NULL) != 0 ||
	       info.si_pid != 0;
}

static _Noreturn void lost(const char *why)
{
	core_log("%s: the system ends", why);
	console_flush();
	for (;;)
		linux_call1(__NR_exit_group, 1);
}

_Noreturn void files_keeper_lost(void)
{
	lost("a process that keeps descriptors for core was killed");
}

/* Returns when it is done, which takes the keeper some microseconds. */
static void order(struct keeper *keeper)
{
	const struct __kernel_timespec second = { 1, 0 };
	uint32_t sequence = keeper->ordered + 1, done;
	/* Where Yama restricts who takes descriptors of core's: not this keeper. */
	if (keeper->take_count)
		linux_call2(__NR_prctl, PR_SET_PTRACER, keeper->pid);
	__atomic_store_n(&keeper->ordered, sequence, __ATOMIC_RELEASE);
	linux_call3(__NR_futex, &keeper->ordered, FUTEX_WAKE, 1);
	while ((done = __atomic_load_n(&keeper->done, __ATOMIC_ACQUIRE)) != sequence) {
		long result = linux_call4(__NR_futex, &keeper->done, FUTEX_WAIT, done, &second);
		if (result == -ETIMEDOUT && has_ended(keeper))
			files_keeper_lost();
	}
	keeper->take_count = keeper->close_count = 0;
}

static void dismiss(struct keeper *keeper)
{
	siginfo_t info;
	watch_remove(keeper->pidfd);
	linux_call4(__NR_pidfd_send_signal, keeper->pidfd, SIGNAL_KILL, NULL, 0);
	linux_call5(__NR_waitid, P_PIDFD, keeper->pidfd, &info, WEXITED, NULL);
	linux_close(keeper->pidfd);
	keeper->pidfd = 0;
}

static bool employ(struct keeper *keeper)
{
	int pidfd = 0;
	unsigned char *stack = keeper->stack ? keeper->stack : port_core_pages(1);
	if (!stack)
		return false;
	*keeper = (struct keeper){ .stack = stack };
	long pid = linux_spawn(CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGNAL_CHILD,
			       stack + TN_PAGE_SIZE, &pidfd, keep, keeper);
	if (pid < 0)
		return false;
	keeper->pid = pid;
	keeper->pidfd = pidfd;
	return watch_add(pidfd, &keeper_watch, EPOLLIN) == 0;
}

static struct keeper *keeper_with_room(void)
{
	for (uint32_t i = 0; i < KEEPERS; i++) {
		struct keeper *keeper = &keepers[i];
		if (!keeper->pidfd)
			return employ(keeper) ? keeper : NULL;
		if (keeper->holds + ORDERS + KEEPER_OWN <= limit)
			return keeper;
	}
	return NULL;
}

/* -- giving away -- */

static void enter(struct file *file, int fd)
{
	file->fd = fd;
	file->used = ++uses;
	owner[fd] = file;
	here++;
	highest = (uint32_t)fd > highest ? (uint32_t)fd : highest;
}

static void leave(struct file *file)
{
	owner[file->fd] = NULL;
	linux_close(file->fd);
	file->fd = 0;
	here--;
}

/* One that was not used since the round before this one; it is not found again. */
static struct file *idle_file(void)
{
	for (uint64_t looked = 0; looked <= 2ull * highest + 1; looked++) {
		hand++;
		if (hand > highest) {
			hand = 0;
			round_began = uses;
		}
		struct file *file = owner[hand];
		if (!file || uses - file->used < RECENT || file->used > round_began)
			continue;
		owner[hand] = NULL;
		return file;
	}
	return NULL;
}

static void given(struct file *file, struct keeper *keeper, int kept)
{
	if (kept < 0) {
		owner[file->fd] = file;
		refused |= kept == -EPERM || kept == -EACCES || kept == -ENOSYS;
		return;
	}
	file->keeper = (uint16_t)(keeper - keepers + 1);
	file->kept = kept;
	keeper->holds++;
	leave(file);
}

/* Of what a keeper still has a copy, it needs none again. The others: how many. */
static uint32_t choose(struct file *files[ORDERS], uint32_t wanted)
{
	uint32_t n = 0;
	while (n < ORDERS && here > wanted + n) {
		struct file *file = idle_file();
		if (!file)
			break;
		if (file->keeper)
			leave(file);
		else
			files[n++] = file;
	}
	return n;
}

static bool give_some(uint32_t wanted)
{
	struct file *files[ORDERS];
	uint32_t before = here, n = choose(files, wanted);
	struct keeper *keeper = n ? keeper_with_room() : NULL;
	for (uint32_t i = 0; !keeper && i < n; i++)
		owner[files[i]->fd] = files[i];
	if (!keeper)
		return here < before;
	for (uint32_t i = 0; i < n; i++)
		keeper->take[i] = files[i]->fd;
	keeper->take_count = n;
	order(keeper);
	for (uint32_t i = 0; i < n; i++)
		given(files[i], keeper, keeper->take[i]);
	return here < before;
}

static void dismiss_idle(void)
{
	for (uint32_t i = 0; i < KEEPERS; i++)
		if (keepers[i].pidfd && !keepers[i].holds)
			dismiss(&keepers[i]);
}

static void make_room(void)
{
	if (here <= most || refused || uses < try_again)
		return;
	uint32_t wanted = most - most / SHARE_FREE;
	dismiss_idle();
	while (here > wanted && give_some(wanted))
		;
	if (here > most)
		try_again = uses + PATIENCE;
	if (!refused)
		return;
	dismiss_idle();
	core_log("core cannot have more descriptors than its limit of %u: Linux lets no other "
		 "process keep them (pidfd_getfd)",
		 limit);
}

bool files_left(void)
{
	return !limit || here + RESERVE < limit;
}

void files_init(uint64_t wanted)
{
	struct rlimit64 now = { 0, 0 };
	linux_call4(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &now);
	limit = (uint32_t)now.rlim_cur;
	core_process = linux_call0(__NR_getpid);
	most = limit - limit / SHARE_FREE;
	if (wanted && wanted < most)
		most = (uint32_t)wanted;
	owner = linux_map(NULL, limit * sizeof(owner[0]), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!owner)
		start_failed("no memory for the table of descriptors", "", "");
}

/* -- files -- */

void file_open(struct file *file, int fd)
{
	*file = (struct file){ 0 };
	enter(file, fd);
	make_room();
}

int file_fd(struct file *file)
{
	file->used = ++uses;
	if (file->fd || !file->keeper)
		return file->fd ? file->fd : -EBADF;
	long fd = linux_call3(__NR_pidfd_getfd, keepers[file->keeper - 1].pidfd, file->kept, 0);
	if (fd == -ESRCH)
		files_keeper_lost();
	if (fd < 0) /* there is room for it, see files_left() */
		lost("Linux does not let core have a descriptor back (pidfd_getfd)");
	enter(file, (int)fd);
	make_room();
	return file->fd;
}

void file_close(struct file *file)
{
	if (file->fd)
		leave(file);
	if (file->keeper) {
		struct keeper *keeper = &keepers[file->keeper - 1];
		keeper->close[keeper->close_count++] = file->kept;
		keeper->holds--;
		if (keeper->close_count == ORDERS)
			order(keeper);
	}
	*file = (struct file){ 0 };
}

long file_watch(int epoll, struct file *file, uint64_t data, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = data };
	int fd = file_fd(file);
	long result = fd < 0 ? fd : linux_call4(__NR_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event);
	if (result == 0)
		file->watched = fd;
	return result;
}

/*
 * An instance knows a file by the descriptor of that time. If the file has another one since it
 * came back, it gets the old one for a moment, and whatever has that now keeps a copy.
 */
void file_unwatch(int epoll, struct file *file)
{
	int at = file->watched, fd = at ? file_fd(file) : -EBADF;
	if (fd < 0)
		return;
	long other = -EBADF;
	if (fd != at) {
		other = linux_call3(__NR_fcntl, at, F_DUPFD_CLOEXEC, 0);
		if (other < 0 && other != -EBADF)
			return;
		linux_call3(__NR_dup3, fd, at, O_CLOEXEC);
	}
	linux_call4(__NR_epoll_ctl, epoll == at ? other : epoll, EPOLL_CTL_DEL, at, NULL);
	file->watched = 0;
	if (other >= 0)
		linux_call3(__NR_dup3, other, at, O_CLOEXEC);
	if (fd != at)
		linux_close(other >= 0 ? (int)other : at);
}
