/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A server that looks for requests without being rung, and stops to do so, one instruction at a
 * time: a request may come at any moment. With one CPU nobody looks, and there is little to see.
 */
#include "../mark.h"
#include <local.h>
#include <tenon/test.h>

static char name[] = "asked-at-any-moment";

#define ASKED(RPC, I)                                     \
	/* The server is the subject, until it sleeps. */ \
	RPC(I, begin)                                     \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))
TN_RPC_INTERFACE(asked, ASKED)

/* As if looking had paid every time. */
static tn_error begin(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	this_thread()->server.spin = (struct spin){ 0, 0 };
	(void)mark(MARK_BEGIN, "");
	return TN_OK;
}

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = ~value;
	return TN_OK;
}

static void play_server(struct tn_env *env)
{
	static const struct asked_ops ops = { .begin = begin, .echo = echo };
	static struct tn_object object;
	asked_cap cap;
	TN_MUST(asked_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put("asked", cap.handle);
}

/* Drives, and acts. */
static void asked_at_any_moment(struct tn_env *env)
{
	(void)env;
	tn_actor_start("server");
	asked_cap asked = { tn_actor_get("asked") };
	for (uint64_t value = 0; mark(MARK_ROUND, name); value++) {
		uint64_t back = 0;
		TN_EXPECT_ERROR(asked_begin(asked), TN_OK);
		(void)mark(MARK_ACT, name);
		TN_EXPECT_ERROR(asked_echo(asked, value, &back), TN_OK);
		TN_EXPECT_EQUAL(back, ~value);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = { { name, asked_at_any_moment },
						     { NULL, NULL } };
	static const struct tn_test_role roles[] = { { "server", play_server }, { NULL, NULL } };
	tn_test_main(env, "test-interleave-polling", cases, roles);
}
