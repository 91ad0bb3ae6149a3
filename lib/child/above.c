/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Sessions that the own parent asks for, of services that this family has announced to it. They are
 * sessions like those of a child, but for their client: its quota is in the own PD already when the
 * request is fetched, and stays there when the session has ended, for the parent to take back.
 */

#include "internal.h"

static int order_of_above(const void *key, const struct tn_tree_node *node)
{
	const struct tn_child_session *session =
		TN_CONTAINER_OF_CONST(node, struct tn_child_session, by_above);
	uint32_t id = *(const uint32_t *)key;
	return (id > session->above_id) - (id < session->above_id);
}

static tn_parent_cap parent_of(const struct tn_family *family)
{
	return tn_env_parent(family->env);
}

/* The parent may have forgotten the session meanwhile: nothing to do about that here. */
static void ignore(tn_error error)
{
	(void)error;
}

/* -- answers -- */

static void answer_open(struct tn_child_session *session)
{
	struct tn_family *family = session->family;
	tn_any_cap cap = { session->cap };
	session->above_asks = TN_REQUEST_NONE;
	tn_error error = tn_parent_request_deliver(parent_of(family), session->above_id, cap);
	if (error == TN_OK) {
		session->has_cap = true;
		return;
	}
	ignore(tn_parent_request_deny(parent_of(family), session->above_id,
				      tn_error_number(error)));
	session_close(session);
}

static void answer_ended(struct tn_child_session *session)
{
	tn_parent_cap parent = parent_of(session->family);
	if (session->above_asks == TN_REQUEST_OPEN)
		ignore(tn_parent_request_deny(parent, session->above_id,
					      tn_error_number(session->reason)));
	else if (session->above_asks != TN_REQUEST_NONE)
		ignore(tn_parent_request_done(parent, session->above_id));
	session_free(session);
}

void above_progress(struct tn_child_session *session)
{
	if (session->origin != CLIENT_ABOVE)
		return;
	if (session->state == SESSION_ENDED) {
		answer_ended(session);
	} else if (session->state == SESSION_READY && session->above_asks == TN_REQUEST_OPEN) {
		answer_open(session);
	} else if (session->state == SESSION_READY && session->above_asks == TN_REQUEST_UPGRADE) {
		session->above_asks = TN_REQUEST_NONE;
		ignore(tn_parent_request_done(parent_of(session->family), session->above_id));
	}
}

/* -- requests -- */

struct above_request {
	uint32_t kind, id;
	struct tn_quota quota;
	struct session_request about;
};

static tn_error create(struct tn_family *family, const struct above_request *request,
		       struct tn_child_session **made)
{
	if (family->above_count >= TN_FAMILY_SESSIONS_MAX)
		return TN_ERR_LIMIT;
	struct tn_child_session *session = session_create_free(family);
	if (!session)
		return TN_ERR_LIMIT;
	session->above_id = request->id;
	if (tn_tree_insert(&family->above, &session->above_id, &session->by_above) != TN_OK) {
		session_free(session);
		return TN_ERR_CONFLICT;
	}
	session->origin = CLIENT_ABOVE;
	family->above_count++;
	session->request = request->about;
	session->offered = request->quota;
	session->above_asks = TN_REQUEST_OPEN;
	*made = session;
	return TN_OK;
}

static void open(struct tn_family *family, struct above_request *request)
{
	struct tn_child_session *session;
	struct tn_route route;
	size_t wanted =
		tn_format(request->about.asked, sizeof(request->about.asked), "%s%s%s",
			  TN_LABEL_PARENT, request->about.label[0] ? TN_LABEL_SEPARATOR : "",
			  request->about.label);
	tn_error error = wanted > TN_LABEL_MAX ? TN_ERR_TOO_LONG : TN_OK;
	if (error == TN_OK)
		error = create(family, request, &session);
	if (error != TN_OK) {
		ignore(tn_parent_request_deny(parent_of(family), request->id,
					      tn_error_number(error)));
		return;
	}
	route_ask(session, &route);
	session_direct(session, &route);
}

static struct tn_child_session *find(const struct tn_family *family, uint32_t id)
{
	struct tn_tree_node *node = tn_tree_find(&family->above, &id);
	return node ? TN_CONTAINER_OF(node, struct tn_child_session, by_above) : NULL;
}

/* Of the session, or its server, nothing is left: the quota is here for the parent. */
static void not_there(struct tn_family *family, struct tn_child_session *session, uint32_t id)
{
	if (session)
		session->above_asks = TN_REQUEST_NONE;
	ignore(tn_parent_request_done(parent_of(family), id));
}

static void change(struct tn_family *family, const struct above_request *request)
{
	struct tn_child_session *session = find(family, request->id);
	bool close = request->kind == TN_REQUEST_CLOSE;
	if (session)
		session->above_asks = request->kind;
	if (session && close)
		session_close(session);
	else if (session && session_upgrade(session, request->quota) == TN_OK)
		above_progress(session);
	else
		not_there(family, session, request->id);
}

static bool fetch(struct tn_family *family, struct above_request *request)
{
	struct session_request *about = &request->about;
	__builtin_memset(request, 0, sizeof(*request));
	tn_error error = tn_parent_request_next(parent_of(family), &request->kind, &request->id,
						about->service, about->label, &request->quota.ram,
						&request->quota.caps, &about->functions,
						&about->digest, about->interface);
	return error == TN_OK && request->kind != TN_REQUEST_NONE;
}

static void serve_requests(void *argument)
{
	struct tn_family *family = argument;
	struct above_request request;
	while (fetch(family, &request)) {
		if (request.kind == TN_REQUEST_OPEN)
			open(family, &request);
		else
			change(family, &request);
	}
}

void above_init(struct tn_family *family)
{
	tn_tree_init(&family->above, order_of_above);
	family->above_count = 0;
	family->requests.handler = serve_requests;
	family->requests.argument = family;
}

tn_error tn_family_announce(struct tn_family *family, const char *service)
{
	tn_error error = TN_OK;
	if (!family->requests.cap.handle)
		error = tn_signal_create(tn_env_entrypoint(family->env), &family->requests);
	if (error == TN_OK)
		error = tn_parent_announce(parent_of(family), service, family->requests.cap);
	return error;
}
