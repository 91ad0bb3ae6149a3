/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A child that answers, hangs, faults or is silent, as its name says. */

#include <tenon/heartbeat.h>
#include <tenon/text.h>

enum { ANSWERS = 20 };

static struct tn_env *env;
static struct tn_signal beat;

/* Its own handler: a component may look at itself before it says that it is well. */
static void count(void *argument)
{
	unsigned *beats = argument;
	if (tn_parent_heartbeat(tn_env_parent(env)) != TN_OK)
		tn_exit(1);
	if (++*beats == ANSWERS)
		tn_exit(0);
}

static void answer(void)
{
	static unsigned beats;
	beat.handler = count;
	beat.argument = &beats;
	if (tn_signal_create(tn_env_entrypoint(env), &beat) != TN_OK ||
	    tn_parent_notify(tn_env_parent(env), TN_NOTICE_HEARTBEAT, beat.cap) != TN_OK)
		tn_exit(2);
}

static void hang(void)
{
	static struct tn_heartbeat heartbeat;
	volatile bool for_ever = true;
	if (tn_heartbeat_answer(&heartbeat, env) != TN_OK)
		tn_exit(3);
	while (for_ever)
		;
}

void component_construct(struct tn_env *environment)
{
	env = environment;
	if (tn_text_equal(tn_env_name(env), "answers"))
		answer();
	else if (tn_text_equal(tn_env_name(env), "hangs"))
		hang();
	else if (tn_text_equal(tn_env_name(env), "faults"))
		__builtin_trap();
}
