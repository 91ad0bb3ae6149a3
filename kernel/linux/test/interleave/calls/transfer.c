/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The steps of a transfer. The server is the subject, where it takes what was transferred and where
 * it gives it back; the client's first thread is the actor.
 */
#include "calls.h"

static struct tn_signal gift;

static void create_gift(struct tn_env *env)
{
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &gift));
}

/* What a second thread does, and what it was told. */
static tn_error first_result, second_result;

static void give_first(void *argument)
{
	(void)argument;
	first_result = served_give(client.first, gift.cap);
}

/* As soon as the first call is ended, the next. */
static void give_both(void *argument)
{
	give_first(argument);
	second_result = served_give(client.second, gift.cap);
}

/*
 * The channel of a request that brings a capability goes while the server takes that; the next
 * channel has its place, and a capability is transferred over it.
 */
void successor_in_the_record(struct tn_env *env)
{
	static char name[] = "successor-in-the-record";
	create_gift(env);
	tn_cap_release(client.nudge.handle);
	while (mark(MARK_ROUND, name)) {
		tn_any_cap again = { 0 };
		make_objects();
		tn_cap_release(client.second.handle);
		TN_MUST(owner_stall(client.owner));
		struct tn_thread *thread = start_thread(give_first, NULL);
		TN_MUST(owner_resume_taking(client.owner));
		(void)mark(MARK_ACT, name);
		tn_cap_release(client.first.handle);
		TN_EXPECT_ERROR(owner_again(client.owner, &again), TN_OK);
		TN_EXPECT_ERROR(served_give((served_cap){ again.handle }, gift.cap), TN_OK);
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
		TN_MUST(owner_unmake(client.owner));
		tn_cap_release(again.handle);
	}
	client.nudge.handle = tn_actor_get("nudge");
	tn_signal_destroy(&gift);
}

/* A call is ended while the server takes what it brings; the next one over the channel brings more.
 */
void given_up_and_given_again(struct tn_env *env)
{
	static char name[] = "given-up-and-given-again";
	create_gift(env);
	while (mark(MARK_ROUND, name)) {
		make_objects();
		TN_MUST(owner_stall(client.owner));
		struct tn_thread *thread = start_thread(give_both, NULL);
		TN_MUST(owner_resume_taking(client.owner));
		(void)mark(MARK_ACT, name);
		TN_MUST(owner_destroy(client.owner, 0));
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
		TN_EXPECT(first_result == TN_OK || first_result == TN_ERR_GONE);
		TN_EXPECT_ERROR(second_result, TN_OK);
		unmake_objects();
	}
	tn_signal_destroy(&gift);
}

static void drop(void *argument)
{
	(void)argument;
	first_result = served_drop(client.first);
}

/* The last reference is given back while the same capability is on its way once more. */
void given_again_while_dropped(struct tn_env *env)
{
	static char name[] = "given-again-while-dropped";
	create_gift(env);
	make_objects();
	while (mark(MARK_ROUND, name)) {
		TN_EXPECT_ERROR(served_keep(client.first, gift.cap), TN_OK);
		struct tn_thread *thread = start_thread(drop, NULL);
		(void)mark(MARK_ACT, name);
		TN_EXPECT_ERROR(served_give(client.second, gift.cap), TN_OK);
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
		TN_EXPECT_ERROR(first_result, TN_OK);
	}
	unmake_objects();
	tn_signal_destroy(&gift);
}
