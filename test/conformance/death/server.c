/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "steps.h"

enum { SERVED_VALUES = 4 };

static struct server {
	struct tn_object object, other;
	struct tn_signal never;
	tn_signal_cap killer;
	steps_cap kept;
	uint64_t echoes[SERVED_VALUES];
} server;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	if (value < SERVED_VALUES)
		server.echoes[value]++;
	return TN_OK;
}

static TN_NO_RETURN void wait_for_death(void)
{
	for (;;)
		tn_signal_wait(&server.never);
}

static tn_error hold(void *self, struct tn_request *request, const char *event)
{
	(void)self;
	(void)request;
	tn_actor_post(event);
	wait_for_death();
}

static tn_error hold_until_end(void *self, struct tn_request *request, const char *event,
			       const char *actor)
{
	(void)self;
	(void)request;
	tn_actor_post(event);
	(void)tn_actor_end(actor);
	return TN_OK;
}

static tn_error die(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	(void)tn_signal_submit(server.killer);
	wait_for_death();
}

static tn_error give_and_die(void *self, struct tn_request *request, tn_any_cap *cap)
{
	(void)self;
	(void)cap;
	request->reply_caps[0] = server.other.handle;
	request->reply_cap_count = 1;
	TN_MUST(tn_reply_caps(request));
	(void)tn_signal_submit(server.killer);
	wait_for_death();
}

static tn_error exit_now(void *self, struct tn_request *request, int32_t value)
{
	(void)self;
	(void)request;
	tn_exit(value);
}

static tn_error fault(void *self, struct tn_request *request, uint64_t address)
{
	(void)self;
	(void)request;
	*(volatile char *)address = 1;
	return TN_OK;
}

static tn_error keep(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	server.kept.handle = cap.handle;
	return tn_cap_retain(cap.handle);
}

static tn_error call_kept(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	return steps_echo(server.kept, value, back);
}

static tn_error drop_kept(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_cap_release(server.kept.handle);
	server.kept.handle = 0;
	return TN_OK;
}

static tn_error other(void *self, struct tn_request *request, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	cap->handle = server.other.handle;
	return TN_OK;
}

/*
 * A victim that has posted its name calls next, or has called: both have to end in the same way.
 * They are told when this has begun: before, they would be served.
 */
static tn_error destroy_other_under(void *self, struct tn_request *request, uint32_t victims)
{
	char name[TN_TEST_NAME_MAX + 1];
	(void)self;
	(void)request;
	tn_actor_post("destroying");
	for (uint32_t i = 1; i <= victims; i++) {
		tn_format(name, sizeof(name), "victim.%u", i);
		tn_actor_await(name);
	}
	for (unsigned i = 0; i < 30; i++)
		(void)tn_actor_has_ended("main");
	tn_object_destroy(&server.other);
	return TN_OK;
}

static tn_error destroy_own(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_object_destroy(&server.other);
	return tn_object_create(server.other.entrypoint, &server.other);
}

static tn_error served(void *self, struct tn_request *request, uint64_t value, uint64_t *echoes)
{
	(void)self;
	(void)request;
	if (value >= SERVED_VALUES)
		return TN_ERR_ARGUMENT;
	*echoes = server.echoes[value];
	return TN_OK;
}

void play_server(struct tn_env *env)
{
	static const struct steps_ops ops = {
		.echo = echo,
		.hold = hold,
		.hold_until_end = hold_until_end,
		.die = die,
		.give_and_die = give_and_die,
		.exit = exit_now,
		.fault = fault,
		.keep = keep,
		.call_kept = call_kept,
		.drop_kept = drop_kept,
		.other = other,
		.destroy_other_under = destroy_other_under,
		.destroy_own = destroy_own,
		.served = served,
	};
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	steps_cap cap;
	server.killer = tn_actor_killer(tn_env_name(env));
	TN_MUST(tn_signal_create(entrypoint, &server.never));
	TN_MUST(steps_serve(entrypoint, &server.object, &ops, &server, &cap));
	TN_MUST(steps_serve(entrypoint, &server.other, &ops, &server, &cap));
	tn_actor_put(tn_env_name(env), server.object.handle);
}
