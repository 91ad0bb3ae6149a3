/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The life of a session. Each function here is one row or column of the table in README.md.
 * Quota moves before what it pays for, so that what follows cannot fail.
 */

#include "internal.h"

static const struct tn_quota no_quota = { 0, 0 };
static const struct tn_quota price = { TN_CHILD_SESSION_RAM, TN_CHILD_SESSION_CAPS };

static struct tn_child_session *find(const struct tn_family *family, uint32_t id)
{
	struct tn_tree_node *node = tn_tree_find(&family->sessions, &id);
	return node ? session_by_id(node) : NULL;
}

struct tn_child_session *session_of_client(const struct tn_child *client, uint32_t id)
{
	struct tn_child_session *session = find(client->family, id);
	bool theirs = session && session->client == client && session->origin == CLIENT_CHILD;
	return theirs ? session : NULL;
}

struct tn_child_session *session_of_server(const struct tn_child *server, uint32_t id)
{
	struct tn_child_session *session = find(server->family, id);
	return session && session->server == server ? session : NULL;
}

static void leave_server(struct tn_child_session *session)
{
	tn_list_remove(&session->in_server);
	tn_list_remove(&session->in_queue);
	session->server = NULL;
}

/* Nobody is left to whom it matters what becomes of it. */
static bool orphaned(const struct tn_child_session *session)
{
	return !session->client && session->origin != CLIENT_ABOVE;
}

static void upstream_progressed(void *owner);

/* -- made and freed -- */

/* Ids come back after 2^32 sessions only; then one that is in use is left out. */
static void enter(struct tn_family *family, struct tn_child_session *session)
{
	do
		session->id = ++family->next_id;
	while (!session->id ||
	       tn_tree_insert(&family->sessions, &session->id, &session->by_id) != TN_OK);
}

struct tn_child_session *session_create_free(struct tn_family *family)
{
	struct tn_child_session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return NULL;
	__builtin_memset(session, 0, sizeof(*session));
	session->family = family;
	session->upstream.progress = upstream_progressed;
	session->upstream.owner = session;
	enter(family, session);
	return session;
}

tn_error session_create(struct tn_child *client, struct tn_quota quota,
			struct tn_child_session **made)
{
	if (client->opened_count >= TN_CHILD_SESSIONS_MAX)
		return TN_ERR_LIMIT;
	if (quota.ram > UINT64_MAX - price.ram || quota.caps > UINT64_MAX - price.caps)
		return TN_ERR_ARGUMENT;
	tn_error error = quota_withdraw(client, quota_sum(price, quota));
	if (error != TN_OK)
		return error;
	struct tn_child_session *session = session_create_free(client->family);
	if (!session) {
		quota_return(client, quota_sum(price, quota));
		return TN_ERR_LIMIT;
	}
	session->client = client;
	session->offered = quota;
	tn_list_append(&client->opened, &session->in_client);
	client->opened_count++;
	*made = session;
	return TN_OK;
}

static void leave_all(struct tn_child_session *session)
{
	struct tn_family *family = session->family;
	leave_server(session);
	tn_list_remove(&session->in_client);
	tn_list_remove(&session->upstream.waiting);
	tn_tree_remove(&family->sessions, &session->by_id);
	if (session->origin == CLIENT_ABOVE) {
		tn_tree_remove(&family->above, &session->by_above);
		family->above_count--;
	}
}

void session_free(struct tn_child_session *session)
{
	struct tn_child *client = session->origin == CLIENT_CHILD ? session->client : NULL;
	leave_all(session);
	if (session->owned)
		tn_cap_release(session->cap);
	tn_heap_free(session);
	if (!client)
		return;
	client->opened_count--;
	quota_return(client, price);
}

void session_tell_client(struct tn_child_session *session)
{
	family_changed(session->family);
	if (!session->client)
		return;
	if (session->origin == CLIENT_ENVIRONMENT)
		child_wake(session->client);
	else if (session->client->progress.handle)
		(void)tn_signal_submit(session->client->progress);
}

/*
 * What a PD has may be moved while it lives, by whoever holds its capability. So what is donated to
 * a PD session is not what comes back of it: the difference of the own limits tells. It comes
 * back when the own parent says that the session has ended, so that nothing else is counted; this
 * component does the same for its client.
 */
