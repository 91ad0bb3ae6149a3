/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Another client: one line, and its session stays. With no share left it is told so. */

#include <tenon/component.h>
#include <tenon/log.h>

void component_construct(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	const char text[] = "from the other\n";
	struct tn_session session;
	(void)env;
	tn_error error = tn_session_open("LOG", "o", none, &tn_log_interface, &session);
	if (error == TN_OK)
		error = tn_log_write((tn_log_cap){ session.cap }, text, sizeof(text) - 1);
	tn_log("other: %s", tn_error_text(error));
}
