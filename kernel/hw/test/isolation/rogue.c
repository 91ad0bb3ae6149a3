/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Servers that reply as they like, and clients that die with a transfer under way. */
#include "attack.h"

/* Of the last transfer. */
static uint8_t mark;

static tn_error never_called(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)self;
	(void)request;
	return TN_ERR_DENIED;
}

/* Makes an object that "main" finds; its requests come to take_request(). */
static tn_handle offer(struct tn_env *env)
{
	static struct tn_object object = { .dispatch = never_called };
	TN_MUST(tn_object_create(tn_env_entrypoint(env), &object));
	attack_offer(object.handle);
	return object.handle;
}

static uint64_t take_request(void)
{
	struct hw_result r;
	do
		r = hw_call2(HW_REPLY_WAIT, 0, 0);
	while (r.status != HW_EVENT_REQUEST);
	return r.rdi >> 32; /* the channel */
}

/* Takes nothing new. */
static void reply_raw(uint64_t tag)
{
	raw(HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_SIGNALS_ONLY | HW_WAIT_POLL, tag);
}

#define TAG(length, caps, status) \
	((uint64_t)(status) | (uint64_t)(length) << 16 | (uint64_t)(caps) << 32)

static const struct {
	uint64_t tag;
	tn_error expected;
} replies[] = {
	{ TAG(8, 0, 0), TN_OK },                 /* so that it is seen to work at all */
	{ TAG(8, 0, 0) | 0xffull << 40, TN_OK }, /* the mark of nothing means nothing */
	{ TAG(8, 0, 0) | 0xffull << 56, TN_OK }, /* nor do bits that nobody reads */
	{ TAG(8, 0, 0xffff), TN_ERR_PROTOCOL },
	{ TAG(8, 0, TN_ERROR_COUNT), TN_ERR_PROTOCOL },
	{ TAG(8, 0, TN_ERR_BUSY) | 0xff00, TN_ERR_PROTOCOL },
	{ TAG(8, 0, TN_ERR_BUSY), TN_ERR_BUSY },
	{ TAG(8, 1, 0), TN_ERR_PROTOCOL },
	{ TAG(8, 1, 0) | 0xffull << 40, TN_ERR_PROTOCOL }, /* of a transfer that never was */
	{ TAG(8, 8, 0), TN_ERR_PROTOCOL },
	{ TAG(8, 9, 0), TN_ERR_PROTOCOL },
	{ TAG(8, 255, 0), TN_ERR_PROTOCOL },
	{ TAG(0, 0, 0), TN_ERR_PROTOCOL },
	{ TAG(7, 0, 0), TN_ERR_PROTOCOL },
	{ TAG(9, 0, 0), TN_ERR_PROTOCOL },
	{ TAG(4096, 0, 0), TN_ERR_PROTOCOL },
	{ TAG(4097, 0, 0), TN_ERR_GONE },
	{ TAG(0xffff, 0, 0), TN_ERR_GONE },
	{ UINT64_MAX, TN_ERR_GONE },
};

enum { REPLIES = sizeof(replies) / sizeof(replies[0]) };

/* All of them, and dies while the last request is being served. */
static void reply_anything(struct tn_env *env)
{
	offer(env);
	for (unsigned i = 0; i < REPLIES; i++) {
		take_request();
		reply_raw(replies[i].tag);
	}
	take_request();
	__asm__ volatile("ud2");
}

static void hear_anything(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	for (unsigned i = 0; i < REPLIES; i++)
		TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), replies[i].expected);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	tn_cap_release(rogue.handle);
}

enum { ANSWERS = 20, LIE = 666 };

static void answer(uint64_t value)
{
	*(volatile uint64_t *)LAYOUT_UTCB = value;
	reply_raw(TAG(8, 0, 0));
}

