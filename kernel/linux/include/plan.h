/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What core tells the launcher of a process, through the socket that the process is born with. */
#pragma once

#include <stdint.h>

/* Core's messages: some with `count` > 0 and as many descriptors, then one with count 0. */
enum { PLAN_MAPS = 32, PLAN_SOCKET = 3, PLAN_NAME = 16 };

struct plan_map {
	uint64_t address, size, offset;
	int32_t protection, flags;
};

struct plan {
	uint32_t count;
	struct plan_map map[PLAN_MAPS];
	/* count == 0, with the descriptors of epoll and of core's eventfd: */
	uint64_t entry, stack_pointer, argument;
	char name[PLAN_NAME];
	uint32_t debug; /* stops before the runtime's first instruction, for a debugger to attach */
};

/* Room for the control message that carries `n` descriptors. */
#define PLAN_CONTROL(n) (16 + 8 * (((n) + 1) / 2))

struct plan_control {
	uint64_t length;
	int32_t level, type;
	int32_t fd[PLAN_MAPS];
};

struct plan_vector {
	void *base;
	uint64_t length;
};

/* struct msghdr of the kernel. */
struct plan_header {
	void *name;
	uint64_t name_length;
	struct plan_vector *vector;
	uint64_t vector_count;
	void *control;
	uint64_t control_length;
	uint32_t flags, reserved;
};

enum {
	PLAN_SOL_SOCKET = 1,
	PLAN_SCM_RIGHTS = 1,
	PLAN_MSG_DONTWAIT = 0x40,
	PLAN_MSG_NOSIGNAL = 0x4000
};
