/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Capability handles that nobody has given. */
#include "attack.h"

enum { INDICES = 1 << 20, LOW_INDICES = 64, GENERATIONS = 256, NO_OPCODE = 0xffff };

/* The table itself has a few hundred slots; beyond, samples will do. */
enum { ALL_INDICES = 8192, STEP = 61 };

/* What core has counted: no more of the handles made up can be good ones. */
static uint64_t held(struct tn_env *env)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	TN_MUST(tn_pd_accounts(tn_env_pd(env), &accounts));
	return accounts.caps_used;
}

/* How many of all handles the kernel knows. The tag says nothing that any interface knows. */
static uint64_t sweep(uint64_t number, uint64_t tag)
{
	uint64_t good = 0;
	for (uint64_t index = 0; index < INDICES; index += index < ALL_INDICES ? 1 : STEP)
		good += raw(number, index, tag) != HW_ERR_CAP;
	for (uint64_t index = 0; index < LOW_INDICES; index++)
		for (uint64_t generation = 1; generation < GENERATIONS; generation++)
			good += raw(number, generation << 20 | index, tag) != HW_ERR_CAP;
	return good;
}

static void signal_every_handle(struct tn_env *env)
{
	HOLDS(sweep(HW_SIGNAL, 0) <= held(env));
}

static void call_every_handle(struct tn_env *env)
{
	HOLDS(sweep(HW_CALL, hw_tag(NO_OPCODE, 0, 0, 0)) <= held(env));
}

static void other_generations(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle, alarm = attack_alarm().handle;
	(void)env;
	for (uint32_t generation = 1; generation < GENERATIONS; generation++) {
		HOLDS(raw(HW_CALL, victim ^ generation << 20, 0) == HW_ERR_CAP);
		HOLDS(raw(HW_SIGNAL, alarm ^ generation << 20, 0) == HW_ERR_CAP);
	}
}

static void kept_after_release(struct tn_env *env)
{
	tn_handle victim = attack_victim().handle, alarm = attack_alarm().handle;
	(void)env;
	tn_cap_release(alarm);
	HOLDS(raw(HW_SIGNAL, alarm, 0) == HW_ERR_CAP);
	while (raw(HW_CALL, victim, hw_tag(NO_OPCODE, 0, 0, 0)) == HW_OK)
		tn_cap_release(victim);
	HOLDS(raw(HW_CALL, victim, 0) == HW_ERR_CAP);
}

static void signal_what_is_called(struct tn_env *env)
{
	HOLDS(raw(HW_SIGNAL, attack_victim().handle, 0) == HW_ERR_CAP);
	HOLDS(raw(HW_SIGNAL, tn_env_pd(env).handle, 0) == HW_ERR_CAP);
	HOLDS(raw(HW_SIGNAL, tn_env_parent(env).handle, 0) == HW_ERR_CAP);
}

static void call_what_is_signalled(struct tn_env *env)
{
	(void)env;
	HOLDS(raw(HW_CALL, attack_alarm().handle, 0) == HW_ERR_CAP);
	HOLDS(raw(HW_CALL, attack_alarm().handle, UINT64_MAX) == HW_ERR_CAP);
}

static void destroy_what_is_others(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	uint64_t at, size;
	tn_any_cap others[] = { { attack_victim().handle },
				{ attack_alarm().handle },
				{ tn_env_parent(env).handle } };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		tn_dataspace_cap dataspace = { others[i].handle };
		HOLDS(tn_pd_object_destroy(pd, others[i]) == TN_ERR_DENIED);
		HOLDS(tn_pd_free(pd, dataspace, &at, &size) == TN_ERR_CAPABILITY);
		HOLDS(tn_pd_transfer_quota(pd, others[i], 0, 0) == TN_ERR_CAPABILITY);
	}
}

/* In messages to core a handle is looked up as it is, kind and all. */
static void every_handle_to_core(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	struct tn_accounts before, after;
	unsigned good = 0;
	TN_MUST(tn_pd_accounts(pd, &before));
	for (uint32_t kind = 0; kind < 16; kind++)
		for (uint32_t index = 0; index < LOW_INDICES; index++)
			for (uint32_t generation = 0; generation < 4; generation++) {
				tn_any_cap to = { TN_HANDLE(kind, generation, index) };
				good += tn_pd_transfer_quota(pd, to, 1, 1) == TN_OK;
				HOLDS(tn_pd_start(pd, to) != TN_OK);
			}
	HOLDS(good <= 1); /* its own PD */
	TN_MUST(tn_pd_accounts(pd, &after));
	HOLDS(after.ram_limit == before.ram_limit && after.caps_limit == before.caps_limit);
}

const struct attack capability_attacks[] = {
	{ "signal-every-handle", signal_every_handle, SURVIVES, NULL },
	{ "call-every-handle", call_every_handle, SURVIVES, NULL },
	{ "other-generations", other_generations, SURVIVES, NULL },
	{ "kept-after-release", kept_after_release, SURVIVES, NULL },
	{ "signal-what-is-called", signal_what_is_called, SURVIVES, NULL },
	{ "call-what-is-signalled", call_what_is_signalled, SURVIVES, NULL },
	{ "destroy-what-is-others", destroy_what_is_others, SURVIVES, NULL },
	{ "every-handle-to-core", every_handle_to_core, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
