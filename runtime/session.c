/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sessions, from the client's side and from the server's. */
#include <runtime/runtime.h>

/*
 * Submitted by the parent whenever one of our sessions makes progress. It belongs to the thread
 * that waits for a session; there is one at a time, as the parent knows one signal alone. The lock
 * is held meanwhile: other threads that open or close sessions wait for that one.
 */
static struct tn_signal progress;
static struct tn_mutex progress_lock;

static bool watches(void)
{
	return progress.cap.handle && progress.entrypoint == current_entrypoint();
}

void sessions_forget(struct tn_entrypoint *entrypoint)
{
	tn_mutex_lock(&progress_lock);
	if (progress.entrypoint == entrypoint)
		tn_signal_destroy(&progress);
	tn_mutex_unlock(&progress_lock);
}

static tn_error watch_progress(void)
{
	if (watches())
		return TN_OK;
	tn_signal_destroy(&progress);
	tn_error error = tn_signal_create(current_entrypoint(), &progress);
	if (error == TN_OK)
		error = tn_parent_session_signal(runtime_env.parent, progress.cap);
	if (error != TN_OK)
		tn_signal_destroy(&progress);
	return error;
}

/* Waits until the session is no longer pending. */
static tn_error collect_locked(uint32_t id, tn_handle *session, uint32_t *state)
{
	for (;;) {
		uint32_t reason;
		tn_any_cap cap = { 0 };
		tn_error error =
			tn_parent_session_collect(runtime_env.parent, id, state, &reason, &cap);
		if (error != TN_OK)
			return error;
		if (*state == TN_SESSION_READY) {
			*session = cap.handle;
			return TN_OK;
		}
		if (*state == TN_SESSION_DENIED)
			return tn_error_of(reason);
		bool watched = watches();
		error = watch_progress();
		if (error != TN_OK)
			return error;
		/* Having registered only now, look once more: it may have happened before. */
		if (watched)
			tn_signal_wait(&progress);
	}
}

static tn_error collect(uint32_t id, tn_handle *session, uint32_t *state)
{
	tn_mutex_lock(&progress_lock);
	tn_error error = collect_locked(id, session, state);
	tn_mutex_unlock(&progress_lock);
	return error;
}

ABI tn_error tn_session_open(const char *service, const char *label, struct tn_quota quota,
			     const struct tn_interface *interface, struct tn_session *session)
{
	const struct tn_session_request own = { .interface = interface->name,
						.functions = interface->count,
						.digest = tn_interface_digest(interface,
									      interface->count) };
	return tn_session_open_for(&own, service, label, quota, session);
}

ABI tn_error tn_session_open_for(const struct tn_session_request *request, const char *service,
				 const char *label, struct tn_quota quota,
				 struct tn_session *session)
{
	uint32_t state, id;
	tn_error error = tn_parent_session_open(runtime_env.parent, service, label, quota.ram,
						quota.caps, request->functions, request->digest,
						request->interface, &id);
	if (error != TN_OK)
		return error;
	tn_handle cap = 0;
	error = collect(id, &cap, &state);
	if (error == TN_OK && !cap)
		error = TN_ERR_GONE;
	if (error != TN_OK) {
		tn_error ignored = tn_parent_session_close(runtime_env.parent, id);
		(void)ignored; /* the parent may have forgotten it already */
		return error;
	}
	session->cap = cap;
	session->id = id;
	return TN_OK;
}

ABI tn_error tn_session_upgrade(struct tn_session *session, struct tn_quota quota)
{
	uint32_t state;
	tn_handle cap = 0;
	tn_error error =
		tn_parent_session_upgrade(runtime_env.parent, session->id, quota.ram, quota.caps);
	return error == TN_OK ? collect(session->id, &cap, &state) : error;
}

ABI void tn_session_close(struct tn_session *session)
{
	uint32_t state = TN_SESSION_READY;
	tn_handle cap = 0;
	if (!session->id)
		return;
	tn_cap_release(session->cap);
	tn_error error = tn_parent_session_close(runtime_env.parent, session->id);
	/* The parent forgets the session when it has told us of its end. */
	while (error == TN_OK && state != TN_SESSION_DENIED)
		error = collect(session->id, &cap, &state);
	session->cap = 0;
	session->id = 0;
}

