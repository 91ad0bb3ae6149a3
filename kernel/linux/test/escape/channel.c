/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The memory of a channel to the victim, written by hand. */
#include "attack.h"

enum { PATIENCE = 20000, GRANTS = 4096, ROUNDS = 2000 };

static struct link *victims;
static struct linux_cap_entry own;
static victim_cap victim;
static tn_pd_cap pd;

struct message {
	uint32_t grant, serial, opcode, length, cap_count, thread;
};

/* A call as it should be, so that the memory is there to be written to. */
static void begin(struct tn_env *env)
{
	uint64_t back;
	pd = tn_env_pd(env);
	victim = attack_victim();
	HOLDS(victim_echo(victim, 7, &back) == TN_OK);
	own = attack_entry(victim.handle);
	victims = attack_link(own.channel & LINUX_CAP_CHANNEL);
}

static struct message honest(void)
{
	return (struct message){
		.grant = own.grant, .serial = own.serial, .opcode = victim_opcode_echo, .length = 8
	};
}

static void post(struct message message, uint32_t sequence)
{
	LINK_WRITE(victims->opcode, message.opcode);
	LINK_WRITE(victims->length, message.length);
	LINK_WRITE(victims->cap_count, message.cap_count);
	LINK_WRITE(victims->grant, message.grant);
	LINK_WRITE(victims->serial, message.serial);
	LINK_WRITE(victims->thread, message.thread);
	LINK_WRITE(victims->waiting, 0);
	__atomic_store_n(&victims->request, sequence, __ATOMIC_SEQ_CST);
	attack_ring(own.channel & LINUX_CAP_CHANNEL);
}

/* What the victim's runtime has said; it says something to each. */
static uint32_t send(struct message message)
{
	static uint32_t sequence = 0x70000000;
	struct tn_accounts ignored;
	post(message, ++sequence);
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (__atomic_load_n(&victims->reply, __ATOMIC_SEQ_CST) == sequence)
			return LINK_READ(victims->status);
		(void)!tn_pd_accounts(pd, &ignored); /* takes a moment */
	}
	HOLDS(false);
	return 0;
}

static void grants_of_others(struct tn_env *env)
{
	struct message message = honest();
	begin(env);
	message = honest();
	HOLDS(send(message) == tn_error_number(TN_OK)); /* so that it is seen to work at all */
	for (message.grant = 0; message.grant < GRANTS; message.grant++)
		HOLDS(message.grant == own.grant || send(message) == tn_error_number(TN_ERR_GONE));
	for (unsigned bit = 12; bit < 32; bit++) {
		message.grant = 1u << bit;
		HOLDS(send(message) == tn_error_number(TN_ERR_GONE));
	}
	message = honest();
	for (message.serial = 0; message.serial < GRANTS; message.serial++)
		HOLDS(message.serial == own.serial ||
		      send(message) == tn_error_number(TN_ERR_GONE));
}

static void lengths_that_lie(struct tn_env *env)
{
	begin(env);
	struct message message = honest();
	for (message.length = 0; message.length < TN_MESSAGE_MAX + 100; message.length += 3)
		HOLDS(message.length == 8 || send(message) == tn_error_number(TN_ERR_PROTOCOL));
	for (unsigned bit = 12; bit < 32; bit++) {
		message.length = (1u << bit) + 8;
		HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
	}
	message.length = UINT32_MAX;
	HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
}

static void opcodes_of_nothing(struct tn_env *env)
{
	begin(env);
	struct message message = honest();
	for (message.opcode = VICTIM_OPCODES; message.opcode < 5000; message.opcode++)
		HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
	for (unsigned bit = 13; bit < 32; bit++) {
		message.opcode = 1u << bit | victim_opcode_echo;
		HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
	}
}

/* Capabilities that core has never transferred. */
static void capabilities_that_are_not_there(struct tn_env *env)
{
	begin(env);
	struct message message = honest();
	message.opcode = victim_opcode_hold;
	message.length = 0;
	for (message.cap_count = 0; message.cap_count < 600; message.cap_count++)
		HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
	message.cap_count = UINT32_MAX;
	HOLDS(send(message) == tn_error_number(TN_ERR_PROTOCOL));
}

