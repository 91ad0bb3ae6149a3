/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * TRACE sessions, a service of core: what runs, and what it has used so far.
 *
 * Exchange: a session sees the threads of those components whose label is the session's own label
 * or lies below it ("init -> a" sees "init -> a" and "init -> a -> b", not "init -> ab"). The label
 * is made by the parents on the way, so they decide what is seen: as a rule a component sees itself
 * and its children; a parent that leaves the client's name out lets it see the whole family
 * (`family=#true` of init's routes). Only figures are seen, nothing can be changed. Price:
 * TN_PRICE_SESSION. No operation waits.
 *
 * Subjects come and go meanwhile. A cursor is a place in an order that does not change: who was
 * there during the whole reading is told exactly once.
 *
 * Ownership: what is read is a copy. Errors: opening, as tn_session_open(); reading, only those of
 * any call.
 *
 * @code{.c}
 * #include <tenon/component.h>
 * #include <tenon/trace.h>
 *
 * static tn_error example_log_all(tn_trace_cap trace)
 * {
 *         static struct tn_trace_subject subjects[TN_TRACE_PAGE];
 *         uint64_t cursor = 0;
 *         size_t size;
 *         do {
 *                 tn_error error = tn_trace_read(trace, cursor, &cursor, subjects, &size);
 *                 if (error != TN_OK)
 *                         return error;
 *                 for (size_t i = 0; i < size / sizeof(subjects[0]); i++)
 *                         tn_log("%s, thread %s: %llu ns", subjects[i].label, subjects[i].thread,
 *                                (unsigned long long)subjects[i].cpu_ns);
 *         } while (cursor);
 *         return TN_OK;
 * }
 * @endcode
 */
#pragma once

#include <tenon/cpu.h>

/* One thread, and the figures of the component that it belongs to. */
struct tn_trace_subject {
	char label[TN_LABEL_MAX + 1];        /* of its component, from core's view: "init -> a" */
	char thread[TN_THREAD_NAME_MAX + 1]; /* name of the thread */
	uint64_t id;                         /* of the thread, never used again */
	uint64_t cpu_ns;     /* CPU time of the thread so far; 0 where the kernel does not tell */
	uint64_t ram_limit;  /* of the component, in bytes */
	uint64_t ram_used;   /* of that limit */
	uint64_t caps_limit; /* of the component */
	uint64_t caps_used;  /* of that limit */
	uint32_t priority;   /* of the thread */
	uint16_t state;      /* of the component, enum tn_pd_state */
	uint16_t waits;      /* 1: the thread waits for a pager (rm.h) to answer a touch of its */
};

#define TN_TRACE_PAGE      16u   /* subjects that one reading tells at most */
#define TN_TRACE_PAGE_SIZE 3968u /* room for them, in bytes */
TN_STATIC_ASSERT(sizeof(struct tn_trace_subject) * TN_TRACE_PAGE == TN_TRACE_PAGE_SIZE,
		 "a page of subjects");

#define TN_TRACE(RPC, I)                                                                      \
	/* The next subjects from a cursor on, 0 for the first time; perhaps none, as core */ \
	/* looks at a bounded number at a time. *next is where to go on, 0: that was all. */  \
	RPC(I, read, In(uint64_t, cursor), Out(uint64_t, next),                               \
	    OutBytes(subjects, TN_TRACE_PAGE_SIZE))

TN_RPC_INTERFACE(tn_trace, TN_TRACE)
