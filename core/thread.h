/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Threads of a PD beyond its first one, and what all have in common. */
#pragma once

#include <core/core.h>

/* The first thread of a PD is part of it. */
void thread_init_first(struct pd *pd);
/* NULL: the PD has no such thread. */
struct thread *thread_find(struct pd *pd, uint32_t index);
TN_MUST_USE tn_error thread_create(struct pd *pd, const char *name, uint32_t priority,
				   uint64_t stack_size, struct thread **made);
/*
 * One bounded step of ending it, with the objects that it served; the caller has checked that it is
 * not the first. True: it is gone.
 */
bool thread_step(struct thread *thread);
/* All but the first, when the PD is stopped. True: done. */
bool threads_step(struct pd *pd);
/* Cut to the limits of the PD; of `cpus` at least one is within them. */
void thread_set_priority(struct thread *thread, uint32_t priority);
void thread_set_affinity(struct thread *thread, uint64_t cpus);
/* Lowers the limits to these too, and with them what threads have. No CPU in common: stays. */
void threads_restrict(struct pd *pd, const struct cpu_limits *limits);
/* The PD is being stopped: none of them waits for a pager any more. */
void threads_forget_faults(struct pd *pd);

/* Ends the calls of all threads of `client` that are in one through the capability or channel. */
void threads_abort_cap(struct pd *client, tn_handle handle);
void threads_abort_channel(struct channel *channel);
/* The client's thread of that index, if it is in a call over the channel, and the capability that
 * it calls through; NULL otherwise. */
struct thread *thread_calling(struct channel *channel, uint32_t index, tn_handle *handle);
