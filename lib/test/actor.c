/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The stage, as its actors see it: waiting is here. */

#include "stage.h"
#include <tenon/text.h>

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_signal changed;
	tn_stage_cap stage;
} actor;

void actor_init(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	actor.entrypoint = tn_env_entrypoint(env);
	TN_MUST(tn_session_open("Stage", "", none, &tn_stage_interface, &session));
	actor.stage.handle = session.cap;
	TN_MUST(tn_signal_create(actor.entrypoint, &actor.changed));
	TN_MUST(tn_stage_watch(actor.stage, actor.changed.cap));
}

void tn_actor_start_with(const char *name, const char *binary, const char *provides, uint64_t ram,
			 uint64_t caps)
{
	TN_MUST(tn_stage_start(actor.stage, name, binary, provides, ram, caps));
}

void tn_actor_start(const char *name)
{
	tn_actor_start_with(name, "", "", TN_ACTOR_RAM, TN_ACTOR_CAPS);
}

void tn_actor_wait(void)
{
	tn_signal_wait(&actor.changed);
}

bool tn_actor_has_ended(const char *name)
{
	struct tn_child_end end;
	return tn_stage_ended(actor.stage, name, &end) == TN_OK;
}

struct tn_child_end tn_actor_end(const char *name)
{
	struct tn_child_end end;
	while (tn_stage_ended(actor.stage, name, &end) != TN_OK)
		tn_signal_wait(&actor.changed);
	return end;
}

void tn_actor_kill(const char *name)
{
	if (tn_stage_kill(actor.stage, name) == TN_OK)
		(void)tn_actor_end(name);
}

tn_signal_cap tn_actor_killer(const char *name)
{
	tn_signal_cap killer = { 0 };
	TN_MUST(tn_stage_killer(actor.stage, name, &killer));
	return killer;
}

void tn_actor_put(const char *name, tn_handle cap)
{
	tn_any_cap any = { cap };
	TN_MUST(tn_stage_put(actor.stage, name, any));
}

tn_handle tn_actor_get(const char *name)
{
	tn_any_cap any = { 0 };
	tn_error error;
	while ((error = tn_stage_get(actor.stage, name, &any)) == TN_ERR_NOT_FOUND)
		tn_signal_wait(&actor.changed);
	TN_MUST(error);
	return any.handle;
}

struct tn_accounts tn_actor_accounts(const char *name)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	TN_MUST(tn_stage_accounts(actor.stage, name, &accounts));
	return accounts;
}

void tn_actor_post(const char *name)
{
	tn_actor_put(name, 0);
}

void tn_actor_await(const char *name)
{
	(void)tn_actor_get(name);
}
