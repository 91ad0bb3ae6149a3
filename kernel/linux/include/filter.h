/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The list of system calls that a component has, as instructions of seccomp filters;
 * README.md gives the reason for each. What Linux costs without Tenon is measured under it, too.
 */
#pragma once

#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <linux_abi.h>

#define NUMBER         0
#define ARCHITECTURE   4
#define LOW(argument)  (16 + 8 * (argument))
#define HIGH(argument) (20 + 8 * (argument))

#define LOAD(offset)              BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define RETURN(action)            BPF_STMT(BPF_RET | BPF_K, (action))
#define UNLESS_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define IF_EQUAL(value, skip)     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (skip), 0)
#define UNLESS_BELOW(value, skip) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), (skip), 0)
#define IF_BELOW(value, skip)     BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), 0, (skip))
#define X32_BIT                   0x40000000u
#define EVENTS_END                (LINUX_FD_EVENTS + LINUX_LINKS_MAX)

/* The launcher's, before the list: core hears of these and decides. */
static const struct sock_filter linux_core_filter[] = {
	LOAD(NUMBER),
	IF_EQUAL(__NR_mmap, 4),
	IF_EQUAL(__NR_munmap, 3),
	IF_EQUAL(__NR_clone, 2),
	IF_EQUAL(LINUX_TRAP, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_USER_NOTIF),
};

/* A block of checks ends with ALLOW, FORBID; descriptors and operations are 32 bits wide. */
static const struct sock_filter linux_filter[] = {
	LOAD(ARCHITECTURE),
	UNLESS_EQUAL(AUDIT_ARCH_X86_64, 2),
	LOAD(NUMBER),
	IF_BELOW(X32_BIT, 1),
	RETURN(SECCOMP_RET_KILL_PROCESS),

	/* Core decides about each of these. */
	IF_EQUAL(__NR_mmap, 5),
	IF_EQUAL(__NR_munmap, 4),
	IF_EQUAL(LINUX_TRAP, 3),
	IF_EQUAL(__NR_exit, 2),
	IF_EQUAL(__NR_rt_sigprocmask, 1),
	UNLESS_EQUAL(__NR_rt_sigreturn, 1),
	RETURN(SECCOMP_RET_ALLOW),

	/* A thread, as core decides. */
	UNLESS_EQUAL(__NR_clone, 4),
	LOAD(LOW(0)),
	UNLESS_EQUAL(LINUX_THREAD_FLAGS, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),

	UNLESS_EQUAL(__NR_futex, 4),
	LOAD(LOW(1)),
	UNLESS_EQUAL(FUTEX_WAKE, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),

	/* No flags, no time limit. */
	UNLESS_EQUAL(__NR_futex_waitv, 8),
	LOAD(LOW(2)),
	UNLESS_EQUAL(0, 5),
	LOAD(LOW(3)),
	UNLESS_EQUAL(0, 3),
	LOAD(HIGH(3)),
	UNLESS_EQUAL(0, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),

	UNLESS_EQUAL(__NR_epoll_wait, 5),
	LOAD(LOW(0)),
	UNLESS_BELOW(LINUX_FD_EPOLL_END, 2),
	IF_BELOW(LINUX_FD_EPOLL, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),

	/* Eight bytes to an eventfd: never to memory. */
	UNLESS_EQUAL(__NR_write, 9),
	LOAD(HIGH(2)),
	UNLESS_EQUAL(0, 6),
	LOAD(LOW(2)),
	UNLESS_EQUAL(8, 4),
	LOAD(LOW(0)),
	UNLESS_BELOW(EVENTS_END, 2),
	IF_BELOW(LINUX_FD_EVENTS, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),

	UNLESS_EQUAL(__NR_close, 4),
	LOAD(LOW(0)),
	UNLESS_BELOW(EVENTS_END, 2),
	IF_BELOW(LINUX_FD_TRANSIT, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_TRAP),
};