static bool has_accounts(const struct tn_child_session *session)
{
	return tn_text_equal(session->request.service, "PD");
}

static struct tn_quota own_limits(const struct tn_child_session *session)
{
	return has_accounts(session) ? quota_own(session->family) : no_quota;
}

void session_settle(struct tn_child_session *session)
{
	if (session->client)
		quota_return(session->client, session->donated);
	session->donated = no_quota;
}

void session_end(struct tn_child_session *session, tn_error reason)
{
	session->donated = quota_sum(session->donated, session->offered);
	session->offered = no_quota;
	if (!has_accounts(session))
		session_settle(session);
	session->state = SESSION_ENDED;
	session->reason = reason;
	leave_server(session);
	session_tell_client(session);
	if (session->origin == CLIENT_ABOVE)
		above_progress(session);
	else if (!session->client)
		session_free(session);
}

/* -- at the own parent -- */

static void upstream_progress(struct tn_child_session *session)
{
	const struct tn_upstream *upstream = &session->upstream;
	if (upstream->state == TN_UPSTREAM_READY) {
		session->cap = upstream->cap;
		session->state = SESSION_READY;
		session->donated = quota_sum(session->donated, session->offered);
		session->offered = no_quota;
		session_tell_client(session);
	} else if (upstream->state == TN_UPSTREAM_ENDED) {
		if (session->state == SESSION_CLOSING && has_accounts(session))
			session->donated =
				quota_difference(quota_sum(session->donated, upstream->back),
						 session->taken);
		session_end(session, upstream->reason);
	}
}

static void upstream_progressed(void *owner)
{
	upstream_progress(owner);
}

void session_poll(struct tn_child_session *session)
{
	if (!session->at_parent || session->upstream.state != TN_UPSTREAM_WAITING)
		return;
	upstream_poll(session->family, &session->upstream);
	upstream_progress(session);
}

static void note_taken(struct tn_child_session *session, struct tn_quota before)
{
	struct tn_quota taken = quota_difference(before, own_limits(session));
	session->taken = quota_sum(session->taken, taken);
}

/* -- opening -- */

static void open_at_parent(struct tn_child_session *session)
{
	struct tn_quota before = own_limits(session);
	session->at_parent = true;
	session->upstream.counts = has_accounts(session);
	upstream_open(session->family, &session->upstream, &session->request, session->offered);
	if (session->upstream.state == TN_UPSTREAM_READY)
		note_taken(session, before);
	upstream_progress(session);
}

static void open_at_child(struct tn_child_session *session, struct tn_child *server)
{
	if (!child_alive(server)) {
		session_end(session, TN_ERR_GONE);
		return;
	}
	session->server = server;
	session->lost_server = false;
	tn_list_append(&server->served, &session->in_server);
	service_ask(session);
	waits_check(session);
}

static void open_here(struct tn_child_session *session, const struct tn_route *route)
{
	const struct session_request *request = &session->request;
	if (!tn_text_equal(request->interface, route->interface->name) ||
	    request->functions > route->interface->count ||
	    request->digest != tn_interface_digest(route->interface, request->functions)) {
		session_end(session, TN_ERR_MISMATCH);
		return;
	}
	session->cap = route->object;
	session->state = SESSION_READY;
	session->donated = session->offered; /* here, until it is closed */
	session->offered = no_quota;
	session_tell_client(session);
	above_progress(session);
}

void session_direct(struct tn_child_session *session, const struct tn_route *route)
{
	family_changed(session->family);
	tn_list_remove(&session->in_queue);
	tn_text_copy_cut(session->request.label, sizeof(session->request.label), route->label);
	switch (route->target) {
	case TN_ROUTE_PARENT:
		open_at_parent(session);
		return;
	case TN_ROUTE_CHILD:
		open_at_child(session, route->server);
		return;
	case TN_ROUTE_OWN:
		open_here(session, route);
		return;
	case TN_ROUTE_WAIT:
		tn_list_append(&session->family->waiting, &session->in_queue);
		return;
	default:
		session_end(session, route->reason);
	}
}