/* The second reply must not be the answer to the next call. */
static void reply_twice(struct tn_env *env)
{
	offer(env);
	for (uint64_t i = 0; i < ANSWERS; i++) {
		answer(LIE);
		take_request();
		answer(i);
		answer(LIE);
		answer(LIE);
	}
}

static void hear_answers(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	for (uint64_t i = 0; i < ANSWERS; i++) {
		back = LIE;
		TN_EXPECT_ERROR(victim_echo(rogue, i, &back), TN_OK);
		TN_EXPECT_EQUAL(back, i);
	}
	tn_cap_release(rogue.handle);
}

/* Capabilities for replies that nobody waits for, over channels of which some exist. */
static void reply_caps_to_nobody(struct tn_env *env)
{
	struct tn_handles one = { .count = 1, .handle = { offer(env) } };
	uint64_t channel = take_request();
	tn_pd_cap pd = tn_env_pd(env);
	for (uint64_t other = 0; other < 4096; other++)
		if (other != channel)
			HOLDS(tn_pd_transfer_reply(pd, other, 0, one, &mark) == TN_ERR_GONE);
	answer(0);
	for (unsigned i = 0; i < 100; i++)
		(void)!tn_pd_transfer_reply(pd, channel, 0, one, &mark);
	take_request();
	for (unsigned i = 0; i < 100; i++)
		HOLDS(tn_pd_transfer_reply(pd, channel, 0, one, &mark) == TN_OK);
	__asm__ volatile("ud2");
}

static void hear_and_pay_nothing(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	struct tn_accounts before = tn_actor_accounts("main");
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_OK);
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	tn_cap_release(rogue.handle);
}

/* Scribbles over the channel records that core writes for its entrypoint. */
static void records_are_lies(struct tn_env *env)
{
	struct tn_channel_record *records = (struct tn_channel_record *)LAYOUT_CHANNELS;
	offer(env);
	for (unsigned i = 0; i < ANSWERS; i++) {
		take_request();
		memset(records, (int)(attack_random() & 0xff), TN_PAGE_SIZE);
		reply_raw(TAG(0, 0, 0));
	}
	memset(records, 0, TN_PAGE_SIZE);
}

static void pass_caps(void)
{
	victim_cap rogue = attack_rogue();
	tn_any_cap self = { rogue.handle };
	for (unsigned i = 0; i < ANSWERS; i++)
		TN_EXPECT_ERROR(victim_hold(rogue, self), TN_OK);
	tn_cap_release(rogue.handle);
}

static void call_itself(struct tn_env *env)
{
	tn_handle own = offer(env);
	for (unsigned i = 0; i < 1000; i++)
		HOLDS(raw(HW_CALL, own, attack_random() & 0xff) == HW_ERR_DEADLOCK);
}

/* What is transferred is destroyed before it is announced. */
static void transfer_what_is_gone(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	struct tn_signal own = { .handler = NULL };
	for (unsigned i = 0; i < 50; i++) {
		TN_MUST(tn_signal_create(tn_env_entrypoint(env), &own));
		struct tn_handles one = { .count = 1, .handle = { own.cap.handle } };
		TN_MUST(tn_pd_transfer_call(tn_env_pd(env), victim.handle, one, &mark));
		tn_signal_destroy(&own);
		raw_message(victim.handle, victim_opcode_hold, 0, MARKED(1u, mark));
	}
}

const struct attack rogue_attacks[] = {
	{ "reply-anything", reply_anything, TN_FAULT_INSTRUCTION, hear_anything },
	{ "reply-twice", reply_twice, SURVIVES, hear_answers },
	{ "reply-caps-to-nobody", reply_caps_to_nobody, TN_FAULT_INSTRUCTION,
	  hear_and_pay_nothing },
	{ "records-are-lies", records_are_lies, SURVIVES, pass_caps },
	{ "call-itself", call_itself, SURVIVES, NULL },
	{ "transfer-what-is-gone", transfer_what_is_gone, SURVIVES, NULL },
	{ NULL, NULL, 0, NULL },
};
