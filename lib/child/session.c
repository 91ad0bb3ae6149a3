/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The life of a session. Each function here is one row or column of the table in README.md.
 * Quota moves before what it pays for, so that what follows cannot fail.
 */

#include "internal.h"

struct tn_child_session *session_of_client(struct tn_child *client, uint32_t id)
{
	struct tn_child_session *session = client->opened;
	while (session && session->id != id)
		session = session->next_opened;
	return session;
}

struct tn_child_session *session_of_server(struct tn_child *server, uint32_t id)
{
	struct tn_child_session *session = server->served;
	while (session && session->id != id)
		session = session->next_served;
	return session;
}

static void append_served(struct tn_child *server, struct tn_child_session *session)
{
	struct tn_child_session **end = &server->served;
	while (*end)
		end = &(*end)->next_served;
	*end = session;
}

static void remove_served(struct tn_child_session *session)
{
	if (!session->server)
		return;
	struct tn_child_session **at = &session->server->served;
	while (*at != session)
		at = &(*at)->next_served;
	*at = session->next_served;
	session->next_served = NULL;
	session->server = NULL;
}

static void remove_opened(struct tn_child_session *session)
{
	struct tn_child_session **at =
		session->client ? &session->client->opened : &session->family->orphans;
	while (*at != session)
		at = &(*at)->next_opened;
	*at = session->next_opened;
}

static struct tn_quota sum(struct tn_quota a, struct tn_quota b)
{
	struct tn_quota total = { a.ram + b.ram, a.caps + b.caps };
	return total;
}

static const struct tn_quota no_quota = { 0, 0 };
static const struct tn_quota price = { TN_CHILD_SESSION_RAM, TN_CHILD_SESSION_CAPS };

/* Ids come back after 2^32 sessions only; then one that is in use is left out. */
static uint32_t new_id(struct tn_child *client)
{
	do {
		client->family->next_id++;
	} while (!client->family->next_id || session_of_client(client, client->family->next_id));
	return client->family->next_id;
}

tn_error session_create(struct tn_child *client, struct tn_quota quota,
			struct tn_child_session **made)
{
	if (client->opened_count >= TN_CHILD_SESSIONS_MAX)
		return TN_ERR_LIMIT;
	if (quota.ram > UINT64_MAX - price.ram || quota.caps > UINT64_MAX - price.caps)
		return TN_ERR_ARGUMENT;
	tn_error error = quota_withdraw(client, sum(price, quota));
	if (error != TN_OK)
		return error;
	struct tn_child_session *session = tn_heap_alloc(sizeof(*session));
	if (!session) {
		quota_return(client, sum(price, quota));
		return TN_ERR_LIMIT;
	}
	__builtin_memset(session, 0, sizeof(*session));
	session->family = client->family;
	session->client = client;
	session->offered = quota;
	session->id = new_id(client);
	session->next_opened = client->opened;
	client->opened = session;
	client->opened_count++;
	*made = session;
	return TN_OK;
}

void session_free(struct tn_child_session *session)
{
	struct tn_child *client = session->client;
	remove_opened(session);
	remove_served(session);
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
	if (session->client && session->client->progress.handle)
		(void)tn_signal_submit(session->client->progress);
}

/*
 * What a PD has may be moved while it lives, by whoever holds its capability. So what is donated to
 * a PD session is not what comes back of it: the difference of the own limits tells. It comes
 * back in the moment in which the own parent says that the session has ended, so that nothing else
 * is counted; this component does the same for its client.
 */
static bool has_accounts(const struct tn_child_session *session)
{
	return text_equal(session->request.service, "PD");
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
	session->donated = sum(session->donated, session->offered);
	session->offered = no_quota;
	if (!has_accounts(session))
		session_settle(session);
	session->state = SESSION_ENDED;
	session->reason = reason;
	remove_served(session);
	session_tell_client(session);
	if (!session->client)
		session_free(session);
}

/* -- at the own parent -- */

static void upstream_progress(struct tn_child_session *session)
{
	const struct tn_upstream *upstream = &session->upstream;
	if (upstream->state == TN_UPSTREAM_READY) {
		session->cap = upstream->cap;
		session->state = SESSION_READY;
		session->donated = sum(session->donated, session->offered);
		session->offered = no_quota;
		session_tell_client(session);
	} else if (upstream->state == TN_UPSTREAM_ENDED) {
		session_end(session, upstream->reason);
	}
}

