/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sessions that wait for a server, and those whose route has become another. */

#include "internal.h"

static void ask_for_environment(const struct tn_child_session *session, struct tn_route *route)
{
	const struct tn_family *family = session->family;
	const struct session_request *request = &session->request;
	route->target = TN_ROUTE_PARENT;
	if (tn_child_label(session->client, request->asked, route->label) != TN_OK) {
		route->target = TN_ROUTE_DENY;
		route->reason = TN_ERR_TOO_LONG;
	} else if (family->policy->route_environment) {
		family->policy->route_environment(family->self, session->client, request->service,
						  request->asked, route);
	}
}

void route_ask(const struct tn_child_session *session, struct tn_route *route)
{
	const struct tn_family *family = session->family;
	const struct tn_family_policy *policy = family->policy;
	const struct session_request *request = &session->request;
	__builtin_memset(route, 0, sizeof(*route));
	route->target = TN_ROUTE_DENY;
	route->reason = TN_ERR_NO_SERVICE;
	if (session->origin == CLIENT_CHILD)
		policy->route(family->self, session->client, request->service, request->asked,
			      route);
	else if (session->origin == CLIENT_ENVIRONMENT)
		ask_for_environment(session, route);
	else if (policy->route_above)
		policy->route_above(family->self, request->service, request->asked, route);
	if (route->target == TN_ROUTE_PARENT && session->origin == CLIENT_ABOVE)
		route->target = TN_ROUTE_DENY; /* it would come back */
}

/* Who has lost the server that it was asked of goes to its successor, or nowhere. */
static void direct_anew(struct tn_child_session *session)
{
	struct tn_route route;
	route_ask(session, &route);
	if (session->lost_server && route.target != TN_ROUTE_WAIT && route.target != TN_ROUTE_CHILD)
		session_end(session, TN_ERR_GONE);
	else
		session_direct(session, &route);
}

/* Each once: those that still wait are put back. */
void tn_family_retry(struct tn_family *family)
{
	struct tn_list today;
	struct tn_list_node *node;
	tn_list_init(&today);
	tn_list_append_all(&today, &family->waiting);
	while ((node = tn_list_take_first(&today)))
		direct_anew(session_in_queue(node));
}

/* -- a new policy -- */

static bool same_target(const struct tn_child_session *session, const struct tn_route *route)
{
	if (!tn_text_equal(session->request.label, route->label))
		return false;
	switch (route->target) {
	case TN_ROUTE_PARENT:
		return session->at_parent;
	case TN_ROUTE_CHILD:
		return session->server == route->server;
	case TN_ROUTE_OWN:
		return !session->at_parent && !session->owned && session->cap == route->object;
	default:
		return false;
	}
}

/* Its server has not heard of it: it goes to another as if it had just been asked for. */
static void redirect(struct tn_child_session *session, const struct tn_route *route)
{
	tn_list_remove(&session->in_server);
	tn_list_remove(&session->in_queue);
	session->server = NULL;
	session_direct(session, route);
}

static void reroute(struct tn_child_session *session)
{
	struct tn_route route;
	bool lost_server = session->state == SESSION_READY && session->owned && !session->server;
	bool asked_for =
		session->client ? child_alive(session->client) : session->origin == CLIENT_ABOVE;
	if (!asked_for || lost_server || session->origin == CLIENT_ENVIRONMENT ||
	    session->state == SESSION_CLOSING || session->state == SESSION_ENDED)
		return;
	route_ask(session, &route);
	if (same_target(session, &route))
		return;
	if (session->state == SESSION_OPENING && !session->fetched && !session->at_parent)
		redirect(session, &route);
	else if (route.target != TN_ROUTE_WAIT)
		session_close(session);
}

void tn_family_reroute(struct tn_family *family)
{
	struct tn_tree_node *node = tn_tree_first(&family->sessions);
	while (node) {
		struct tn_child_session *session = session_by_id(node);
		uint32_t id = session->id;
		reroute(session); /* may free it, and others */
		node = tn_tree_upper_bound(&family->sessions, &id);
	}
}
