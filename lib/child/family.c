/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The family: its signals, and a look at its sessions. */

#include "internal.h"

static int order_of_ids(const void *key, const struct tn_tree_node *node)
{
	const struct tn_child_session *session =
		TN_CONTAINER_OF_CONST(node, struct tn_child_session, by_id);
	uint32_t id = *(const uint32_t *)key;
	return (id > session->id) - (id < session->id);
}

/* The policy may start or kill children meanwhile. */
static void advance_children(void *argument)
{
	struct tn_family *family = argument;
	struct tn_list_node *node;
	while ((node = tn_list_take_first(&family->to_advance)))
		child_advance(TN_CONTAINER_OF(node, struct tn_child, in_advance));
}

static void parent_progress(void *argument)
{
	upstream_poll_all(argument);
}

void child_wake(struct tn_child *child)
{
	if (!tn_list_linked(&child->in_advance))
		tn_list_append(&child->family->to_advance, &child->in_advance);
	(void)tn_signal_submit(child->family->work.cap);
}

void family_changed(struct tn_family *family)
{
	if (family->policy->changed)
		family->policy->changed(family->self);
}

tn_error tn_family_init(struct tn_family *family, struct tn_env *env)
{
	family->env = env;
	tn_list_init(&family->children);
	tn_list_init(&family->to_advance);
	tn_list_init(&family->orphans);
	tn_list_init(&family->waiting);
	tn_list_init(&family->upstreams);
	tn_tree_init(&family->sessions, order_of_ids);
	above_init(family);
	family->next_id = 0;
	family->work.handler = advance_children;
	family->work.argument = family;
	family->progress.handler = parent_progress;
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

/* -- sessions of this component -- */

static void own_progress(void *owner)
{
	struct tn_own_session *session = owner;
	bool ready = session->upstream.state == TN_UPSTREAM_READY;
	session->cap = session->upstream.cap;
	session->opened(session, ready ? TN_OK : session->upstream.reason);
}

void tn_family_open(struct tn_family *family, struct tn_own_session *session, const char *service,
		    const char *label, struct tn_quota quota, const struct tn_interface *interface)
{
	struct session_request request = { .functions = interface->count };
	request.digest = tn_interface_digest(interface, interface->count);
	tn_text_copy_cut(request.service, sizeof(request.service), service);
	tn_text_copy_cut(request.interface, sizeof(request.interface), interface->name);
	tn_text_copy_cut(request.label, sizeof(request.label), label);
	session->upstream.progress = own_progress;
	session->upstream.owner = session;
	upstream_open(family, &session->upstream, &request, quota);
	if (session->upstream.state != TN_UPSTREAM_WAITING)
		own_progress(session);
}

/* -- a look -- */

static const char *state_text(const struct tn_child_session *session)
{
	static const char *const texts[] = { [SESSION_OPENING] = "opening",
					     [SESSION_READY] = "ready",
					     [SESSION_UPGRADING] = "upgrading",
					     [SESSION_CLOSING] = "closing",
					     [SESSION_ENDED] = "ended" };
	return texts[session->state];
}

static void describe(const struct tn_child_session *session, struct tn_session_info *info)
{
	info->id = session->id;
	info->client = session->client;
	info->server = session->server;
	info->from_parent = session->origin == CLIENT_ABOVE;
	info->environment = session->origin == CLIENT_ENVIRONMENT;
	info->state = state_text(session);
	info->service = session->request.service;
	info->label = session->request.label;
	info->donated = session->donated;
	if (session->at_parent)
		info->at = TN_SESSION_PARENT;
	else if (session->server)
		info->at = TN_SESSION_CHILD;
	else
		info->at = session->cap && !session->owned ? TN_SESSION_OWN : TN_SESSION_NOWHERE;
}

bool tn_family_next_session(const struct tn_family *family, struct tn_session_info *info)
{
	struct tn_tree_node *node = tn_tree_upper_bound(&family->sessions, &info->id);
	if (!node)
		return false;
	describe(session_by_id(node), info);
	return true;
}
