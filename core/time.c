/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>

struct time_session {
	struct object object;
	tn_handle reached; /* core's capability to the client's signal */
	uint64_t deadline;
	struct list_node in_sessions;
};

static struct list sessions;

/* Tells the port the earliest of all. */
static void program(void)
{
	uint64_t earliest = UINT64_MAX;
	struct list_node *node = list_first(&sessions);
	for (; node; node = list_next(&sessions, node)) {
		struct time_session *session = list_entry(node, struct time_session, in_sessions);
		if (session->deadline < earliest)
			earliest = session->deadline;
	}
	port_deadline(earliest);
}

void core_deadline(void)
{
	uint64_t now = port_time();
	struct list_node *node = sessions.head.next ? list_first(&sessions) : NULL;
	for (; node; node = list_next(&sessions, node)) {
		struct time_session *session = list_entry(node, struct time_session, in_sessions);
		if (session->deadline > now)
			continue;
		session->deadline = UINT64_MAX;
		cap_submit(session->reached);
	}
	if (sessions.head.next)
		program();
}

static tn_error now(void *self, struct tn_request *request, uint64_t *ns)
{
	(void)self;
	(void)request;
	*ns = port_time();
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap reached)
{
	struct time_session *session = self;
	(void)request;
	return cap_hold(core_caller(), reached.handle, OBJECT_SIGNAL, &session->reached);
}

static tn_error deadline(void *self, struct tn_request *request, uint64_t ns)
{
	struct time_session *session = self;
	(void)request;
	session->deadline = ns;
	program();
	return TN_OK;
}

tn_error time_create(struct pd *payer, struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct time_session *session = core_alloc(sizeof(*session));
	if (!session) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	if (!sessions.head.next)
		list_init(&sessions);
	object_init(&session->object, OBJECT_TIME, payer);
	session->deadline = UINT64_MAX;
	list_append(&sessions, &session->in_sessions);
	*made = &session->object;
	return TN_OK;
}

void time_free(struct object *object)
{
	struct time_session *session = list_entry(object, struct time_session, object);
	list_remove(&session->in_sessions);
	cap_drop(&session->reached);
	program();
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(session, sizeof(*session));
}

tn_error time_request(struct object *object, struct tn_request *request)
{
	static const struct tn_time_ops ops = { .now = now, .watch = watch, .deadline = deadline };
	return tn_time_dispatch(&ops, list_entry(object, struct time_session, object), request);
}
