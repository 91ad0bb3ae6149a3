/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A thread that says it is in no call waits in a server's queue while the last capability of its
 * channel goes, and the channel's number with it. Core must take the kernel's word for where it is:
 * it is told so at once, and is not in the queue under a number that is another channel's.
 */
#include <base/shared.h>
#include <hw/call.h>
#include <tenon/test.h>
#include <tenon/thread.h>

enum { PATIENCE = 2000 };

#define KEEPER(RPC, I)                                                         \
	/* The other thread serves nobody from now on, until it is resumed. */ \
	RPC(I, stall)                                                          \
	RPC(I, resume)                                                         \
	/* What the other thread serves; and how often it has. */              \
	RPC(I, get, OutCap(tn_any_cap, counter), Out(uint64_t, count))
TN_RPC_INTERFACE(keeper, KEEPER)

#define COUNTER(RPC, I) RPC(I, count)
TN_RPC_INTERFACE(counter, COUNTER)

/* -- the server -- */

static struct {
	struct tn_object keeper, counter;
	struct tn_signal stall;
	struct tn_mutex lock;
	struct tn_condition changed;
	bool stalled, resumed;
	uint64_t count;
} server;

static void stall_now(void *argument)
{
	(void)argument;
	tn_mutex_lock(&server.lock);
	server.stalled = true;
	tn_condition_broadcast(&server.changed);
	while (!server.resumed)
		tn_condition_wait(&server.changed, &server.lock);
	server.stalled = server.resumed = false;
	tn_mutex_unlock(&server.lock);
}

static tn_error stall(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_error error = tn_signal_submit(server.stall.cap);
	tn_mutex_lock(&server.lock);
	while (error == TN_OK && !server.stalled)
		tn_condition_wait(&server.changed, &server.lock);
	tn_mutex_unlock(&server.lock);
	return error;
}

static tn_error resume(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&server.lock);
	server.resumed = true;
	tn_condition_broadcast(&server.changed);
	tn_mutex_unlock(&server.lock);
	return TN_OK;
}

static tn_error get(void *self, struct tn_request *request, tn_any_cap *counter, uint64_t *times)
{
	(void)self;
	(void)request;
	counter->handle = server.counter.handle;
	*times = server.count;
	return TN_OK;
}

static tn_error count(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	server.count++;
	return TN_OK;
}

static void play_server(struct tn_env *env)
{
	static const struct keeper_ops keeper_ops = { .stall = stall,
						      .resume = resume,
						      .get = get };
	static const struct counter_ops counter_ops = { .count = count };
	struct tn_entrypoint *entrypoint;
	keeper_cap keeper;
	counter_cap counter;
	server.stall.handler = stall_now;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &server.stall));
	TN_MUST(counter_serve(tn_env_entrypoint(env), &server.counter, &counter_ops, NULL,
			      &counter));
	TN_MUST(tn_entrypoint_create("keeper", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(keeper_serve(entrypoint, &server.keeper, &keeper_ops, NULL, &keeper));
	tn_actor_put("keeper", keeper.handle);
}

/* -- the liar -- */

static tn_handle called;
static uint64_t status;
static bool ended;

static void lie(void *argument)
{
	(void)argument;
	status = hw_call2(HW_CALL, called, hw_tag(counter_opcode_count, 0, 0, 0)).status;
	__atomic_store_n(&ended, true, __ATOMIC_SEQ_CST);
}

/* Others run meanwhile. True: the liar's call has ended. */
static bool give_time(struct tn_env *env)
{
	struct tn_accounts accounts;
	for (unsigned i = 0; i < PATIENCE && !__atomic_load_n(&ended, __ATOMIC_SEQ_CST); i++)
		TN_MUST(tn_pd_accounts(tn_env_pd(env), &accounts));
	return __atomic_load_n(&ended, __ATOMIC_SEQ_CST);
}

static void queued_without_its_channel(struct tn_env *env)
{
	struct tn_thread *thread;
	tn_any_cap counter = { 0 };
	uint64_t times = 1;
	tn_actor_start("server");
	keeper_cap keeper = { tn_actor_get("keeper") };
	TN_REQUIRE_OK(keeper_get(keeper, &counter, &times));
	TN_REQUIRE_OK(keeper_stall(keeper));
	called = counter.handle;
	TN_REQUIRE_OK(tn_thread_create("liar", TN_PRIORITY_DEFAULT, 0, lie, NULL, &thread));
	TN_EXPECT(!give_time(env)); /* in the queue */
	tn_cap_release(counter.handle);
	TN_EXPECT(give_time(env));
	/* The number is given to the next one. */
	TN_EXPECT_ERROR(keeper_get(keeper, &counter, &times), TN_OK);
	TN_EXPECT_ERROR(keeper_resume(keeper), TN_OK);
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
	TN_EXPECT_EQUAL(status, HW_ERR_GONE);
	TN_EXPECT_ERROR(counter_count((counter_cap){ counter.handle }), TN_OK);
	TN_EXPECT_ERROR(keeper_get(keeper, &counter, &times), TN_OK);
	TN_EXPECT_EQUAL(times, 1); /* that was this one */
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "queued-without-its-channel", queued_without_its_channel },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "server", play_server }, { NULL, NULL } };
	tn_test_main(env, "test-liar", cases, roles);
}
