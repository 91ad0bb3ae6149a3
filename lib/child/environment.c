/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a child starts with beside its PD: log, executable, CPU. Sessions like any other, but that
 * the child does not pay their price, cannot name them, and has them for its life. */

#include "internal.h"

static const struct tn_quota donation = { TN_CHILD_ENVIRONMENT_RAM, TN_CHILD_ENVIRONMENT_CAPS };

/* A child that serves wants to be paid; core is paid by who asks. */
static tn_error donate(struct tn_child_session *session, const struct tn_route *route)
{
	if (route->target != TN_ROUTE_CHILD && route->target != TN_ROUTE_WAIT)
		return TN_OK;
	tn_error error = quota_withdraw(session->client, donation);
	if (error == TN_OK)
		session->offered = donation;
	return error;
}

static tn_error open_part(struct tn_child *child, struct tn_child_session **place,
			  const char *service, const char *label,
			  const struct tn_interface *interface)
{
	struct tn_route route;
	struct tn_child_session *session = session_create_free(child->family);
	if (!session)
		return TN_ERR_LIMIT;
	*place = session;
	session->origin = CLIENT_ENVIRONMENT;
	session->client = child;
	tn_list_append(&child->opened, &session->in_client);
	struct session_request *request = &session->request;
	request->functions = interface->count;
	request->digest = tn_interface_digest(interface, interface->count);
	tn_text_copy_cut(request->service, sizeof(request->service), service);
	tn_text_copy_cut(request->interface, sizeof(request->interface), interface->name);
	tn_error error = tn_text_copy(request->asked, sizeof(request->asked), label);
	if (error != TN_OK)
		return error;
	route_ask(session, &route);
	error = donate(session, &route);
	if (error == TN_OK)
		session_direct(session, &route);
	return error;
}

tn_error environment_open(struct tn_child *child)
{
	tn_error error = open_part(child, &child->log, "LOG", "", &tn_log_interface);
	if (error == TN_OK)
		error = open_part(child, &child->rom, "ROM", child->binary, &tn_rom_interface);
	if (error == TN_OK)
		error = open_part(child, &child->cpu, "CPU", "", &tn_cpu_interface);
	return error;
}

tn_error environment_ready(const struct tn_child *child)
{
	const struct tn_child_session *all[] = { child->log, child->rom, child->cpu };
	tn_error error = TN_OK;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i]->state == SESSION_ENDED)
			return all[i]->reason ? all[i]->reason : TN_ERR_GONE;
		if (all[i]->state != SESSION_READY)
			error = TN_ERR_AGAIN;
	}
	return error;
}
