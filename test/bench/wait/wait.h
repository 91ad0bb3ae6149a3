/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* How long others wait while core has much to do: what the clock and the worker speak. */
#pragma once

#include "../measure.h"

#define WAIT_NAME_MAX 31u

#define WAIT(RPC, I)                                                              \
	RPC(I, begin)                                                             \
	/* Prints the longest delay of a deadline since `begin`, by that name. */ \
	RPC(I, end, InString(name, WAIT_NAME_MAX))

TN_RPC_INTERFACE(wait, WAIT)

static inline wait_cap wait_open(void)
{
	const struct tn_quota quota = { 0, 0 };
	struct tn_session session;
	bench_check(tn_session_open("Wait", "", quota, &wait_interface, &session), "Wait");
	wait_cap cap = { session.cap };
	return cap;
}
