/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The CPU session of core: threads of protection domains.
 *
 * Exchange: the parent of a component opens a "CPU" session for it and hands it over as part of its
 * environment. Components use thread.h, which is made of this. Price of the session:
 * TN_PRICE_SESSION; of a thread: its stack and PRICE_THREAD of the price table, paid by the PD it
 * runs in. No operation waits.
 *
 * A thread needs both capabilities, to a CPU session and to the PD: time and space are separate
 * authorities.
 */
#pragma once

#include <tenon/pd.h>

#define TN_THREAD_NAME_MAX 31u

/* Priorities, 0 the least urgent. Whether a kernel keeps them is a feature (doc/features.md). */
#define TN_PRIORITY_DEFAULT 16u
#define TN_PRIORITY_MAX     30u

#define TN_CPU(RPC, I)                                                                             \
	/* A thread that does not run yet; stack_size is rounded up to pages, 0: the default. */   \
	RPC(I, thread_create, InCap(tn_pd_cap, pd), InString(name, TN_THREAD_NAME_MAX),            \
	    In(uint32_t, priority), In(uint64_t, stack_size), Out(uint32_t, thread),               \
	    Out(uint64_t, stack_base), Out(uint64_t, stack_top))                                   \
	RPC(I, thread_start, InCap(tn_pd_cap, pd), In(uint32_t, thread), In(uint64_t, entry),      \
	    In(uint64_t, stack_pointer), In(uint64_t, argument))                                   \
	/* Ends it, with all objects and signals that it served; not the first one. The runtime */ \
	/* lets it leave before. One that runs may take its whole PD along: that is a fault. */    \
	RPC(I, thread_end, InCap(tn_pd_cap, pd), In(uint32_t, thread))                             \
	RPC(I, thread_priority, InCap(tn_pd_cap, pd), In(uint32_t, thread),                        \
	    In(uint32_t, priority))                                                                \
	/* CPU time that it has used so far, in nanoseconds. */                                    \
	RPC(I, thread_time, InCap(tn_pd_cap, pd), In(uint32_t, thread), Out(uint64_t, ns))

TN_RPC_INTERFACE(tn_cpu, TN_CPU)
