/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Floods without the runtime: only the attacker is busy. */
#include "attack.h"

enum { CALLS = 20000 };

static void flood_of_calls(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle;
	(void)env;
	for (unsigned i = 0; i < CALLS; i++)
		HOLDS(raw_message(victim, victim_opcode_echo, 8, 0) == TN_OK);
}

static void flood_of_signals(struct tn_env *env)
{
	tn_handle alarm = attack_alarm().handle;
	(void)env;
	for (unsigned i = 0; i < 10 * CALLS; i++)
		HOLDS(raw(HW_SIGNAL, alarm, 0) == HW_OK);
}

static void signals_for_good(struct tn_env *env)
{
	tn_handle alarm = attack_alarm().handle;
	(void)env;
	tn_actor_post("signals-for-good");
	for (;;)
		raw(HW_SIGNAL, alarm, 0);
}

static void calls_for_good(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle;
	(void)env;
	tn_actor_post("calls-for-good");
	for (;;)
		raw(HW_CALL, victim, hw_tag(victim_opcode_echo, 8, 0, 0));
}

static void calls_to_core_for_good(struct tn_env *env)
{
	tn_actor_post("calls-to-core-for-good");
	for (;;)
		raw(HW_CALL, tn_env_pd(env).handle, hw_tag(tn_pd_opcode_accounts, 0, 0, 0));
}

static void make_and_destroy(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	for (uint32_t i = 0; i < 3000; i++) {
		tn_signal_cap signal;
		TN_MUST(tn_pd_signal_create(pd, 0, UINT32_MAX - i, &signal));
		HOLDS(raw(HW_SIGNAL, signal.handle, 0) == HW_OK);
		TN_MUST(tn_pd_object_destroy(pd, (tn_any_cap){ signal.handle }));
		HOLDS(raw(HW_SIGNAL, signal.handle, 0) == HW_ERR_CAP);
	}
}

const struct attack exhaustion_attacks[] = {
	{ "flood-of-calls", flood_of_calls, SURVIVES, NULL },
	{ "flood-of-signals", flood_of_signals, SURVIVES, NULL },
	{ "signals-for-good", signals_for_good, KILLED, NULL },
	{ "calls-for-good", calls_for_good, KILLED, NULL },
	{ "calls-to-core-for-good", calls_to_core_for_good, KILLED, NULL },
	{ "make-and-destroy", make_and_destroy, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
