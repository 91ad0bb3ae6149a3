/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A child of an actor: has many capabilities, and tells its parent by asking for a session. */
#include <tenon/component.h>
#include <tenon/time.h>

enum { MANY = 2000 };

void component_construct(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_any_cap cap;
	for (uint32_t i = 0; i < MANY; i++)
		if (tn_pd_object_create(tn_env_pd(env), 0, i, &cap) != TN_OK)
			tn_exit(1);
	tn_exit((int)tn_error_number(
		tn_session_open("Full", "", none, &tn_time_interface, &session)));
}
