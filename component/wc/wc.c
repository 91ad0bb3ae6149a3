/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "count.h"

#include <tenon/component.h>
#include <tenon/feed.h>
#include <tenon/session_list.h>
#include <tenon/wc_session.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct count count;
};

struct server {
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *sessions;
};

/* -- operations of a session -- */

static void restart(struct session *session)
{
	__builtin_memset(&session->count, 0, sizeof(session->count));
}

static tn_error begin(void *self, struct tn_request *request)
{
	struct session *session = self;
	(void)request;
	restart(session);
	return TN_OK;
}

static void take(void *self, const void *data, size_t length)
{
	struct session *session = self;
	count_bytes(&session->count, data, length);
}

static tn_error update(void *self, struct tn_request *request, const void *data, size_t length)
{
	(void)request;
	take(self, data, length);
	return TN_OK;
}

static tn_error update_shared(void *self, struct tn_request *request, tn_dataspace_cap data,
			      uint64_t offset, uint64_t length)
{
	struct session *session = self;
	(void)request;
	tn_error error = tn_feed(data, offset, length, take, session);
	if (error == TN_ERR_FAULT)
		restart(session);
	return error;
}

static tn_error counts(void *self, struct tn_request *request, uint64_t *lines, uint64_t *words,
		       uint64_t *bytes)
{
	const struct session *session = self;
	(void)request;
	*lines = session->count.lines;
	*words = session->count.words;
	*bytes = session->count.bytes;
	return TN_OK;
}

/* -- sessions -- */

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct wc_ops ops = {
		.begin = begin, .update = update, .update_shared = update_shared, .counts = counts
	};
	struct server *server = self;
	wc_cap cap;
	if (request->quota.ram < TN_WC_SESSION_RAM)
		return TN_ERR_OUT_OF_RAM;
	if (request->quota.caps < TN_WC_SESSION_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(session, 0, sizeof(*session));
	tn_error error = wc_serve(server->entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&server->sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct server *server = self;
	struct session *session = (void *)tn_session_list_remove(&server->sessions, id);
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_heap_free(session);
}

void component_construct(struct tn_env *env)
{
	static struct server server;
	static struct tn_service service = { .name = "Wc",
					     .interface = &wc_interface,
					     .self = &server,
					     .open = open,
					     .close = close };
	server.entrypoint = tn_env_entrypoint(env);
	tn_error error = tn_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot announce Wc: %s", tn_error_text(error));
	tn_exit(1);
}