/* The reply brings a capability to whom core finds in a call: to nobody here. */
static void threads_of_nobody(struct tn_env *env)
{
	begin(env);
	struct message message = honest();
	message.opcode = victim_opcode_alarm;
	message.length = 0;
	for (unsigned bit = 0; bit < 32; bit++) {
		message.thread = 1u << bit;
		HOLDS(send(message) != tn_error_number(TN_OK));
	}
}

/* Backwards, the same again, far ahead. */
static void sequences_out_of_order(struct tn_env *env)
{
	begin(env);
	for (uint32_t i = 0; i < ROUNDS; i++)
		post(honest(), i % 2 ? LINK_READ(victims->reply) : (uint32_t)attack_random());
}

static void bits_of_all_signals(struct tn_env *env)
{
	begin(env);
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned word = 0; word < LINK_SIGNAL_WORDS; word++)
			__atomic_store_n(&victims->signals[word], UINT64_MAX, __ATOMIC_SEQ_CST);
		attack_ring(own.channel & LINUX_CAP_CHANNEL);
	}
}

static void scribble_once(void)
{
	volatile uint64_t *words = (volatile uint64_t *)(void *)victims;
	for (unsigned i = 0; i < sizeof(struct link) / 8; i++)
		words[i] = attack_random() >> (attack_random() % 64);
}

static void scribble_over_the_channel(struct tn_env *env)
{
	begin(env);
	for (unsigned i = 0; i < ROUNDS; i++) {
		scribble_once();
		attack_ring(own.channel & LINUX_CAP_CHANNEL);
	}
}

static void scribble_while_it_is_read(struct tn_env *env)
{
	begin(env);
	tn_actor_post("scribble-while-it-is-read");
	for (;;) {
		scribble_once();
		attack_ring(own.channel & LINUX_CAP_CHANNEL);
	}
}

/* Length and data of a good message go back and forth under the reader's eyes. */
static void change_a_message(void *argument)
{
	(void)argument;
	for (uint32_t i = 0;; i++) {
		LINK_WRITE(victims->length, i % 2 ? 4u + SUM_BYTES : UINT32_MAX);
		LINK_WRITE(victims->cap_count, i % 3 ? 0 : 255);
		*(volatile uint32_t *)(void *)victims->data = i % 5 ? SUM_BYTES : UINT32_MAX;
	}
}

static void changed_while_read(struct tn_env *env)
{
	static unsigned char bytes[SUM_BYTES];
	uint64_t total;
	begin(env);
	attack_beside(change_a_message, NULL);
	tn_actor_post("changed-while-read");
	for (;;)
		(void)!victim_sum(victim, bytes, sizeof(bytes), &total);
}

static void rings_for_good(struct tn_env *env)
{
	begin(env);
	tn_actor_post("rings-for-good");
	for (;;)
		attack_ring(own.channel & LINUX_CAP_CHANNEL);
}

static void requests_for_good(struct tn_env *env)
{
	begin(env);
	tn_actor_post("requests-for-good");
	for (uint32_t sequence = 0;; sequence++)
		post(honest(), sequence);
}

const struct attack channel_attacks[] = {
	{ "grants-of-others", grants_of_others, SURVIVES, NULL },
	{ "lengths-that-lie", lengths_that_lie, SURVIVES, NULL },
	{ "opcodes-of-nothing", opcodes_of_nothing, SURVIVES, NULL },
	{ "capabilities-that-are-not-there", capabilities_that_are_not_there, SURVIVES, NULL },
	{ "threads-of-nobody", threads_of_nobody, SURVIVES, NULL },
	{ "sequences-out-of-order", sequences_out_of_order, SURVIVES, NULL },
	{ "bits-of-all-signals", bits_of_all_signals, SURVIVES, NULL },
	{ "scribble-over-the-channel", scribble_over_the_channel, SURVIVES, NULL },
	{ "scribble-while-it-is-read", scribble_while_it_is_read, KILLED, NULL },
	{ "changed-while-read", changed_while_read, KILLED, NULL },
	{ "rings-for-good", rings_for_good, KILLED, NULL },
	{ "requests-for-good", requests_for_good, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
