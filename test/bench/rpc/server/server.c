/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The server of the bench: an ordinary one, an object and a signal for each session. */
#include "../peer.h"
#include <tenon/component.h>
#include <tenon/session_list.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct tn_signal ask;
	tn_signal_cap answer;
};

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *sessions;
} server;

static tn_error null(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error data(void *self, struct tn_request *request, const void *bytes, size_t length)
{
	(void)self;
	(void)request;
	(void)bytes;
	(void)length;
	return TN_OK;
}

static tn_error capability(void *self, struct tn_request *request, tn_any_cap given)
{
	(void)self;
	(void)request;
	(void)given;
	return TN_OK;
}

static tn_error words_4(void *self, struct tn_request *request, struct peer_words_4 words)
{
	(void)self;
	(void)request;
	(void)words;
	return TN_OK;
}

static tn_error words_20(void *self, struct tn_request *request, struct peer_words_20 words)
{
	(void)self;
	(void)request;
	(void)words;
	return TN_OK;
}

static tn_error words_60(void *self, struct tn_request *request, struct peer_words_60 words)
{
	(void)self;
	(void)request;
	(void)words;
	return TN_OK;
}

static tn_error capabilities(void *self, struct tn_request *request, tn_any_cap a, tn_any_cap b,
			     tn_any_cap c, tn_any_cap d, tn_any_cap e, tn_any_cap f, tn_any_cap g,
			     tn_any_cap h)
{
	const tn_any_cap given[] = { a, b, c, d, e, f, g, h };
	(void)self;
	(void)request;
	(void)given;
	return TN_OK;
}

static void asked(void *argument)
{
	const struct session *session = argument;
	(void)tn_signal_submit(session->answer); /* a client that is gone needs none */
}

static tn_error signals(void *self, struct tn_request *request, tn_signal_cap answer,
			tn_signal_cap *ask)
{
	struct session *session = self;
	(void)request;
	if (session->ask.cap.handle)
		return TN_ERR_CONFLICT;
	session->ask.handler = asked;
	session->ask.argument = session;
	tn_error error = tn_signal_create(server.entrypoint, &session->ask);
	if (error == TN_OK)
		error = tn_cap_retain(answer.handle);
	if (error != TN_OK)
		return error;
	session->answer = answer;
	*ask = session->ask.cap;
	return TN_OK;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct peer_ops ops = {
		.null = null,
		.data = data,
		.capability = capability,
		.signals = signals,
		.words_4 = words_4,
		.words_20 = words_20,
		.words_60 = words_60,
		.capabilities = capabilities,
	};
	peer_cap cap;
	(void)self;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(session, 0, sizeof(*session));
	tn_error error = peer_serve(server.entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&server.sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&server.sessions, id);
	(void)self;
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_signal_destroy(&session->ask);
	tn_cap_release(session->answer.handle);
	tn_heap_free(session);
}

void component_construct(struct tn_env *env)
{
	static struct tn_service service = {
		.name = "Peer", .interface = &peer_interface, .open = open, .close = close
	};
	server.entrypoint = tn_env_entrypoint(env);
	tn_error error = tn_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot announce: %s", tn_error_text(error));
	tn_exit(1);
}
