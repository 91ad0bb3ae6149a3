/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Timer sessions, served by the timer component: a clock and a timeout per session, many sessions.
 *
 * The client donates TN_TIMER_RAM and TN_TIMER_CAPS. It trusts the server to be on time only; the
 * server trusts nobody.
 */
#pragma once

#include <tenon/signal.h>

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
