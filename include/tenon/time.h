/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * TIME sessions of core: a monotonic clock and one deadline per session. Components that need many
 * timeouts use a Timer session of the timer component.
 *
 * `watch` registers the signal that the deadline submits; another one replaces it.
 *
 * Ownership: the signal stays its creator's. No operation waits. Times are in nanoseconds. Errors:
 * TN_ERR_CAPABILITY, TN_ERR_OUT_OF_CAPS (at `watch`). Price: PRICE_SESSION of the price table.
 *
 * @code{.c}
 * // The signal comes in a second, or a little later.
 * static tn_error example_second(tn_time_cap time, tn_signal_cap reached)
 * {
 *         uint64_t ns;
 *         tn_error error = tn_time_now(time, &ns);
 *         if (error == TN_OK)
 *                 error = tn_time_watch(time, reached);
 *         return error == TN_OK ? tn_time_deadline(time, ns + 1000000000u) : error;
 * }
 * @endcode
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
