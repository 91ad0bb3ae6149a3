/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The steps of a channel. The client's first thread is the subject, a second one the actor. */
#include "calls.h"

static uint32_t destroyed; /* by the actor */

static void act_destroying(void *name)
{
	while (mark(MARK_ACT, name))
		TN_MUST(owner_destroy(client.owner, destroyed));
}

static void act_resuming(void *name)
{
	while (mark(MARK_ACT, name))
		TN_MUST(owner_resume(client.owner));
}

/* The server looks at the channel at any moment of a call. */
void served_at_any_moment(struct tn_env *env)
{
	static char name[] = "served-at-any-moment";
	struct tn_thread *actor = start_thread(act_resuming, name);
	(void)env;
	make_objects();
	for (uint64_t value = 1; mark(MARK_ROUND, name); value++) {
		uint64_t back = 0;
		TN_MUST(owner_stall(client.owner));
		TN_MUST(tn_signal_submit(client.nudge));
		(void)mark(MARK_BEGIN, "");
		TN_EXPECT_ERROR(served_echo(client.first, value, &back), TN_OK);
		(void)mark(MARK_END, "");
		TN_EXPECT_EQUAL(back, ~value);
	}
	TN_EXPECT_ERROR(tn_thread_join(actor), TN_OK);
	unmake_objects();
}

/* The object goes at any moment of a call, which the server does not even look at. */
void destroyed_at_any_moment(struct tn_env *env)
{
	static char name[] = "destroyed-at-any-moment";
	struct tn_thread *actor = start_thread(act_destroying, name);
	(void)env;
	destroyed = 0;
	while (mark(MARK_ROUND, name)) {
		uint64_t back;
		make_objects();
		TN_MUST(owner_stall(client.owner));
		(void)mark(MARK_BEGIN, "");
		TN_EXPECT_ERROR(served_echo(client.first, 1, &back), TN_ERR_GONE);
		(void)mark(MARK_END, "");
		TN_MUST(owner_resume(client.owner));
		unmake_objects();
	}
	TN_EXPECT_ERROR(tn_thread_join(actor), TN_OK);
}

static void call_stay(void *argument)
{
	(void)argument;
	TN_EXPECT_ERROR(served_stay(client.first, "this is what is served"), TN_ERR_GONE);
}

/* A request of a call that was ended, which the server still reads. */
static void leave_request(void)
{
	struct tn_thread *thread;
	make_objects();
	thread = start_thread(call_stay, NULL);
	TN_MUST(owner_await_stay(client.owner));
	TN_MUST(owner_destroy(client.owner, 0));
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
}

/* The next call waits for it. */
void left_request_served(struct tn_env *env)
{
	static char name[] = "left-request-served";
	struct tn_thread *actor = start_thread(act_resuming, name);
	uint32_t count = 1;
	(void)env;
	while (mark(MARK_ROUND, name)) {
		leave_request();
		(void)mark(MARK_BEGIN, "");
		TN_EXPECT_ERROR(served_text(client.second, "and this is not"), TN_OK);
		(void)mark(MARK_END, "");
		unmake_objects();
	}
	TN_EXPECT_ERROR(owner_mistakes(client.owner, &count), TN_OK);
	TN_EXPECT_EQUAL(count, 0);
	TN_EXPECT_ERROR(tn_thread_join(actor), TN_OK);
}

/* The next call waits for it, and is ended as well. */
void destroyed_behind_a_left_request(struct tn_env *env)
{
	static char name[] = "destroyed-behind-a-left-request";
	struct tn_thread *actor = start_thread(act_destroying, name);
	(void)env;
	destroyed = 1;
	while (mark(MARK_ROUND, name)) {
		leave_request();
		(void)mark(MARK_BEGIN, "");
		TN_EXPECT_ERROR(served_text(client.second, "and this is not"), TN_ERR_GONE);
		(void)mark(MARK_END, "");
		TN_MUST(owner_resume(client.owner));
		unmake_objects();
	}
	TN_EXPECT_ERROR(tn_thread_join(actor), TN_OK);
}

static void call_destroy_called(void *argument)
{
	(void)argument;
	TN_MUST(owner_destroy_called(client.owner));
}

/* Core ends a call that has its reply already, at any moment: the next one is not ended by it. */
void ended_too_late(struct tn_env *env)
{
	static char name[] = "ended-too-late";
	(void)env;
	while (mark(MARK_ROUND, name)) {
		make_objects();
		struct tn_thread *thread = start_thread(call_destroy_called, NULL);
		tn_error error = served_act(client.first);
		TN_EXPECT(error == TN_OK || error == TN_ERR_GONE);
		TN_EXPECT_ERROR(served_stay(client.second, "until core is done"), TN_OK);
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
		unmake_objects();
	}
}

static tn_error first_result;

static void call_first(void *argument)
{
	uint64_t back;
	(void)argument;
	first_result = served_echo(client.first, 1, &back);
}

/* The server's other thread replaces the object at any moment from before the request is looked at.
 */
void replaced_while_called(struct tn_env *env)
{
	static char name[] = "replaced-while-called";
	uint32_t count = 1;
	(void)env;
	while (mark(MARK_ROUND, name)) {
		make_objects();
		TN_MUST(owner_stall(client.owner));
		struct tn_thread *thread = start_thread(call_first, NULL);
		(void)mark(MARK_QUIET, "");
		TN_MUST(owner_resume_serving(client.owner));
		(void)mark(MARK_ACT, name);
		TN_MUST(owner_replace(client.owner));
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
		(void)mark(MARK_QUIET, ""); /* the server has done with it */
		TN_EXPECT(first_result == TN_OK || first_result == TN_ERR_GONE);
		unmake_objects();
	}
	TN_EXPECT_ERROR(owner_mistakes(client.owner, &count), TN_OK);
	TN_EXPECT_EQUAL(count, 0);
}
