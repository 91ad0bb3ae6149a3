/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Dies at each step of a session, and leaves the rest to others. */
#include "lists.h"

static void ask(struct tn_env *env, uint32_t *id)
{
	const uint32_t count = victim_function_count;
	TN_MUST(tn_parent_session_open(tn_env_parent(env), "Victim", "", 16384, 8, count,
				       tn_interface_digest(&victim_interface, count), "victim",
				       id));
}

static void await(struct tn_env *env, uint32_t id, uint32_t wanted)
{
	tn_any_cap cap = { 0 };
	uint32_t state = TN_SESSION_PENDING, reason;
	while (state != wanted)
		TN_MUST(tn_parent_session_collect(tn_env_parent(env), id, &state, &reason, &cap));
}

static void die_when_asked(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	__builtin_trap();
}

static void die_when_collected(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	await(env, id, TN_SESSION_READY);
	__builtin_trap();
}

static void die_when_asked_for_more(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	await(env, id, TN_SESSION_READY);
	TN_MUST(tn_parent_session_upgrade(tn_env_parent(env), id, 8192, 4));
	__builtin_trap();
}

static void die_when_there_is_more(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	await(env, id, TN_SESSION_READY);
	TN_MUST(tn_parent_session_upgrade(tn_env_parent(env), id, 8192, 4));
	await(env, id, TN_SESSION_READY);
	__builtin_trap();
}

static void die_when_closing(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	await(env, id, TN_SESSION_READY);
	TN_MUST(tn_parent_session_close(tn_env_parent(env), id));
	__builtin_trap();
}

static void die_when_closed(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	await(env, id, TN_SESSION_READY);
	TN_MUST(tn_parent_session_close(tn_env_parent(env), id));
	await(env, id, TN_SESSION_DENIED);
	__builtin_trap();
}

/* Given up before it is there. */
static void die_when_not_wanted(struct tn_env *env)
{
	uint32_t id;
	ask(env, &id);
	TN_MUST(tn_parent_session_close(tn_env_parent(env), id));
	__builtin_trap();
}

/* More than the victim takes, which refuses the rest. */
static void die_with_many(struct tn_env *env)
{
	uint32_t id;
	for (unsigned i = 0; i < 8; i++)
		ask(env, &id);
	__builtin_trap();
}

/* Killed at whatever step it is. */
static void sessions_for_good(struct tn_env *env)
{
	const struct tn_quota quota = { 4096, 1 };
	struct tn_session session;
	(void)env;
	tn_actor_post(attack_name());
	for (;;) {
		TN_MUST(tn_session_open("Victim", "", quota, &victim_interface, &session));
		tn_session_close(&session);
	}
}

static void quota_of_others(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_any_cap self = { pd.handle };
	struct tn_accounts before, after;
	TN_MUST(tn_pd_accounts(pd, &before));
	HOLDS(tn_pd_transfer_quota(pd, self, UINT64_MAX, UINT64_MAX) == TN_ERR_OUT_OF_RAM);
	HOLDS(tn_parent_yield_done(tn_env_parent(env), UINT64_MAX, UINT64_MAX) != TN_OK);
	TN_MUST(tn_pd_accounts(pd, &after));
	HOLDS(memcmp(&before, &after, sizeof(before)) == 0);
}

static void start_or_watch_itself(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_any_cap victim = { attack_victim().handle };
	HOLDS(tn_pd_start(pd, victim) == TN_ERR_BUSY);
	HOLDS(tn_pd_watch(pd, attack_alarm()) == TN_ERR_DENIED);
}

const struct attack session_attacks[] = {
	{ "die-when-asked", die_when_asked, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-collected", die_when_collected, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-asked-for-more", die_when_asked_for_more, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-there-is-more", die_when_there_is_more, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-closing", die_when_closing, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-closed", die_when_closed, TN_FAULT_INSTRUCTION, NULL },
	{ "die-when-not-wanted", die_when_not_wanted, TN_FAULT_INSTRUCTION, NULL },
	{ "die-with-many", die_with_many, TN_FAULT_INSTRUCTION, NULL },
	{ "sessions-for-good", sessions_for_good, KILLED, NULL },
	{ "sessions-for-good-again", sessions_for_good, KILLED, NULL },
	{ "quota-of-others", quota_of_others, SURVIVES, NULL },
	{ "start-or-watch-itself", start_or_watch_itself, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
