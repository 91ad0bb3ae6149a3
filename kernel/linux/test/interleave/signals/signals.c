/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A receiver that takes signals (test/model/signal.pml), one instruction at a time: at any moment
 * their sender gives its capabilities back, or submits again, and each submit counts.
 *
 * The receiver has two threads: one hears, and is held up until all was submitted; the other one,
 * the owner, holds it up and tells what it has heard.
 */
#include "../mark.h"
#include <tenon/test.h>
#include <tenon/thread.h>

/* The neighbour shares a bit with the first one (LINK_SIGNALS of them later). */
enum { SIGNALS = 2, NEIGHBOUR = 512, ALL = NEIGHBOUR + 1 };

#define OWNER(RPC, I)                                                  \
	/* The other thread hears nothing until it is resumed. */      \
	RPC(I, stall)                                                  \
	RPC(I, resume)                                                 \
	/* The same; then it is the subject. */                        \
	RPC(I, resume_hearing)                                         \
	RPC(I, signal, In(uint32_t, i), OutCap(tn_signal_cap, signal)) \
	RPC(I, forget)                                                 \
	/* Returns when it was heard since all were forgotten last. */ \
	RPC(I, await, In(uint32_t, i))
TN_RPC_INTERFACE(owner, OWNER)

/* The other thread's: answered when it has heard what was submitted before. */
#define HEARER(RPC, I) RPC(I, settle)
TN_RPC_INTERFACE(hearer, HEARER)

static struct {
	struct tn_signal stall, signals[ALL];
	struct tn_mutex lock;
	struct tn_condition changed;
	bool staying, resumed, hearing, heard[ALL];
} receiver;

static void stay(void *argument)
{
	(void)argument;
	tn_mutex_lock(&receiver.lock);
	receiver.staying = true;
	tn_condition_broadcast(&receiver.changed);
	while (!receiver.resumed)
		tn_condition_wait(&receiver.changed, &receiver.lock);
	bool hearing = receiver.hearing;
	receiver.staying = receiver.resumed = receiver.hearing = false;
	tn_mutex_unlock(&receiver.lock);
	if (hearing)
		(void)mark(MARK_BEGIN, "");
}

static void hear(void *argument)
{
	bool *heard = argument;
	tn_mutex_lock(&receiver.lock);
	*heard = true;
	tn_condition_broadcast(&receiver.changed);
	tn_mutex_unlock(&receiver.lock);
}

static tn_error stall(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_error error = tn_signal_submit(receiver.stall.cap);
	tn_mutex_lock(&receiver.lock);
	while (error == TN_OK && !receiver.staying)
		tn_condition_wait(&receiver.changed, &receiver.lock);
	tn_mutex_unlock(&receiver.lock);
	return error;
}

static tn_error resume(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&receiver.lock);
	receiver.resumed = true;
	tn_condition_broadcast(&receiver.changed);
	tn_mutex_unlock(&receiver.lock);
	return TN_OK;
}

static tn_error resume_hearing(void *self, struct tn_request *request)
{
	receiver.hearing = true; /* the other thread waits */
	return resume(self, request);
}

static tn_error give_signal(void *self, struct tn_request *request, uint32_t i,
			    tn_signal_cap *signal)
{
	(void)self;
	(void)request;
	*signal = receiver.signals[i % ALL].cap;
	return TN_OK;
}

static tn_error await(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&receiver.lock);
	while (!receiver.heard[i % ALL])
		tn_condition_wait(&receiver.changed, &receiver.lock);
	tn_mutex_unlock(&receiver.lock);
	return TN_OK;
}

static tn_error forget(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&receiver.lock);
	for (unsigned i = 0; i < ALL; i++)
		receiver.heard[i] = false;
	tn_mutex_unlock(&receiver.lock);
	return TN_OK;
}

static tn_error settle(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static void play_receiver(struct tn_env *env)
{
	static const struct owner_ops owner_ops = { .stall = stall,
						    .resume = resume,
						    .resume_hearing = resume_hearing,
						    .forget = forget,
						    .signal = give_signal,
						    .await = await };
	static const struct hearer_ops hearer_ops = { .settle = settle };
	static struct tn_object objects[2];
	struct tn_entrypoint *entrypoint;
	owner_cap owner;
	hearer_cap hearer;
	receiver.stall.handler = stay;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &receiver.stall));
	for (unsigned i = 0; i < ALL; i++) {
		receiver.signals[i].handler = hear;
		receiver.signals[i].argument = &receiver.heard[i];
		TN_MUST(tn_signal_create(tn_env_entrypoint(env), &receiver.signals[i]));
	}
	TN_MUST(hearer_serve(tn_env_entrypoint(env), &objects[0], &hearer_ops, NULL, &hearer));
	TN_MUST(tn_entrypoint_create("owner", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(owner_serve(entrypoint, &objects[1], &owner_ops, NULL, &owner));
	tn_actor_put("hearer", hearer.handle);
	tn_actor_put("owner", owner.handle);
}

/* -- main drives, and acts -- */

static owner_cap owner;
static hearer_cap hearer;
static tn_signal_cap said[SIGNALS];

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("receiver", "", "", 4 * TN_ACTOR_RAM, TN_ACTOR_CAPS + 2 * ALL);
	owner.handle = tn_actor_get("owner");
	hearer.handle = tn_actor_get("hearer");
}

