/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/heartbeat.h>

static void answer(void *argument)
{
	const struct tn_heartbeat *heartbeat = argument;
	tn_error error = tn_parent_heartbeat(tn_env_parent(heartbeat->env));
	(void)error; /* a parent that does not hear asks again */
}

tn_error tn_heartbeat_answer(struct tn_heartbeat *heartbeat, struct tn_env *env)
{
	heartbeat->env = env;
	heartbeat->beat.handler = answer;
	heartbeat->beat.argument = heartbeat;
	tn_error error = tn_signal_create(tn_env_entrypoint(env), &heartbeat->beat);
	if (error != TN_OK)
		return error;
	error = tn_parent_notify(tn_env_parent(env), TN_NOTICE_HEARTBEAT, heartbeat->beat.cap);
	if (error != TN_OK)
		tn_signal_destroy(&heartbeat->beat);
	return error;
}

void tn_heartbeat_end(struct tn_heartbeat *heartbeat)
{
	const tn_signal_cap none = { 0 };
	tn_error error = tn_parent_notify(tn_env_parent(heartbeat->env), TN_NOTICE_HEARTBEAT, none);
	(void)error;
	tn_signal_destroy(&heartbeat->beat);
}
