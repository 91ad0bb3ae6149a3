/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "steps.h"
#include <tenon/thread.h>

static steps_cap find(const char *name)
{
	steps_cap cap = { tn_actor_get(name) };
	return cap;
}

/* Serves echo by calling `target`; returns the object's handle. */
static tn_handle serve_forward(struct tn_env *env, steps_cap *target);

void play_holder(struct tn_env *env)
{
	(void)env;
	tn_exit((int)tn_error_number(steps_hold(find("server"), "held")));
}

void play_queuer(struct tn_env *env)
{
	uint64_t back;
	steps_cap server = find("server");
	(void)env;
	tn_actor_post("queued");
	tn_exit((int)tn_error_number(steps_echo(server, 1, &back)));
}

void play_blocker(struct tn_env *env)
{
	tn_exit((int)tn_error_number(steps_hold(find("server"), tn_env_name(env))));
}

void play_waiter(struct tn_env *env)
{
	uint64_t back;
	steps_cap target = find("target");
	tn_actor_post(tn_env_name(env));
	tn_exit((int)tn_error_number(steps_echo(target, 1, &back)));
}

struct one_call {
	steps_cap target;
	tn_error result;
};

static void call_target(void *argument)
{
	uint64_t back;
	struct one_call *call = argument;
	call->result = steps_echo(call->target, 1, &back);
}

/* Exits with what all got; with an error of its own if that is not the same. */
void play_trio(struct tn_env *env)
{
	struct one_call call[3];
	struct tn_thread *thread[2];
	for (unsigned i = 0; i < 3; i++)
		call[i].target = find("target");
	for (unsigned i = 0; i < 2; i++)
		TN_MUST(tn_thread_create("trio", TN_PRIORITY_DEFAULT, 0, call_target, &call[i],
					 &thread[i]));
	tn_actor_post(tn_env_name(env));
	call_target(&call[2]);
	for (unsigned i = 0; i < 2; i++)
		TN_MUST(tn_thread_join(thread[i]));
	bool same = call[0].result == call[1].result && call[1].result == call[2].result;
	tn_exit((int)tn_error_number(same ? call[0].result : TN_ERR_PROTOCOL));
}

void play_victim(struct tn_env *env)
{
	tn_actor_await("destroying");
	play_waiter(env);
}

void play_flooder(struct tn_env *env)
{
	uint64_t back;
	tn_error error;
	steps_cap target = find("target");
	const char *name = tn_env_name(env);
	uint64_t number = (uint64_t)(name[sizeof("flooder.") - 1] - '0');
	tn_actor_post(name);
	while ((error = steps_echo(target, number, &back)) == TN_OK)
		;
	tn_exit((int)tn_error_number(error));
}

void play_mortal(struct tn_env *env)
{
	(void)env;
	tn_exit((int)tn_error_number(
		steps_hold_until_end(find("server"), "mortal-held", "mortal")));
}

void play_transferrer(struct tn_env *env)
{
	static steps_cap nowhere;
	steps_cap server = find("server");
	tn_signal_cap killer = tn_actor_killer(tn_env_name(env));
	struct tn_call call = { .cap_count = 1, .caps = { serve_forward(env, &nowhere) } };
	TN_MUST(tn_call_begin(&call, server.handle));
	(void)tn_signal_submit(killer);
	for (;;)
		__asm__ volatile("pause");
}

void play_giver(struct tn_env *env)
{
	static steps_cap nowhere;
	tn_any_cap own = { serve_forward(env, &nowhere) };
	TN_MUST(steps_keep(find("server"), own));
	tn_exit(0);
}

static tn_error forward(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	const steps_cap *target = self;
	(void)request;
	return steps_echo(*target, value, back);
}

static tn_handle serve_forward(struct tn_env *env, steps_cap *target)
{
	static const struct steps_ops ops = { .echo = forward };
	static struct tn_object object;
	steps_cap cap;
	TN_MUST(steps_serve(tn_env_entrypoint(env), &object, &ops, target, &cap));
	return cap.handle;
}

void play_middle(struct tn_env *env)
{
	static steps_cap target;
	char next[TN_TEST_NAME_MAX + 1];
	const char *name = tn_env_name(env);
	unsigned number = (unsigned)(name[sizeof("middle.") - 1] - '0');
	tn_format(next, sizeof(next), "middle.%u", number - 1);
	target = find(number == 1 ? "server" : next);
	tn_actor_put(name, serve_forward(env, &target));
}

/* a calls b, whose handler calls a. */
void play_cycle(struct tn_env *env)
{
	static steps_cap other;
	const char *name = tn_env_name(env);
	bool first = name[sizeof("cycle.") - 1] == 'a';
	uint64_t back;
	tn_actor_put(name, serve_forward(env, &other));
	other = find(first ? "cycle.b" : "cycle.a");
	if (!first)
		return;
	tn_actor_post("cycling");
	tn_exit((int)tn_error_number(steps_echo(other, 1, &back)));
}
