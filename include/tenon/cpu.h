/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The CPU session of core: threads of protection domains.
 *
 * Exchange: the parent of a component opens a "CPU" session for it and hands it over as part of its
 * environment. Components use thread.h, which is made of this. Price of the session:
 * PRICE_SESSION; of a thread: its stack and PRICE_THREAD of the price table, paid by the PD it
 * runs in. No operation waits.
 *
 * A thread needs both capabilities, to a CPU session and to the PD: time and space are separate
 * authorities.
 *
 * CPUs are bits of a mask, bit i for CPU i, up to 64; where there are more, the rest is not used.
 * SEVERAL_CPUS and AFFINITY of feature.h say what a kernel makes of them. An operation that names
 * CPUs fails alike everywhere: when none of those it names is there for the PD.
 *
 * Limits: a parent that wants a child to be no more urgent than n, or only on some CPUs, calls
 * restrict_pd for the child's PD before it starts it, or at any time. Limits are only ever lowered.
 * They hold for every thread of the PD, whatever CPU session is used: a priority above them is cut
 * to them, without an error, so that components need not know them. A PD is also bound by the
 * limits of the PD that starts it (tn_pd.start), hence a child's children by the child's. Calls are
 * served at the caller's priority all the same, where a kernel does that.
 *
 * `thread_start` lets a created thread run at `entry`, on the given stack, with `argument` in the
 * register of a function's first; once. `thread_priority` makes it as urgent as it says.
 *
 * Errors, of all operations: TN_ERR_CAPABILITY (no PD), TN_ERR_NOT_FOUND (no such thread in it).
 *
 * @code{.c}
 * // A parent: a child is never more urgent than others, and stays on the first two CPUs.
 * static tn_error example_limit(tn_cpu_cap cpu, tn_pd_cap child)
 * {
 *         return tn_cpu_restrict_pd(cpu, child, TN_PRIORITY_DEFAULT, 1u << 0 | 1u << 1);
 * }
 * @endcode
 */
#pragma once

#include <tenon/pd.h>

/* Bytes of a thread's name, without the NUL; longer ones are cut. */
#define TN_THREAD_NAME_MAX 31u

/* Priorities, 0 the least urgent. How strictly a kernel keeps them is a feature (feature.h). */
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
	RPC(I, thread_time, InCap(tn_pd_cap, pd), In(uint32_t, thread), Out(uint64_t, ns))         \
	/* The CPUs that it may run on, as bits, of those that the PD may use; the others do not   \
	 */                                                                                        \
	/* count. TN_ERR_ARGUMENT: none is left. */                                                \
	RPC(I, thread_affinity, InCap(tn_pd_cap, pd), In(uint32_t, thread), In(uint64_t, cpus))    \
	/* What holds for a thread now. */                                                         \
	RPC(I, thread_schedule, InCap(tn_pd_cap, pd), In(uint32_t, thread),                        \
	    Out(uint32_t, priority), Out(uint64_t, cpus))                                          \
	/* What the PD's threads may have at most; without a restriction all that there is. */     \
	RPC(I, limits, InCap(tn_pd_cap, pd), Out(uint32_t, priority), Out(uint64_t, cpus))         \
	/* Lowers that, for good: see "Limits" above. TN_ERR_ARGUMENT: no CPU would be left. */    \
	RPC(I, restrict_pd, InCap(tn_pd_cap, pd), In(uint32_t, priority), In(uint64_t, cpus))

TN_RPC_INTERFACE(tn_cpu, TN_CPU)