static void submit_all(void)
{
	for (uint32_t i = 0; i < SIGNALS; i++)
		TN_EXPECT_ERROR(tn_signal_submit(said[i]), TN_OK);
}

static void await_all(void)
{
	for (uint32_t i = 0; i < SIGNALS; i++)
		TN_EXPECT_ERROR(owner_await(owner, i), TN_OK);
}

static void give_back_all(void *argument)
{
	(void)argument;
	for (uint32_t i = 0; i < SIGNALS; i++)
		tn_cap_release(said[i].handle);
}

/* All are submitted, and not heard until the receiver is resumed. */
static void prepare(void)
{
	for (unsigned i = 0; i < 2; i++) /* after the second, all of the last round was heard */
		TN_EXPECT_ERROR(hearer_settle(hearer), TN_OK);
	TN_EXPECT_ERROR(owner_forget(owner), TN_OK);
	for (uint32_t i = 0; i < SIGNALS; i++)
		TN_EXPECT_ERROR(owner_signal(owner, i, &said[i]), TN_OK);
	TN_EXPECT_ERROR(owner_stall(owner), TN_OK);
	submit_all();
}

/* What the receiver has for its client is in the order of getting. */
static void neighbour_at_any_moment(struct tn_env *env)
{
	static char name[] = "neighbour-at-any-moment";
	static tn_signal_cap all[ALL];
	(void)env;
	for (uint32_t i = 0; i < ALL; i++)
		TN_REQUIRE_OK(owner_signal(owner, i, &all[i]));
	while (mark(MARK_ROUND, name)) {
		for (unsigned i = 0; i < 2; i++)
			TN_EXPECT_ERROR(hearer_settle(hearer), TN_OK);
		TN_EXPECT_ERROR(owner_forget(owner), TN_OK);
		TN_EXPECT_ERROR(owner_stall(owner), TN_OK);
		TN_EXPECT_ERROR(tn_signal_submit(all[0]), TN_OK);
		TN_EXPECT_ERROR(owner_resume_hearing(owner), TN_OK);
		(void)mark(MARK_ACT, name);
		TN_EXPECT_ERROR(tn_signal_submit(all[NEIGHBOUR]), TN_OK);
		TN_EXPECT_ERROR(owner_await(owner, 0), TN_OK);
		TN_EXPECT_ERROR(owner_await(owner, NEIGHBOUR), TN_OK);
	}
	for (uint32_t i = 0; i < ALL; i++)
		tn_cap_release(all[i].handle);
}

static void given_back_at_any_moment(struct tn_env *env)
{
	static char name[] = "given-back-at-any-moment";
	(void)env;
	while (mark(MARK_ROUND, name)) {
		prepare();
		TN_EXPECT_ERROR(owner_resume_hearing(owner), TN_OK);
		(void)mark(MARK_ACT, name);
		give_back_all(NULL);
		await_all();
	}
}

static void submitted_again_at_any_moment(struct tn_env *env)
{
	static char name[] = "submitted-again-at-any-moment";
	(void)env;
	while (mark(MARK_ROUND, name)) {
		prepare();
		TN_EXPECT_ERROR(owner_resume_hearing(owner), TN_OK);
		(void)mark(MARK_ACT, name);
		TN_EXPECT_ERROR(owner_forget(owner), TN_OK);
		submit_all();
		await_all();
		give_back_all(NULL);
	}
}

static void give_back_first(void *argument)
{
	(void)mark(MARK_CORE_AT, "port_signal_pending");
	give_back_all(argument);
}

/* Core is the subject, while it looks whether they are pending. */
static void heard_at_any_moment(struct tn_env *env)
{
	static char name[] = "heard-at-any-moment";
	(void)env;
	while (mark(MARK_ROUND, name)) {
		struct tn_thread *thread = NULL;
		prepare();
		TN_MUST(tn_thread_create("second", TN_PRIORITY_DEFAULT, 0, give_back_first, NULL,
					 &thread));
		(void)mark(MARK_ACT, name);
		TN_EXPECT_ERROR(owner_resume(owner), TN_OK);
		await_all();
		TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "neighbour-at-any-moment", neighbour_at_any_moment },
		{ "given-back-at-any-moment", given_back_at_any_moment },
		{ "submitted-again-at-any-moment", submitted_again_at_any_moment },
		{ "heard-at-any-moment", heard_at_any_moment },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "receiver", play_receiver },
						     { NULL, NULL } };
	tn_test_main(env, "test-interleave-signals", cases, roles);
}
