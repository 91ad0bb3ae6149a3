/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A thread: its registers, what it waits for, and who waits for it. One frame. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hw/abi.h>
#include "frame.h"
#include "layout.h"
#include "queue.h"
#include "serial.h"

struct pd;
struct signal;

/* In the order of struct hw_registers. */
struct registers {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rsp, rflags;
};

struct thread {
	struct registers registers; /* entry.S relies on everything down to `fpu` */
	uint64_t page_table;
	uint8_t full_return;
	uint8_t reserved[31];
	uint8_t fpu[512] __attribute__((aligned(64)));

	uint64_t serial; /* 0: being destroyed; never 0 in its low 24 bits otherwise */
	struct pd *pd;
	uint8_t *utcb;
	uint8_t state; /* enum hw_thread_state */
	uint8_t priority;
	uint8_t effective; /* the highest of its own and of everybody's who waits for it */
	bool signals_only; /* WAITING: does not take requests */
	bool unpark_token;

	/* The one queue that it is in: ready, callers of a server, undelivered faults. */
	struct queue *queue;
	struct thread *next, *previous;
	uint8_t queue_level;

	struct thread *server;  /* CALLING: whom */
	struct thread *client;  /* being served by this thread */
	uint64_t badge;         /* of the capability that it calls through */
	struct queue callers;   /* not taken yet */
	struct signal *signals; /* ring of pending ones */

	uint64_t budget; /* what is left of its time slice, in TSC ticks, while it does not run */
	uint64_t time_used; /* TSC ticks */
	uint64_t turn_end;  /* of time_used: until then it goes before others when it is woken */

	uint64_t fault_vector, fault_error, fault_address;

	uint64_t utcb_address;
	uint32_t local_id;
	struct thread *pd_next; /* threads of the PD whose local id has the same hash */
};

_Static_assert(offsetof(struct thread, registers.rip) == REG_RIP, "entry.S");
_Static_assert(offsetof(struct thread, registers.rflags) == REG_RFLAGS, "entry.S");
_Static_assert(offsetof(struct thread, page_table) == THREAD_CR3, "entry.S");
_Static_assert(offsetof(struct thread, full_return) == THREAD_FULL, "entry.S");
_Static_assert(offsetof(struct thread, fpu) == THREAD_FPU, "entry.S");
_Static_assert(offsetof(struct registers, rflags) == offsetof(struct hw_registers, rflags), "copy");
_Static_assert(sizeof(struct thread) <= HW_PAGE_SIZE, "one frame");

/* The thread that runs; NULL while the CPU idles. */
extern struct thread *current;

/* The thread whose FPU state is in the CPU. */
extern struct thread *fpu_owner;

/* NULL if no thread lives there. One that is being destroyed is not found. */
struct thread *thread_find(uint64_t name);

enum hw_status thread_create(const struct hw_thread_args *args);
enum hw_status thread_destroy(uint64_t name);

/* Set up an empty thread; the caller has checked everything. */
void thread_setup(struct thread *thread, struct pd *pd, const struct hw_thread_args *args);
