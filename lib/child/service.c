/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a child does as a server: announce, fetch requests, answer them. */

#include "internal.h"

struct tn_child_service *service_find(const struct tn_child *child, const char *name)
{
	struct tn_child_service *service = child->services;
	while (service && !tn_text_equal(service->name, name))
		service = service->next;
	return service;
}

void service_ask(struct tn_child_session *session)
{
	struct tn_child *server = session->server;
	struct tn_child_service *service = service_find(server, session->request.service);
	tn_list_remove(&session->in_queue);
	tn_list_append(service ? &server->pending : &server->unannounced, &session->in_queue);
	if (service)
		(void)tn_signal_submit(service->requests);
}

bool tn_child_announced(const struct tn_child *child, const char *service)
{
	return service_find(child, service);
}

void services_free(struct tn_child *child)
{
	while (child->services) {
		struct tn_child_service *service = child->services;
		child->services = service->next;
		tn_cap_release(service->requests.handle);
		tn_heap_free(service);
	}
}

/* The name is one of those that the policy allows, so there are few; the parent pays for them. */
static struct tn_child_service *service_create(struct tn_child *child, const char *name)
{
	struct tn_child_service *service = tn_heap_alloc(sizeof(*service));
	if (!service)
		return NULL;
	__builtin_memset(service, 0, sizeof(*service));
	tn_text_copy_cut(service->name, sizeof(service->name), name);
	service->next = child->services;
	child->services = service;
	return service;
}

/* Clients may have come before the server. */
static void release_pending(struct tn_child *child, const char *service)
{
	struct tn_list_node *next, *node = tn_list_first(&child->unannounced);
	for (; node; node = next) {
		next = tn_list_next(&child->unannounced, node);
		if (!tn_text_equal(session_in_queue(node)->request.service, service))
			continue;
		tn_list_remove(node);
		tn_list_append(&child->pending, node);
	}
}

tn_error child_announce(void *self, struct tn_request *request, const char *name,
			tn_signal_cap requests)
{
	struct tn_child *child = self;
	struct tn_family *family = child->family;
	(void)request;
	if (!*name)
		return TN_ERR_ARGUMENT;
	if (!family->policy->provides(family->self, child, name))
		return TN_ERR_DENIED;
	tn_error error = tn_cap_retain(requests.handle);
	if (error != TN_OK)
		return error;
	struct tn_child_service *service = service_find(child, name);
	if (!service)
		service = service_create(child, name);
	if (!service) {
		tn_cap_release(requests.handle);
		return TN_ERR_LIMIT;
	}
	tn_cap_release(service->requests.handle);
	service->requests = requests;
	release_pending(child, name);
	(void)tn_signal_submit(requests);
	family_changed(family);
	return TN_OK;
}

/* The quota goes ahead of what it is for. It is here, so that this fails only if the server dies.
 */
static tn_error hand_quota(struct tn_child *server, struct tn_child_session *session)
{
	if (session->state == SESSION_CLOSING)
		return TN_OK;
	tn_error error = quota_give(server, session->offered);
	if (error != TN_OK)
		return error;
	session->donated.ram += session->offered.ram;
	session->donated.caps += session->offered.caps;
	session->offered.ram = session->offered.caps = 0;
	return TN_OK;
}

tn_error child_request_next(void *self, struct tn_request *request, uint32_t *kind, uint32_t *id,
			    char *service, char *label, uint64_t *ram, uint64_t *caps,
			    uint32_t *functions, uint64_t *digest, char *interface)
{
	static const enum tn_request_kind kinds[] = { [SESSION_OPENING] = TN_REQUEST_OPEN,
						      [SESSION_UPGRADING] = TN_REQUEST_UPGRADE,
						      [SESSION_CLOSING] = TN_REQUEST_CLOSE };
	struct tn_child *server = self;
	struct tn_list_node *node = tn_list_first(&server->pending);
	(void)request;
	*kind = TN_REQUEST_NONE;
	*id = 0;
	if (!node)
		return TN_OK;
	struct tn_child_session *session = session_in_queue(node);
	struct tn_quota quota = session->offered;
	tn_error error = hand_quota(server, session);
	if (error != TN_OK)
		return error;
	tn_list_remove(node);
	session->fetched = true;
	*kind = kinds[session->state];
	*id = session->id;
	*ram = quota.ram;
	*caps = quota.caps;
	*functions = session->request.functions;
	*digest = session->request.digest;
	tn_text_copy_cut(service, TN_SERVICE_NAME_MAX + 1, session->request.service);
	tn_text_copy_cut(label, TN_LABEL_MAX + 1, session->request.label);
	tn_text_copy_cut(interface, TN_SERVICE_NAME_MAX + 1, session->request.interface);
	return TN_OK;
}

/* The session that the child may answer for, if it is in that state. */
static struct tn_child_session *answered(struct tn_child *server, uint32_t id,
					 enum session_state state)
{
	struct tn_child_session *session = session_of_server(server, id);
	return session && session->fetched && session->state == state ? session : NULL;
}

static void reclaim_and_end(struct tn_child *server, struct tn_child_session *session,
			    tn_error reason)
{
	session->donated = quota_reclaim(server, session->donated);
	session_end(session, reason);
}

static void answered_ready(struct tn_child_session *session)
{
	session->state = SESSION_READY;
	session->fetched = false;
	if (session->close_wanted) {
		session->close_wanted = false;
		session_close(session);
	} else {
		session_tell_client(session);
		above_progress(session);
	}
}

tn_error child_request_deliver(void *self, struct tn_request *request, uint32_t id, tn_any_cap cap)
{
	struct tn_child_session *session = answered(self, id, SESSION_OPENING);
	(void)request;
	if (!session)
		return TN_ERR_ARGUMENT;
	tn_error error = tn_cap_retain(cap.handle);
	if (error != TN_OK)
		return error;
	session->cap = cap.handle;
	session->owned = true;
	answered_ready(session);
	return TN_OK;
}

tn_error child_request_deny(void *self, struct tn_request *request, uint32_t id, uint32_t reason)
{
	struct tn_child_session *session = answered(self, id, SESSION_OPENING);
	(void)request;
	if (!session)
		return TN_ERR_ARGUMENT;
	bool error = tn_error_of(reason) != TN_OK && reason < TN_ERROR_COUNT;
	reclaim_and_end(self, session, error ? tn_error_of(reason) : TN_ERR_DENIED);
	return TN_OK;
}

tn_error child_request_done(void *self, struct tn_request *request, uint32_t id)
{
	struct tn_child_session *session = answered(self, id, SESSION_UPGRADING);
	(void)request;
	if (session) {
		answered_ready(session);
		return TN_OK;
	}
	session = answered(self, id, SESSION_CLOSING);
	if (!session)
		return TN_ERR_ARGUMENT;
	reclaim_and_end(self, session, TN_OK);
	return TN_OK;
}
