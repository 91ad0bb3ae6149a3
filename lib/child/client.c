/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a child asks for: its environment, sessions, its end. */

#include "internal.h"

tn_error child_environment(void *self, struct tn_request *request, uint32_t *flags, char *name,
			   tn_pd_cap *pd, tn_log_cap *log, tn_rom_cap *binary, tn_cpu_cap *cpu)
{
	const struct tn_child *child = self;
	(void)request;
	*flags = child->family->flags;
	tn_text_copy_cut(name, TN_LABEL_MAX + 1, child->name);
	pd->handle = child->pd.cap;
	log->handle = child->log->cap;
	binary->handle = child->rom->cap;
	cpu->handle = child->cpu->cap;
	return TN_OK;
}

tn_error child_session_signal(void *self, struct tn_request *request, tn_signal_cap progress)
{
	struct tn_child *child = self;
	(void)request;
	tn_error error = tn_cap_retain(progress.handle);
	if (error != TN_OK)
		return error;
	tn_cap_release(child->progress.handle);
	child->progress = progress;
	return TN_OK;
}

/* Names and labels appear in logs and select rights: nothing invisible in them. */
static bool printable(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 127)
			return false;
	}
	return true;
}

static tn_error describe(struct session_request *request, const char *service, const char *label,
			 uint32_t functions, uint64_t digest, const char *interface)
{
	if (!printable(service) || !*service || !printable(label) || !printable(interface))
		return TN_ERR_ARGUMENT;
	request->functions = functions;
	request->digest = digest;
	tn_error error = tn_text_copy(request->service, sizeof(request->service), service);
	if (error == TN_OK)
		error = tn_text_copy(request->interface, sizeof(request->interface), interface);
	if (error == TN_OK)
		error = tn_text_copy(request->asked, sizeof(request->asked), label);
	return error;
}

tn_error child_session_open(void *self, struct tn_request *request, const char *service,
			    const char *label, uint64_t ram, uint64_t caps, uint32_t functions,
			    uint64_t digest, const char *interface, uint32_t *id)
{
	struct tn_child *child = self;
	struct session_request description;
	struct tn_child_session *session;
	struct tn_quota quota = { ram, caps };
	struct tn_route route;
	(void)request;
	tn_error error = describe(&description, service, label, functions, digest, interface);
	if (error == TN_OK)
		error = session_create(child, quota, &session);
	if (error != TN_OK)
		return error;
	session->request = description;
	*id = session->id;
	route_ask(session, &route);
	session_direct(session, &route);
	return TN_OK;
}

/* The server went before the client got the session's capability. */
static bool died_early(const struct tn_child_session *session)
{
	return session->owned && !session->server && !session->has_cap;
}

tn_error child_session_collect(void *self, struct tn_request *request, uint32_t id, uint32_t *state,
			       uint32_t *reason, tn_any_cap *cap)
{
	struct tn_child_session *session = session_of_client(self, id);
	(void)request;
	if (!session)
		return TN_ERR_ARGUMENT;
	session_poll(session);
	*state = TN_SESSION_PENDING;
	*reason = tn_error_number(TN_OK);
	if (session->state == SESSION_READY && session->reason != TN_OK) {
		*state = TN_SESSION_DENIED; /* the upgrade; the session is there as before */
		*reason = tn_error_number(session->reason);
		session->reason = TN_OK;
	} else if (session->state == SESSION_READY && died_early(session)) {
		*state = TN_SESSION_DENIED;
		*reason = tn_error_number(TN_ERR_GONE);
		session_free(session);
	} else if (session->state == SESSION_READY) {
		*state = TN_SESSION_READY;
		if (!session->has_cap)
			cap->handle = session->cap;
	} else if (session->state == SESSION_ENDED) {
		*state = TN_SESSION_DENIED;
		*reason = tn_error_number(session->reason);
		session_settle(session);
		session_free(session);
	}
	return TN_OK;
}

tn_error child_session_upgrade(void *self, struct tn_request *request, uint32_t id, uint64_t ram,
			       uint64_t caps)
{
	struct tn_child_session *session = session_of_client(self, id);
	struct tn_quota quota = { ram, caps };
	(void)request;
	return session ? session_upgrade(session, quota) : TN_ERR_ARGUMENT;
}

tn_error child_session_close(void *self, struct tn_request *request, uint32_t id)
{
	struct tn_child_session *session = session_of_client(self, id);
	(void)request;
	if (!session)
		return TN_ERR_ARGUMENT;
	session_close(session);
	return TN_OK;
}

/* The child is in a call to here: it is buried by the next handling of `work`, not below its feet.
 */
tn_error child_exit(void *self, struct tn_request *request, int32_t value)
{
	struct tn_child *child = self;
	(void)request;
	if (child->state != TN_CHILD_RUNNING)
		return TN_OK;
	child->state = TN_CHILD_ENDING;
	child->end.cause = TN_CHILD_EXITED;
	child->end.value = value;
	child_wake(child);
	return TN_OK;
}
