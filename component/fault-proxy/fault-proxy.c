/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "fault-proxy.h"

#include <tenon/component.h>
#include <tenon/rom_server.h>
#include <tenon/text.h>

static struct tn_entrypoint *entrypoint;

/* -- sessions -- */

static tn_error connect(struct session *session, const struct tn_session_request *request)
{
	tn_error error = rules_for_opening(session);
	if (error == TN_OK)
		error = tn_session_open_for(request, session->proxied->name, session->label,
					    request->quota, &session->upstream);
	if (error != TN_OK)
		return error;
	session->object.dispatch = forward;
	session->object.self = session;
	error = tn_object_create(entrypoint, &session->object);
	if (error != TN_OK)
		tn_session_close(&session->upstream);
	return error;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	struct proxied *proxied = self;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	memset(session, 0, sizeof(*session));
	session->proxied = proxied;
	session->random = proxied->seed;
	(void)tn_text_copy_cut(session->label, sizeof(session->label),
			       tn_label_last(request->label));
	tn_error error = connect(session, request);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&proxied->sessions, &session->node, request->id);
	*object = session->object.handle;
	return TN_OK;
}

static void upgrade(void *self, uint32_t id, struct tn_quota quota)
{
	const struct proxied *proxied = self;
	struct tn_session_node *node = proxied->sessions;
	while (node && node->id != id)
		node = node->next;
	if (node && tn_session_upgrade(&((struct session *)(void *)node)->upstream, quota) != TN_OK)
		tn_log("%s: an upgrade went no further", proxied->name);
}

static void close(void *self, uint32_t id)
{
	struct proxied *proxied = self;
	struct session *session = (void *)tn_session_list_remove(&proxied->sessions, id);
	if (!session)
		return;
	tn_object_destroy(&session->object);
	for (size_t i = 0; i < SIGNALS_MAX; i++)
		tn_cap_release(session->signals[i].handle);
	tn_session_close(&session->upstream);
	tn_heap_free(session);
}

static tn_error announce(struct proxied *proxied)
{
	proxied->service = (struct tn_service){ .name = proxied->name,
						.self = proxied,
						.open = open,
						.upgrade = upgrade,
						.close = close };
	return tn_service_announce(&proxied->service);
}

void component_construct(struct tn_env *env)
{
	struct proxied *proxied = config_read();
	entrypoint = tn_env_entrypoint(env);
	tn_error error = forward_init(entrypoint);
	for (; proxied && error == TN_OK; proxied = proxied->next)
		error = announce(proxied);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
