/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Timer sessions, served by the timer component: a clock and a timeout per session, many sessions.
 *
 * The client donates TN_TIMER_RAM and TN_TIMER_CAPS. It trusts the server to be on time only; the
 * server trusts nobody.
 *
 * `now` is microseconds since an arbitrary start. `watch` registers the signal that timeouts
 * submit; another one replaces it.
 *
 * Ownership: the signal stays its creator's. No call waits for a time: each is answered at once.
 * Errors: TN_ERR_CAPABILITY, TN_ERR_OUT_OF_CAPS (at `watch`), TN_ERR_ARGUMENT (too far away).
 *
 * @code{.c}
 * // One timeout a session; timeout.h makes many of it.
 * static tn_error example_timer(timer_cap timer, tn_signal_cap expired)
 * {
 *         tn_error error = timer_watch(timer, expired);
 *         return error == TN_OK ? timer_once(timer, 250000) : error; // in a quarter of a second
 * }
 * @endcode
 */
#pragma once

#include <tenon/signal.h>

/* What a client donates: bytes, capabilities. */
#define TN_TIMER_RAM  4096u
#define TN_TIMER_CAPS 4u

#define TN_TIMER(RPC, I)                                                    \
	RPC(I, now, Out(uint64_t, us))                                      \
	RPC(I, watch, InCap(tn_signal_cap, expired))                        \
	/* One timeout, in microseconds from now; 0 cancels. */             \
	RPC(I, once, In(uint64_t, us))                                      \
	/* Again and again, with this period in microseconds; 0 cancels. */ \
	RPC(I, periodic, In(uint64_t, us))

TN_RPC_INTERFACE(timer, TN_TIMER)
