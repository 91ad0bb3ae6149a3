/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * TIME sessions of core: a monotonic clock and one deadline per session. Components that need many
 * timeouts use a Timer session of the timer component.
 */
#pragma once

#include <tenon/signal.h>

#define TN_TIME(RPC, I)                                                                  \
	/* Nanoseconds since an arbitrary start; never goes back. */                     \
	RPC(I, now, Out(uint64_t, ns))                                                   \
	RPC(I, watch, InCap(tn_signal_cap, reached))                                     \
	/* Submits the signal at or after the absolute time; replaces the one before; */ \
	/* UINT64_MAX: none. */                                                          \
	RPC(I, deadline, In(uint64_t, ns))

TN_RPC_INTERFACE(tn_time, TN_TIME)