/* It comes while the own parent says that the session has ended. */
static void note_returned(struct tn_child_session *session, struct tn_quota before)
{
	if (!has_accounts(session) || session->state != SESSION_CLOSING ||
	    session->upstream.state != TN_UPSTREAM_ENDED)
		return;
	struct tn_quota back = quota_difference(own_limits(session), before);
	session->donated = quota_difference(sum(session->donated, back), session->taken);
}

void session_poll(struct tn_child_session *session)
{
	if (!session->at_parent || session->upstream.state != TN_UPSTREAM_WAITING)
		return;
	struct tn_quota before = own_limits(session);
	upstream_poll(session->family, &session->upstream);
	note_returned(session, before);
	upstream_progress(session);
}

static void note_taken(struct tn_child_session *session, struct tn_quota before)
{
	struct tn_quota taken = quota_difference(before, own_limits(session));
	session->taken = sum(session->taken, taken);
}

/* -- opening -- */

static void open_at_parent(struct tn_child_session *session)
{
	struct tn_quota before = own_limits(session);
	session->at_parent = true;
	upstream_open(session->family, &session->upstream, &session->request, session->offered);
	if (session->upstream.state == TN_UPSTREAM_READY)
		note_taken(session, before);
	upstream_progress(session);
}

static void open_at_child(struct tn_child_session *session, struct tn_child *server)
{
	session->server = server;
	append_served(server, session);
	service_ask(session);
}

static void open_here(struct tn_child_session *session, const struct tn_route *route)
{
	const struct session_request *request = &session->request;
	if (!text_equal(request->interface, route->interface->name) ||
	    request->functions > route->interface->count ||
	    request->digest != tn_interface_digest(route->interface, request->functions)) {
		session_end(session, TN_ERR_MISMATCH);
		return;
	}
	session->cap = route->object;
	session->state = SESSION_READY;
}

void session_direct(struct tn_child_session *session, const struct tn_route *route)
{
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
	default:
		session_end(session, route->reason);
	}
}

/* -- upgrading -- */

tn_error session_upgrade(struct tn_child_session *session, struct tn_quota quota)
{
	if (session->state != SESSION_READY)
		return TN_ERR_BUSY;
	if (!session->at_parent && session->owned && !session->server)
		return TN_ERR_GONE;
	tn_error error = quota_withdraw(session->client, quota);
	if (error != TN_OK)
		return error;
	session->has_cap = true;
	session->offered = quota;
	if (session->at_parent) {
		struct tn_quota before = own_limits(session);
		session->state = SESSION_UPGRADING;
		upstream_upgrade(session->family, &session->upstream, quota);
		error = session->upstream.reason;
		if (error == TN_OK) {
			note_taken(session, before);
			upstream_progress(session);
			return TN_OK;
		}
		session->state = SESSION_READY;
		session->offered = no_quota;
		quota_return(session->client, quota);
		return error;
	}
	if (!session->server) {
		session->donated = sum(session->donated, quota); /* kept here until it is closed */
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
	struct tn_quota before = own_limits(session);
	session->state = SESSION_CLOSING;
	upstream_close(session->family, &session->upstream);
	note_returned(session, before);
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
	remove_opened(session);
	session->client->opened_count--;
	session->client = NULL;
	session->next_opened = session->family->orphans;
	session->family->orphans = session;
	if (session->state == SESSION_ENDED)
		session_free(session);
	else
		session_close(session);
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
		session_end(session, session->close_wanted ? TN_OK : TN_ERR_GONE);
		return;
	case SESSION_CLOSING:
		session_end(session, TN_OK);
		return;
	default:
		remove_served(session);
		if (session->client)
			quota_return(session->client, sum(session->donated, session->offered));
		session->donated = session->offered = no_quota;
		session->reason = session->state == SESSION_UPGRADING ? TN_ERR_GONE : TN_OK;
		session->state = SESSION_READY; /* its object is dead: calls say so */
		session_tell_client(session);
		if (session->close_wanted || !session->client)
			session_end(session, TN_OK);
	}
}
