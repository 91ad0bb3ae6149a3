/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>
#include <core/work.h>
#include <tenon/tree.h>

struct time_session {
	struct object object;
	tn_handle reached; /* core's capability to the client's signal */
	uint64_t deadline;
	struct tn_tree_node in_waiting;
};

static int order(const void *key, const struct tn_tree_node *node)
{
	uint64_t deadline = *(const uint64_t *)key;
	const struct time_session *session =
		TN_CONTAINER_OF_CONST(node, struct time_session, in_waiting);
	return (deadline > session->deadline) - (deadline < session->deadline);
}

/* Those with a deadline. */
static struct tn_tree waiting = TN_TREE_INIT(order);

static struct time_session *earliest(void)
{
	struct tn_tree_node *node = tn_tree_first(&waiting);
	return node ? TN_CONTAINER_OF(node, struct time_session, in_waiting) : NULL;
}

/* Tells the port the earliest of all. */
static void program(void)
{
	struct time_session *session = earliest();
	port_deadline(session ? session->deadline : UINT64_MAX);
}

static void set_deadline(struct time_session *session, uint64_t ns)
{
	tn_tree_remove(&waiting, &session->in_waiting);
	session->deadline = ns;
	if (ns != UINT64_MAX)
		tn_tree_add(&waiting, &session->deadline, &session->in_waiting);
}

void time_step(void)
{
	uint64_t now = port_time();
	struct time_session *session;
	while ((session = earliest()) && session->deadline <= now) {
		if (!work_left()) {
			work_wanted();
			return; /* the port is not asked before all have been told */
		}
		work_spend(2);
		set_deadline(session, UINT64_MAX);
		cap_submit(session->reached);
	}
	program();
}

void core_deadline(void)
{
	work_begin();
	time_step();
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
	set_deadline(session, ns);
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
	object_init(&session->object, OBJECT_TIME, payer);
	session->deadline = UINT64_MAX;
	*made = &session->object;
	return TN_OK;
}

void time_free(struct object *object)
{
	struct time_session *session = TN_CONTAINER_OF(object, struct time_session, object);
	set_deadline(session, UINT64_MAX);
	cap_drop(&session->reached);
	program();
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(session, sizeof(*session));
}

tn_error time_request(struct object *object, struct tn_request *request)
{
	static const struct tn_time_ops ops = { .now = now, .watch = watch, .deadline = deadline };
	return tn_time_dispatch(&ops, TN_CONTAINER_OF(object, struct time_session, object),
				request);
}
