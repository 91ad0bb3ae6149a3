/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/component.h>
#include <tenon/feed.h>
#include <tenon/session_list.h>
#include <tenon/sha256_session.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct tn_sha256 sha;
};

struct server {
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *sessions;
};

/* -- operations of a session -- */

static tn_error begin(void *self, struct tn_request *request)
{
	struct session *session = self;
	(void)request;
	tn_sha256_begin(&session->sha);
	return TN_OK;
}

static void take(void *self, const void *data, size_t length)
{
	struct session *session = self;
	tn_sha256_update(&session->sha, data, length);
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
		tn_sha256_begin(&session->sha);
	return error;
}

static tn_error digest(void *self, struct tn_request *request, void *bytes, size_t *length)
{
	struct tn_sha256 copy = ((const struct session *)self)->sha;
	(void)request;
	tn_sha256_end(&copy, bytes);
	*length = TN_SHA256_SIZE;
	return TN_OK;
}

/* -- sessions -- */

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct sha256_ops ops = {
		.begin = begin, .update = update, .update_shared = update_shared, .digest = digest
	};
	struct server *server = self;
	sha256_cap cap;
	if (request->quota.ram < TN_SHA256_SESSION_RAM)
		return TN_ERR_OUT_OF_RAM;
	if (request->quota.caps < TN_SHA256_SESSION_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(session, 0, sizeof(*session));
	tn_sha256_begin(&session->sha);
	tn_error error = sha256_serve(server->entrypoint, &session->object, &ops, session, &cap);
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
	static struct tn_service service = { .name = "Sha256",
					     .interface = &sha256_interface,
					     .self = &server,
					     .open = open,
					     .close = close };
	server.entrypoint = tn_env_entrypoint(env);
	tn_error error = tn_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot announce Sha256: %s", tn_error_text(error));
	tn_exit(1);
}
