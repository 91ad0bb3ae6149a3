/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Birth and death of a child, and the family. */

#include "internal.h"

static const struct tn_parent_ops parent_ops = {
	.environment = child_environment,
	.session_signal = child_session_signal,
	.session_open = child_session_open,
	.session_collect = child_session_collect,
	.session_upgrade = child_session_upgrade,
	.session_close = child_session_close,
	.announce = child_announce,
	.request_next = child_request_next,
	.request_deliver = child_request_deliver,
	.request_deny = child_request_deny,
	.request_done = child_request_done,
	.exit = child_exit,
	.notify = child_notify,
	.resource_request = child_resource_request,
	.resource_collect = child_resource_collect,
	.yield_request = child_yield_request,
	.yield_done = child_yield_done,
	.heartbeat = child_heartbeat,
};

tn_error tn_child_label(const struct tn_child *child, const char *label,
			char composed[TN_LABEL_MAX + 1])
{
	size_t wanted = tn_format(composed, TN_LABEL_MAX + 1, "%s%s%s", child->name,
				  *label ? TN_LABEL_SEPARATOR : "", label);
	return wanted > TN_LABEL_MAX ? TN_ERR_TOO_LONG : TN_OK;
}

/* -- birth -- */

static tn_error open_environment(struct tn_child *child, struct tn_upstream *upstream,
				 const char *service, const char *label, struct tn_quota quota,
				 const struct tn_interface *interface)
{
	struct session_request request = { 0 };
	tn_error error = tn_child_label(child, label, request.label);
	if (error != TN_OK)
		return error;
	(void)text_copy(request.service, TN_SERVICE_NAME_MAX, service);
	(void)text_copy(request.interface, TN_SERVICE_NAME_MAX, interface->name);
	request.functions = interface->count;
	request.digest = tn_interface_digest(interface, interface->count);
	upstream_open(child->family, upstream, &request, quota);
	return upstream->state == TN_UPSTREAM_ENDED ? upstream->reason : TN_OK;
}

static tn_error open_all(struct tn_child *child)
{
	const struct tn_quota none = { 0, 0 };
	tn_error error =
		open_environment(child, &child->rom, "ROM", child->binary, none, &tn_rom_interface);
	if (error == TN_OK)
		error = open_environment(child, &child->log, "LOG", "", none, &tn_log_interface);
	if (error == TN_OK)
		error = open_environment(child, &child->pd, "PD", "", child->quota,
					 &tn_pd_interface);
	if (error == TN_OK)
		error = open_environment(child, &child->cpu, "CPU", "", none, &tn_cpu_interface);
	return error;
}

static void end(struct tn_child *child)
{
	if (child->state == TN_CHILD_RUNNING || child->state == TN_CHILD_STARTING) {
		child->state = TN_CHILD_ENDING;
		(void)tn_signal_submit(child->family->work.cap);
	}
}

static void pd_changed(void *argument)
{
	struct tn_child *child = argument;
	tn_pd_cap pd = { child->pd.cap };
	uint32_t state = TN_PD_RUNNING;
	if (child->state != TN_CHILD_RUNNING)
		return;
	if (tn_pd_state(pd, &state, &child->end.fault) != TN_OK)
		state = TN_PD_DEAD;
	if (state != TN_PD_FAULTED && state != TN_PD_DEAD)
		return;
	child->end.cause = TN_CHILD_FAULTED;
	end(child);
}

static tn_error run(struct tn_child *child)
{
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(child->family->env);
	tn_pd_cap pd = { child->pd.cap };
	tn_parent_cap parent;
	child->watch.handler = pd_changed;
	child->watch.argument = child;
	tn_error error = tn_signal_create(entrypoint, &child->watch);
	if (error != TN_OK)
		return error;
	child->served_watch = true;
	error = tn_parent_serve(entrypoint, &child->object, &parent_ops, child, &parent);
	if (error != TN_OK)
		return error;
	child->served_object = true;
	error = tn_pd_watch(pd, child->watch.cap);
	if (error != TN_OK)
		return error;
	child->state = TN_CHILD_RUNNING;
	tn_any_cap object = { parent.handle };
	return tn_pd_start(pd, object);
}

static void fail(struct tn_child *child, tn_error error)
{
	child->end.cause = TN_CHILD_NOT_STARTED;
	child->end.error = error;
	end(child);
}

