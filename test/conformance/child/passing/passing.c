/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A client that dies with an open session. */

#include "../subject.h"

void component_construct(struct tn_env *env)
{
	const struct tn_quota quota = { SUBJECT_RAM, SUBJECT_CAPS };
	struct tn_session session;
	(void)env;
	if (tn_session_open("Subject", "", quota, &subject_interface, &session) != TN_OK)
		tn_exit(1);
	__builtin_trap();
}
