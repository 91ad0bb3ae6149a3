/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Transfers of capabilities that are not announced, not owned, or too many. */
#include "lists.h"

/* Of the last transfer. */
static uint8_t mark;

/* Ends the world for itself, with a transfer to the victim that it has not announced. */
static void die_in_a_transfer(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	static struct tn_signal own[TN_MESSAGE_CAPS_MAX];
	struct tn_handles eight = { .count = TN_MESSAGE_CAPS_MAX };
	for (unsigned i = 0; i < eight.count; i++) {
		TN_MUST(tn_signal_create(tn_env_entrypoint(env), &own[i]));
		eight.handle[i] = own[i].cap.handle;
	}
	for (unsigned i = 0; i < 50; i++)
		TN_MUST(tn_pd_transfer_call(tn_env_pd(env), victim.handle, eight, &mark));
	__builtin_trap();
}

static void transfer_too_many(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	for (unsigned bit = 0; bit < 32; bit++) {
		struct tn_handles many = { .count = TN_MESSAGE_CAPS_MAX + (1u << bit) };
		HOLDS(tn_pd_transfer_call(tn_env_pd(env), victim.handle, many, &mark) ==
		      TN_ERR_ARGUMENT);
	}
}

/* Handles that are not the sender's own, also ones that may be somebody's. */
static void transfer_what_is_others(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	for (uint32_t i = 1; i < 4096; i++) {
		struct tn_handles one = { .count = 1, .handle = { TN_HANDLE(i % 4, 99, i / 4) } };
		HOLDS(tn_pd_transfer_call(tn_env_pd(env), victim.handle, one, &mark) ==
		      TN_ERR_CAPABILITY);
	}
}

/* Never announced: each takes the one before back. */
static void transfer_for_nothing(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_handles one = { .count = 1, .handle = { attack_alarm().handle } };
	uint64_t back;
	for (unsigned i = 0; i < 5000; i++)
		TN_MUST(tn_pd_transfer_call(tn_env_pd(env), victim.handle, one, &mark));
	HOLDS(victim_echo(victim, 1, &back) == TN_OK);
}

static void transfer_for_nothing_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_handles one = { .count = 1, .handle = { attack_alarm().handle } };
	tn_actor_post("transfer-for-nothing-for-good");
	for (;;)
		(void)!tn_pd_transfer_call(tn_env_pd(env), victim.handle, one, &mark);
}

/* Killed at whatever step of a transfer it is. */
static void transfer_for_good(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_any_cap alarm = { attack_alarm().handle };
	(void)env;
	tn_actor_post("transfer-for-good");
	for (;;)
		(void)!victim_hold(victim, alarm);
}

static void reply_to_nobody(struct tn_env *env)
{
	struct tn_handles one = { .count = 1, .handle = { attack_alarm().handle } };
	for (uint64_t channel = 0; channel < 4096; channel++)
		HOLDS(tn_pd_transfer_reply(tn_env_pd(env), channel, 0, one, &mark) == TN_ERR_GONE);
	for (unsigned bit = 12; bit < 64; bit++)
		HOLDS(tn_pd_transfer_reply(tn_env_pd(env), 1ull << bit, 0, one, &mark) ==
		      TN_ERR_GONE);
}

const struct attack transfer_attacks[] = {
	{ "die-in-a-transfer", die_in_a_transfer, TN_FAULT_INSTRUCTION, NULL },
	{ "transfer-too-many", transfer_too_many, SURVIVES, NULL },
	{ "transfer-what-is-others", transfer_what_is_others, SURVIVES, NULL },
	{ "transfer-for-nothing", transfer_for_nothing, SURVIVES, NULL },
	{ "transfer-for-nothing-for-good", transfer_for_nothing_for_good, KILLED, NULL },
	{ "transfer-for-good", transfer_for_good, KILLED, NULL },
	{ "reply-to-nobody", reply_to_nobody, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
