/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* One of many: tells that it runs, and stays. */

#include "../gauge.h"

void component_construct(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	(void)env;
	if (tn_session_open("Gauge", "", none, &gauge_interface, &session) != TN_OK)
		tn_exit(1);
	gauge_cap gauge = { session.cap };
	if (gauge_here(gauge) != TN_OK)
		tn_exit(1);
}