/* -- upgrading -- */

static tn_error upgrade_at_parent(struct tn_child_session *session)
{
	struct tn_quota before = own_limits(session);
	session->state = SESSION_UPGRADING;
	upstream_upgrade(session->family, &session->upstream, session->offered);
	tn_error error = session->upstream.reason;
	if (error == TN_OK) {
		note_taken(session, before);
		upstream_progress(session);
		return TN_OK;
	}
	struct tn_quota quota = session->offered;
	session->state = SESSION_READY;
	session->offered = no_quota;
	quota_return(session->client, quota);
	return error;
}

tn_error session_upgrade(struct tn_child_session *session, struct tn_quota quota)
{
	if (session->state != SESSION_READY)
		return TN_ERR_BUSY;
	if (!session->at_parent && session->owned && !session->server)
		return TN_ERR_GONE;
	tn_error error = session->client ? quota_withdraw(session->client, quota) : TN_OK;
	if (error != TN_OK)
		return error;
	session->has_cap = true;
	session->offered = quota;
	if (session->at_parent)
		return upgrade_at_parent(session);
	if (!session->server) {
		/* Kept here until it is closed. */
		session->donated = quota_sum(session->donated, quota);
		session->offered = no_quota;
		return TN_OK;
	}
	session->state = SESSION_UPGRADING;
	session->fetched = false;
	service_ask(session);
	return TN_OK;
}

/* -- closing -- */

static void close_at_parent(struct tn_child_session *session)
{
	session->state = SESSION_CLOSING;
	upstream_close(session->family, &session->upstream);
	upstream_progress(session);
}

void session_close(struct tn_child_session *session)
{
	session->has_cap = true;
	if (session->state == SESSION_CLOSING || session->state == SESSION_ENDED)
		return;
	if (session->at_parent) {
		close_at_parent(session);
	} else if (!session->server) {
		session_end(session, TN_OK);
	} else if (session->state == SESSION_OPENING && !session->fetched) {
		session_end(session, TN_OK);
	} else if (session->state != SESSION_READY && session->fetched) {
		session->close_wanted = true;
	} else {
		/* An upgrade that the server has not seen stays here, and returns at the end. */
		session->state = SESSION_CLOSING;
		session->fetched = false;
		service_ask(session);
	}
}

/* -- deaths -- */

void session_client_gone(struct tn_child_session *session)
{
	tn_list_remove(&session->in_client);
	if (session->origin == CLIENT_CHILD)
		session->client->opened_count--;
	session->client = NULL;
	tn_list_append(&session->family->orphans, &session->in_client);
	if (session->state == SESSION_ENDED)
		session_free(session);
	else
		session_close(session);
}

/* What the server has not seen can be for its successor; what it has fetched may have killed it. */
static void opening_without_server(struct tn_child_session *session)
{
	if (session->close_wanted || session->fetched) {
		session_end(session, session->close_wanted ? TN_OK : TN_ERR_GONE);
		return;
	}
	leave_server(session);
	session->lost_server = true;
	tn_list_append(&session->family->waiting, &session->in_queue);
}

/* Its object is dead: calls say so. */
static void ready_without_server(struct tn_child_session *session)
{
	leave_server(session);
	if (session->client)
		quota_return(session->client, quota_sum(session->donated, session->offered));
	session->donated = session->offered = no_quota;
	session->reason = session->state == SESSION_UPGRADING ? TN_ERR_GONE : TN_OK;
	session->state = SESSION_READY;
	session_tell_client(session);
	if (session->close_wanted || orphaned(session))
		session_end(session, TN_OK);
	else if (session->origin == CLIENT_ABOVE)
		above_progress(session);
}

/*
 * The server's PD is closed: what was donated is back here, unless the server has moved it to
 * somebody else before. Then its clients bear that, who trusted it, and not this component.
 */
void session_server_gone(struct tn_child_session *session)
{
	session->donated = quota_take(&session->server->returned, session->donated);
	switch (session->state) {
	case SESSION_OPENING:
		opening_without_server(session);
		return;
	case SESSION_CLOSING:
		session_end(session, TN_OK);
		return;
	default:
		ready_without_server(session);
	}
}
