/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Birth and death of a child. */

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

static void end(struct tn_child *child)
{
	if (!child_alive(child))
		return;
	child->state = TN_CHILD_ENDING;
	child_wake(child);
}

static void fail(struct tn_child *child, tn_error error)
{
	child->end.cause = TN_CHILD_NOT_STARTED;
	child->end.error = error;
	end(child);
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
	if (child->restricted)
		error = tn_cpu_restrict_pd(tn_env_cpu(child->family->env), pd, child->priority,
					   child->cpus);
	if (error == TN_OK && child->permit_execute)
		error = tn_pd_permit_execute(pd);
	if (error != TN_OK)
		return error;
	child->state = TN_CHILD_RUNNING;
	family_changed(child->family);
	tn_any_cap object = { parent.handle };
	return tn_pd_start(pd, object);
}

/* The PD first: its quota pays for the rest. */
static tn_error birth_step(struct tn_child *child)
{
	if (child->pd.state == TN_UPSTREAM_WAITING)
		return TN_ERR_AGAIN;
	if (child->pd.state == TN_UPSTREAM_ENDED)
		return child->pd.reason;
	tn_error error = child->log ? TN_OK : environment_open(child);
	if (error == TN_OK)
		error = environment_ready(child);
	return error == TN_OK ? run(child) : error;
}

static void advance_birth(struct tn_child *child)
{
	tn_error error = birth_step(child);
	if (error != TN_OK && error != TN_ERR_AGAIN)
		fail(child, error);
}

static void pd_progress(void *owner)
{
	child_wake(owner);
}

static tn_error open_pd(struct tn_child *child)
{
	struct session_request request = { .service = "PD" };
	tn_error error = tn_child_label(child, "", request.label);
	if (error != TN_OK)
		return error;
	request.functions = tn_pd_interface.count;
	request.digest = tn_interface_digest(&tn_pd_interface, tn_pd_interface.count);
	tn_text_copy_cut(request.interface, sizeof(request.interface), tn_pd_interface.name);
	child->pd.counts = true;
	child->pd.progress = pd_progress;
	child->pd.owner = child;
	upstream_open(child->family, &child->pd, &request, child->quota);
	return TN_OK;
}

void tn_child_start(struct tn_family *family, struct tn_child *child)
{
	child->family = family;
	child->state = TN_CHILD_STARTING;
	tn_list_init(&child->opened);
	tn_list_init(&child->served);
	tn_list_init(&child->pending);
	tn_list_init(&child->unannounced);
	tn_list_append(&family->children, &child->in_family);
	tn_error error = open_pd(child);
	if (error == TN_OK)
		advance_birth(child);
	else
		fail(child, error);
}

/* -- death -- */

static void close_pd(struct tn_child *child)
{
	child->state = TN_CHILD_CLOSING;
	if (child->served_watch)
		tn_signal_destroy(&child->watch);
	if (child->served_object)
		tn_object_destroy(&child->object);
	upstream_close(child->family, &child->pd);
}

/* Nothing of the child runs, its quota is back: settle what others had with it. */
static void bury(struct tn_child *child)
{
	struct tn_family *family = child->family;
	struct tn_child_end how = child->end;
	struct tn_list_node *node;
	while ((node = tn_list_first(&child->opened)))
		session_client_gone(session_in_client(node));
	while ((node = tn_list_first(&child->served)))
		session_server_gone(session_in_server(node));
	services_free(child);
	notices_free(child);
	tn_cap_release(child->progress.handle);
	tn_list_remove(&child->in_family);
	tn_list_remove(&child->in_advance);
	family_changed(family);
	family->policy->ended(family->self, child, &how);
	tn_family_retry(family);
}

void child_advance(struct tn_child *child)
{
	if (child->state == TN_CHILD_STARTING)
		advance_birth(child);
	if (child->state == TN_CHILD_ENDING)
		close_pd(child);
	if (child->state == TN_CHILD_CLOSING && child->pd.state == TN_UPSTREAM_ENDED) {
		child->returned = child->pd.back;
		bury(child);
	}
}

void tn_child_kill(struct tn_child *child)
{
	if (child_alive(child))
		child->end.cause = TN_CHILD_KILLED;
	end(child);
}
