/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Servers that write by hand into the channels of their clients: "main" is one. */
#include "attack.h"

enum { CALLS = 20, ROUNDS = 2000, SCRIBBLES = 20000, LIE = 666 };

/* The channel of the request that is being served. */
static struct link *link_of(const struct tn_request *request)
{
	return (struct link *)((uintptr_t)request->data - offsetof(struct link, data));
}

/* On a thread of its own, until a handler ends the component by a fault. */
static void serve(tn_dispatch dispatch)
{
	static struct tn_object object;
	struct tn_semaphore never = { .count = 0 };
	struct tn_entrypoint *entrypoint;
	object.dispatch = dispatch;
	TN_MUST(tn_entrypoint_create("rogue", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(tn_object_create(entrypoint, &object));
	attack_offer(object.handle);
	tn_semaphore_down(&never);
}

/* -- replies that do not fit -- */

static const struct {
	uint32_t status, length;
	uint8_t cap_count;
	tn_error expected;
} replies[] = {
	{ 0, 8, 0, TN_OK }, /* so that it is seen to work at all */
	{ TN_ERROR_COUNT, 8, 0, TN_ERR_PROTOCOL },
	{ UINT32_MAX, 8, 0, TN_ERR_PROTOCOL },
	{ (uint64_t)TN_ERR_BUSY, 8, 0, TN_ERR_BUSY },
	{ 0, 8, 1, TN_ERR_PROTOCOL },
	{ 0, 8, 8, TN_ERR_PROTOCOL },
	{ 0, 8, 9, TN_ERR_PROTOCOL },
	{ 0, 8, 255, TN_ERR_PROTOCOL },
	{ 0, 0, 0, TN_ERR_PROTOCOL },
	{ 0, 7, 0, TN_ERR_PROTOCOL },
	{ 0, 9, 0, TN_ERR_PROTOCOL },
	{ 0, 4096, 0, TN_ERR_PROTOCOL },
	{ 0, 4097, 0, TN_ERR_PROTOCOL },
	{ 0, UINT32_MAX, 0, TN_ERR_PROTOCOL },
};

enum { REPLIES = sizeof(replies) / sizeof(replies[0]) };

/* The runtime passes on what the handler says. */
static tn_error answer_anything(const void *ops, void *self, struct tn_request *request)
{
	static unsigned next;
	(void)ops;
	(void)self;
	if (next == REPLIES)
		__builtin_trap();
	request->reply_length = replies[next].length;
	request->reply_cap_count = replies[next].cap_count;
	return tn_error_of((uint32_t)replies[next++].status);
}

static void reply_anything(struct tn_env *env)
{
	(void)env;
	serve(answer_anything);
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

/* -- a client that calls until the server is gone; each call ends -- */

static void call_until_gone(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back;
	while (victim_echo(rogue, 1, &back) != TN_ERR_GONE)
		;
	tn_cap_release(rogue.handle);
}

/* By hand, and then once more by the runtime. */
static tn_error answer_twice(const void *ops, void *self, struct tn_request *request)
{
	static unsigned calls;
	struct link *link = link_of(request);
	(void)ops;
	(void)self;
	if (++calls > CALLS)
		__builtin_trap();
	*(volatile uint64_t *)(void *)link->data = LIE;
	link_reply(link, LINK_READ(link->request), TN_OK, 8, 0);
	link_reply(link, LINK_READ(link->request), TN_OK, UINT32_MAX, UINT32_MAX);
	request->reply_length = 8;
	return TN_OK;
}

static void reply_twice(struct tn_env *env)
{
	(void)env;
	serve(answer_twice);
}

/* To requests that are not there yet. */
static tn_error answer_ahead(const void *ops, void *self, struct tn_request *request)
{
	static unsigned calls;
	struct link *link = link_of(request);
	(void)ops;
	(void)self;
	if (++calls > CALLS)
		__builtin_trap();
	for (uint32_t ahead = 1; ahead < ROUNDS; ahead++)
		link_reply(link, LINK_READ(link->request) + ahead, TN_OK, 8, 0);
	return TN_OK;
}

static void reply_ahead(struct tn_env *env)
{
	(void)env;
	serve(answer_ahead);
}

/* To requests that have been answered, while later ones are under way: these get their own answers.
 */
static void answer_old_ones(void *argument)
{
	struct link *link = argument;
	for (uint32_t back = 1;; back = back % 8 + 1) {
		uint32_t now = LINK_READ(link->request);
		uint32_t expected = LINK_READ(link->reply);
		if (expected != now) /* never over the answer to the one that is under way */
			__atomic_compare_exchange_n(&link->reply, &expected, now - back - 1, false,
						    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
		linux_call3(__NR_futex, &link->reply, FUTEX_WAKE, 1);
	}
}

static tn_error answer_late(const void *ops, void *self, struct tn_request *request)
{
	static unsigned calls;
	(void)ops;
	(void)self;
	if (!calls++)
		attack_beside(answer_old_ones, link_of(request));
	if (calls > ROUNDS)
		__builtin_trap();
	request->reply_length = 8;
	return TN_OK;
}

static void reply_late(struct tn_env *env)
{
	(void)env;
	serve(answer_late);
}

/* Each call ends, with the one answer or with another: the server may say what it likes, but only
 * once. */
static void call_while_late(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back = 0;
	unsigned calls = 0;
	while (victim_echo(rogue, calls, &back) != TN_ERR_GONE)
		calls++;
	TN_EXPECT(calls <= ROUNDS);
	tn_cap_release(rogue.handle);
}

/* Whoever sleeps on the reply is woken all the time: no reply is missed or made up by that. */
static void wake_for_ever(void *argument)
{
	struct link *link = argument;
	for (;;) {
		linux_call3(__NR_futex, &link->reply, FUTEX_WAKE, 1);
		linux_call3(__NR_futex, &link->request, FUTEX_WAKE, 1);
	}
}

static tn_error answer_while_waking(const void *ops, void *self, struct tn_request *request)
{
	static unsigned calls;
	(void)ops;
	(void)self;
	if (!calls++)
		attack_beside(wake_for_ever, link_of(request));
	if (calls > ROUNDS)
		__builtin_trap();
	request->reply_length = 8;
	return TN_OK;
}

static void wake_the_client(struct tn_env *env)
{
	(void)env;
	serve(answer_while_waking);
}

static void call_while_woken(void)
{
	victim_cap rogue = attack_rogue();
	uint64_t back = 0;
	for (uint64_t i = 0; i < ROUNDS; i++) {
		TN_EXPECT_ERROR(victim_echo(rogue, i, &back), TN_OK);
		TN_EXPECT_EQUAL(back, i);
	}
	TN_EXPECT_ERROR(victim_echo(rogue, 1, &back), TN_ERR_GONE);
	tn_cap_release(rogue.handle);
}

/* Over everything, until it has had enough. */
static void scribble(void *argument)
{
	volatile uint32_t *words = argument;
	for (unsigned i = 0; i < SCRIBBLES; i++)
		for (unsigned word = 0; word < sizeof(struct link) / 16; word++)
			words[attack_random() % 32] = (uint32_t)attack_random() % 4 + word;
	__builtin_trap();
}

static tn_error answer_while_scribbling(const void *ops, void *self, struct tn_request *request)
{
	static bool begun;
	(void)ops;
	(void)self;
	if (!begun)
		attack_beside(scribble, link_of(request));
	begun = true;
	request->reply_length = 8;
	return TN_OK;
}

static void scribble_over_the_client(struct tn_env *env)
{
	(void)env;
	serve(answer_while_scribbling);
}

/* -- capabilities -- */

/* Over the records that core writes for its entrypoint. */
static tn_error lose_records(const void *ops, void *self, struct tn_request *request)
{
	static unsigned calls;
	(void)ops;
	(void)self;
	(void)request;
	if (++calls > CALLS)
		__builtin_trap();
	for (unsigned i = 0; i < TN_PAGE_SIZE; i++)
		((volatile unsigned char *)LAYOUT_CHANNELS)[i] = (unsigned char)attack_random();
	return TN_OK;
}

static void records_are_lies(struct tn_env *env)
{
	(void)env;
	serve(lose_records);
}

static void pass_capabilities(void)
{
	victim_cap rogue = attack_rogue();
	tn_any_cap self = { rogue.handle };
	struct tn_accounts before = tn_actor_accounts("main");
	while (victim_hold(rogue, self) != TN_ERR_GONE)
		;
	TN_EXPECT_EQUAL(tn_actor_accounts("main").caps_limit, before.caps_limit);
	tn_cap_release(rogue.handle);
}

const struct attack rogue_attacks[] = {
	{ "reply-anything", reply_anything, TN_FAULT_INSTRUCTION, hear_anything },
	{ "reply-twice", reply_twice, TN_FAULT_INSTRUCTION, call_until_gone },
	{ "reply-ahead", reply_ahead, TN_FAULT_INSTRUCTION, call_until_gone },
	{ "reply-late", reply_late, TN_FAULT_INSTRUCTION, call_while_late },
	{ "wake-the-client", wake_the_client, TN_FAULT_INSTRUCTION, call_while_woken },
	{ "scribble-over-the-client", scribble_over_the_client, TN_FAULT_INSTRUCTION,
	  call_until_gone },
	{ "records-are-lies", records_are_lies, TN_FAULT_INSTRUCTION, pass_capabilities },
	{ NULL, NULL, 0, NULL },
};
