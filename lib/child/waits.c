/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Children who wait for each other. A child waits for another while a session that it opens is of a
 * service that the other has not announced. A circle of such waits is no error for certain: another
 * thread may still announce. So it is named in the log, and left to those who can end it.
 */

#include "internal.h"

enum { PATH_MAX = 8 };

/* The first session after `node`, or of all, by which `child` waits for another child. */
static struct tn_child_session *next_wait(const struct tn_child *child, struct tn_list_node *node)
{
	node = node ? tn_list_next(&child->opened, node) : tn_list_first(&child->opened);
	for (; node; node = tn_list_next(&child->opened, node)) {
		struct tn_child_session *session = session_in_client(node);
		if (session->state == SESSION_OPENING && session->server &&
		    !tn_child_announced(session->server, session->request.service))
			return session;
	}
	return NULL;
}

/* Depth first, the way back in the children themselves: a mark keeps each to one visit. */
static bool leads_to(struct tn_family *family, struct tn_child *from, const struct tn_child *to)
{
	struct tn_child *child = from;
	uint32_t search = ++family->search;
	from->searched = search;
	from->searched_from = NULL;
	while (child) {
		struct tn_child *next = NULL;
		struct tn_child_session *session = next_wait(child, NULL);
		for (; session && !next; session = next_wait(child, &session->in_client)) {
			if (session->server->searched != search)
				next = session->server;
		}
		if (next) {
			next->searched = search;
			next->searched_from = child;
			if (next == to)
				return true;
			child = next;
		} else {
			child = child->searched_from;
		}
	}
	return false;
}

static const char *wanted_of(const struct tn_child *client, const struct tn_child *server)
{
	struct tn_child_session *session = next_wait(client, NULL);
	while (session && session->server != server)
		session = next_wait(client, &session->in_client);
	return session ? session->request.service : "something";
}

/* Backwards: `to` is waited for by searched_from, and so on. */
static void name_circle(const struct tn_child *client, const struct tn_child *server,
			const char *service)
{
	const struct tn_child *child = client;
	tn_log("%s waits for %s of %s, which waits in turn: nobody in this circle has announced",
	       client->name, service, server->name);
	for (unsigned i = 0; i < PATH_MAX && child->searched_from; i++) {
		const struct tn_child *from = child->searched_from;
		tn_log("  %s waits for %s of %s", from->name, wanted_of(from, child), child->name);
		child = from;
	}
}

void waits_check(const struct tn_child_session *session)
{
	struct tn_child *client = session->client, *server = session->server;
	const char *service = session->request.service;
	if (!client || !server || tn_child_announced(server, service))
		return;
	if (client == server)
		tn_log("%s waits for %s of itself", client->name, service);
	else if (leads_to(session->family, server, client))
		name_circle(client, server, service);
}