/* -- the server's side -- */

static struct tn_service *services;
static struct tn_signal requests;
static struct tn_mutex services_lock; /* never held while the parent is called */

struct session_request {
	uint32_t kind, id, functions;
	uint64_t ram, caps, digest;
	char service[TN_SERVICE_NAME_MAX + 1], label[TN_LABEL_MAX + 1], interface[32];
};

static struct tn_service *find_locked(const char *name)
{
	for (struct tn_service *service = services; service; service = service->next) {
		size_t i = 0;
		while (name[i] && name[i] == service->name[i])
			i++;
		if (name[i] == service->name[i])
			return service;
	}
	return NULL;
}

static struct tn_service *find_service(const char *name)
{
	tn_mutex_lock(&services_lock);
	struct tn_service *service = find_locked(name);
	tn_mutex_unlock(&services_lock);
	return service;
}

static bool fits(const struct tn_service *service, const struct session_request *request)
{
	const struct tn_interface *ours = service->interface;
	if (!ours || (request->functions <= ours->count &&
		      tn_interface_digest(ours, request->functions) == request->digest))
		return true;
	tn_log("session of \"%s\" refused: its interface %s with %u functions differs from %s with "
	       "%u",
	       request->label, request->interface, request->functions, ours->name, ours->count);
	return false;
}

static tn_error open_session(struct tn_service *service, const struct session_request *request)
{
	struct tn_session_request told = {
		.id = request->id,
		.label = request->label,
		.quota = { request->ram, request->caps },
		.interface = request->interface,
		.functions = request->functions,
		.digest = request->digest,
	};
	tn_handle object = 0;
	if (!fits(service, request))
		return TN_ERR_MISMATCH;
	tn_error error = service->open(service->self, &told, &object);
	if (error != TN_OK)
		return error;
	error = tn_parent_request_deliver(runtime_env.parent, request->id, (tn_any_cap){ object });
	if (error != TN_OK)
		service->close(service->self, request->id);
	return error;
}

static void answer(const struct session_request *request)
{
	struct tn_service *service = find_service(request->service);
	tn_error error = TN_ERR_NO_SERVICE;
	if (request->kind == TN_REQUEST_OPEN) {
		if (service)
			error = open_session(service, request);
		if (error != TN_OK)
			error = tn_parent_request_deny(runtime_env.parent, request->id,
						       tn_error_number(error));
		return;
	}
	if (service && request->kind == TN_REQUEST_UPGRADE && service->upgrade)
		service->upgrade(service->self, request->id,
				 (struct tn_quota){ request->ram, request->caps });
	if (service && request->kind == TN_REQUEST_CLOSE)
		service->close(service->self, request->id);
	error = tn_parent_request_done(runtime_env.parent, request->id);
	(void)error; /* the client may be gone meanwhile */
}

static void serve_requests(void *argument)
{
	(void)argument;
	for (;;) {
		struct session_request r;
		tn_error error = tn_parent_request_next(runtime_env.parent, &r.kind, &r.id,
							r.service, r.label, &r.ram, &r.caps,
							&r.functions, &r.digest, r.interface);
		if (error != TN_OK || r.kind == TN_REQUEST_NONE)
			return;
		answer(&r);
	}
}

static void unlink_service(const struct tn_service *service)
{
	struct tn_service **at = &services;
	tn_mutex_lock(&services_lock);
	while (*at != service)
		at = &(*at)->next;
	*at = service->next;
	tn_mutex_unlock(&services_lock);
}

/* Requests are served by the main entrypoint, whoever announces. */
static tn_error link_service(struct tn_service *service)
{
	tn_error error = TN_OK;
	tn_mutex_lock(&services_lock);
	if (!requests.cap.handle) {
		requests.handler = serve_requests;
		error = tn_signal_create(&runtime_entrypoint, &requests);
	}
	if (error == TN_OK) {
		service->next = services;
		services = service;
	}
	tn_mutex_unlock(&services_lock);
	return error;
}

ABI tn_error tn_service_announce(struct tn_service *service)
{
	tn_error error = link_service(service);
	if (error != TN_OK)
		return error;
	error = tn_parent_announce(runtime_env.parent, service->name, requests.cap);
	if (error != TN_OK)
		unlink_service(service);
	return error;
}
