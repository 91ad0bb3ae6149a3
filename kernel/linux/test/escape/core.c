/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The channel to core, written by hand. */
#include "attack.h"

enum { ROUNDS = 5000, OPCODES = tn_pd_opcode_permit_execute + 4 };

static struct link *cores(void)
{
	return attack_link(0);
}

static void post(uint32_t sequence)
{
	LINK_WRITE(cores()->waiting, 0);
	__atomic_store_n(&cores()->request, sequence, __ATOMIC_SEQ_CST);
	attack_ring(0);
}

/* True: core has answered. */
static bool answered(uint32_t sequence)
{
	for (unsigned i = 0; i < 1000000; i++) {
		if (__atomic_load_n(&cores()->reply, __ATOMIC_SEQ_CST) == sequence)
			return true;
		__builtin_ia32_pause();
	}
	return false;
}

static uint32_t status_of(uint32_t to, uint32_t opcode, uint32_t length, uint32_t cap_count)
{
	static uint32_t sequence = 0x60000000;
	LINK_WRITE(cores()->grant, to);
	LINK_WRITE(cores()->serial, 0);
	LINK_WRITE(cores()->opcode, opcode);
	LINK_WRITE(cores()->length, length);
	LINK_WRITE(cores()->cap_count, cap_count);
	post(++sequence);
	while (!answered(sequence))
		;
	return LINK_READ(cores()->status);
}

static void messages_out_of_bounds(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	const uint32_t refused = tn_error_number(TN_ERR_PROTOCOL);
	HOLDS(status_of(pd, tn_pd_opcode_accounts, 0, 0) == tn_error_number(TN_OK));
	for (unsigned bit = 0; bit < 32; bit++) {
		HOLDS(status_of(pd, tn_pd_opcode_accounts, 1u << bit, 0) == refused);
		HOLDS(status_of(pd, tn_pd_opcode_accounts, 0, 1u << bit) != tn_error_number(TN_OK));
		HOLDS(status_of(pd, OPCODES + (1u << bit), 0, 0) == refused);
	}
}

static void handles_of_nothing(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t to =
			TN_HANDLE(i % 16, attack_random() & 0xff, 512 + attack_random() % 4096);
		HOLDS(status_of(to, (uint32_t)attack_random() % OPCODES, 0, 0) !=
		      tn_error_number(TN_OK));
	}
}

/* In messages to core a handle is looked up as it is, kind and all. */
static void handles_in_messages(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned cap = 0; cap < TN_MESSAGE_CAPS_MAX; cap++)
			LINK_WRITE(cores()->caps[cap], (uint32_t)attack_random());
		HOLDS(status_of(pd, tn_pd_opcode_free, 0, 1 + i % 8) != tn_error_number(TN_OK));
	}
}

static void random_requests(struct tn_env *env)
{
	tn_handle pd = tn_env_pd(env).handle;
	for (unsigned i = 0; i < ROUNDS; i++) {
		volatile uint64_t *words = (volatile uint64_t *)(void *)cores()->data;
		for (unsigned word = 0; word < 16; word++)
			words[word] = attack_random() >> (attack_random() % 64);
		uint64_t shape = attack_random();
		status_of(pd, (uint32_t)(shape % OPCODES), (uint32_t)(shape >> 8) % 160,
			  (uint32_t)(shape >> 20) % 4);
	}
}

static void scribble(void *argument)
{
	volatile uint64_t *words = (volatile uint64_t *)(void *)cores();
	(void)argument;
	for (;;) {
		for (unsigned i = 0; i < sizeof(struct link) / 8; i++)
			words[i] = attack_random() >> (attack_random() % 64);
		attack_ring(0);
	}
}

static void scribble_to_core(struct tn_env *env)
{
	(void)env;
	tn_actor_post("scribble-to-core");
	scribble(NULL);
}

static void scribble_beside_calls_to_core(struct tn_env *env)
{
	struct tn_accounts accounts;
	tn_actor_post("scribble-beside-calls-to-core");
	attack_beside(scribble, NULL);
	for (;;)
		(void)!tn_pd_accounts(tn_env_pd(env), &accounts);
}

static void rings_to_core_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("rings-to-core-for-good");
	for (;;)
		attack_ring(0);
}

const struct attack core_attacks[] = {
	{ "messages-out-of-bounds", messages_out_of_bounds, SURVIVES, NULL },
	{ "handles-of-nothing", handles_of_nothing, SURVIVES, NULL },
	{ "handles-in-messages", handles_in_messages, SURVIVES, NULL },
	{ "random-requests", random_requests, ENDS, NULL },
	{ "scribble-to-core", scribble_to_core, KILLED, NULL },
	{ "scribble-beside-calls-to-core", scribble_beside_calls_to_core, KILLED, NULL },
	{ "rings-to-core-for-good", rings_to_core_for_good, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
