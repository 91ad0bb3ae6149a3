/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Makes 100,000 capabilities, says so by asking for a session, and waits for its end. */
#include "../../measure.h"

enum { CAPS = 100000 };

void component_construct(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_any_cap cap;
	for (uint32_t i = 0; i < CAPS; i++)
		bench_check(tn_pd_object_create(tn_env_pd(env), 0, i, &cap), "object");
	if (tn_session_open("Full", "", none, &tn_time_interface, &session) == TN_OK)
		tn_exit(BENCH_EXIT_FAILED);
}
