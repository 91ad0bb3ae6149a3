/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */
#include "calls.h"

struct client client;

struct tn_thread *start_thread(void (*run)(void *), void *argument)
{
	struct tn_thread *thread = NULL;
	TN_MUST(tn_thread_create("second", TN_PRIORITY_DEFAULT, 0, run, argument, &thread));
	return thread;
}

void make_objects(void)
{
	tn_any_cap first, second;
	TN_MUST(owner_make(client.owner, &first, &second));
	client.first.handle = first.handle;
	client.second.handle = second.handle;
}

void unmake_objects(void)
{
	TN_MUST(owner_unmake(client.owner));
	tn_cap_release(client.first.handle);
	tn_cap_release(client.second.handle);
}

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("server", "", "", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	client.owner.handle = tn_actor_get("owner");
	client.nudge.handle = tn_actor_get("nudge");
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "served-at-any-moment", served_at_any_moment },
		{ "destroyed-at-any-moment", destroyed_at_any_moment },
		{ "left-request-served", left_request_served },
		{ "destroyed-behind-a-left-request", destroyed_behind_a_left_request },
		{ "ended-too-late", ended_too_late },
		{ "replaced-while-called", replaced_while_called },
		{ "successor-in-the-record", successor_in_the_record },
		{ "given-up-and-given-again", given_up_and_given_again },
		{ "given-again-while-dropped", given_again_while_dropped },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "server", play_server }, { NULL, NULL } };
	tn_test_main(env, "test-interleave-calls", cases, roles);
}