static void advance_birth(struct tn_child *child)
{
	struct tn_upstream *all[] = { &child->pd, &child->log, &child->rom, &child->cpu };
	bool ready = true;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		upstream_poll(child->family, all[i]);
		if (all[i]->state == TN_UPSTREAM_ENDED) {
			fail(child, all[i]->reason);
			return;
		}
		ready = ready && all[i]->state == TN_UPSTREAM_READY;
	}
	if (!ready)
		return;
	tn_error error = run(child);
	if (error != TN_OK)
		fail(child, error);
}

void tn_child_start(struct tn_family *family, struct tn_child *child)
{
	child->family = family;
	child->state = TN_CHILD_STARTING;
	child->next = family->children;
	family->children = child;
	tn_error error = open_all(child);
	if (error == TN_OK)
		advance_birth(child);
	else
		fail(child, error);
}

/* -- death -- */

static void close_all(struct tn_child *child)
{
	child->state = TN_CHILD_CLOSING;
	if (child->served_watch)
		tn_signal_destroy(&child->watch);
	if (child->served_object)
		tn_object_destroy(&child->object);
	struct tn_quota before = quota_own(child->family);
	upstream_close(child->family, &child->pd); /* core's, hence at once */
	child->returned = quota_difference(quota_own(child->family), before);
	upstream_close(child->family, &child->log);
	upstream_close(child->family, &child->rom);
	upstream_close(child->family, &child->cpu);
}

static void remove_from_family(struct tn_child *child)
{
	struct tn_child **at = &child->family->children;
	while (*at != child)
		at = &(*at)->next;
	*at = child->next;
}

/* Nothing of the child runs, its quota is back: settle what others had with it. */
static void bury(struct tn_child *child)
{
	struct tn_family *family = child->family;
	struct tn_child_end how = child->end;
	while (child->opened)
		session_client_gone(child->opened);
	while (child->served)
		session_server_gone(child->served);
	services_free(child);
	notices_free(child);
	tn_cap_release(child->progress.handle);
	remove_from_family(child);
	family->policy->ended(family->self, child, &how);
}

static void advance_death(struct tn_child *child)
{
	upstream_poll(child->family, &child->pd);
	upstream_poll(child->family, &child->log);
	upstream_poll(child->family, &child->rom);
	upstream_poll(child->family, &child->cpu);
	if (child->pd.state == TN_UPSTREAM_ENDED && child->log.state == TN_UPSTREAM_ENDED &&
	    child->rom.state == TN_UPSTREAM_ENDED && child->cpu.state == TN_UPSTREAM_ENDED)
		bury(child);
}

void child_advance(struct tn_child *child)
{
	if (child->state == TN_CHILD_STARTING)
		advance_birth(child);
	if (child->state == TN_CHILD_ENDING)
		close_all(child);
	if (child->state == TN_CHILD_CLOSING)
		advance_death(child);
}

void tn_child_kill(struct tn_child *child)
{
	child->end.cause = TN_CHILD_KILLED;
	end(child);
}

/* -- the family -- */

static struct tn_child *find_ending(const struct tn_family *family)
{
	struct tn_child *child = family->children;
	while (child && child->state != TN_CHILD_ENDING)
		child = child->next;
	return child;
}

/* The policy may start or kill children meanwhile: look anew after each. */
static void end_children(void *argument)
{
	struct tn_family *family = argument;
	struct tn_child *child;
	while ((child = find_ending(family)))
		child_advance(child);
}

static void poll_sessions(void *argument)
{
	struct tn_family *family = argument;
	struct tn_child_session *session, *next;
	for (struct tn_child *child = family->children; child; child = child->next) {
		for (session = child->opened; session; session = next) {
			next = session->next_opened;
			session_poll(session);
		}
	}
	for (session = family->orphans; session; session = next) {
		next = session->next_opened;
		session_poll(session);
	}
	for (struct tn_child *child = family->children, *following; child; child = following) {
		following = child->next;
		if (child->state == TN_CHILD_STARTING || child->state == TN_CHILD_CLOSING)
			child_advance(child);
	}
}

tn_error tn_family_init(struct tn_family *family, struct tn_env *env)
{
	family->env = env;
	family->children = NULL;
	family->orphans = NULL;
	family->next_id = 0;
	family->work.handler = end_children;
	family->work.argument = family;
	family->progress.handler = poll_sessions;
	family->progress.argument = family;
	tn_error error = tn_signal_create(tn_env_entrypoint(env), &family->work);
	if (error != TN_OK)
		return error;
	error = tn_signal_create(tn_env_entrypoint(env), &family->progress);
	if (error == TN_OK)
		error = tn_parent_session_signal(tn_env_parent(env), family->progress.cap);
	if (error != TN_OK)
		tn_signal_destroy(&family->work);
	return error;
}
