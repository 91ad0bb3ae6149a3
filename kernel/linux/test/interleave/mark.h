/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What a component tells the stepper (../stepper.c), which runs the system: int3, with what is
 * meant in rax and an argument in rdi. Without a stepper, it is a fault.
 *
 * while (mark(MARK_ROUND, "name")) a round of the case: each holds the subject at another point,
 * until it was held at all of them.
 */
#pragma once

#include <stdint.h>

enum {
	/* The caller drives the case of this name: 1 there is one more round, 0 there is none. */
	MARK_ROUND = 0x7e101,
	/* The caller is the subject, and begins; it ends by sleeping, or at MARK_END. */
	MARK_BEGIN,
	MARK_END,
	/* The caller begins when it next enters this function of the runtime, and ends when that
	   returns. */
	MARK_BEGIN_AT,
	/* The same, of core. */
	MARK_CORE_AT,
	/* The caller is the actor of the case of this name: 1 the subject is held, 0 the case is
	   over. */
	MARK_ACT,
	/* Returns when nothing else moves, and the subject is not held. */
	MARK_QUIET,
};

#define MARK_RUNTIME 0x10000000ull /* where the runtime is */

static inline uint64_t mark(uint64_t what, const char *argument)
{
	__asm__ volatile("int3" : "+a"(what) : "D"(argument) : "memory");
	return what;
}
