/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The Report service: a buffer per session, paid by the reporter. */

#include "report-rom.h"

#include <tenon/component.h>
#include <tenon/report.h>
#include <tenon/text.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct policy *policy; /* the first that takes this report */
	tn_dataspace_cap buffer;
	void *at;
	uint64_t size;
};

static struct {
	struct tn_entrypoint *entrypoint;
	struct policy *policies;
	struct tn_session_node *sessions;
} server;

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	const struct session *session = self;
	(void)request;
	*size = session->size;
	*cap = session->buffer;
	return TN_OK;
}

static struct policy *next_policy(struct policy *policy, const char *report)
{
	while (policy && !tn_text_equal(policy->report, report))
		policy = policy->next;
	return policy;
}

/* One report may become several ROMs. Publishing copies it, whatever the reporter does meanwhile.
 */
static tn_error submit(void *self, struct tn_request *request, uint64_t length)
{
	const struct session *session = self;
	struct policy *policy = session->policy;
	tn_error error = TN_OK;
	(void)request;
	if (length > session->size)
		return TN_ERR_TOO_LONG;
	for (; policy; policy = next_policy(policy->next, session->policy->report)) {
		tn_error one = TN_ERR_TOO_LONG;
		if (length <= policy->limit)
			one = tn_rom_source_publish(&policy->source, session->at, (size_t)length);
		if (one != TN_OK)
			error = one;
	}
	return error;
}

/* -- sessions -- */

/* The size of the buffer that a donation pays for; 0: none. */
static uint64_t affordable(uint64_t ram)
{
	if (ram < TN_REPORT_RAM(1))
		return 0;
	uint64_t pages = (ram - TN_REPORT_OVERHEAD) / (TN_PAGE_SIZE + TN_PAGE_SIZE / 256);
	return pages * TN_PAGE_SIZE;
}

static tn_error make_buffer(struct session *session)
{
	tn_error error = tn_dataspace_alloc((size_t)session->size, &session->buffer);
	if (error != TN_OK)
		return error;
	error = tn_attach(session->buffer, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &session->at);
	if (error != TN_OK)
		tn_dataspace_free(session->buffer);
	return error;
}

static tn_error serve(struct session *session, tn_handle *object)
{
	static const struct tn_report_ops ops = { .dataspace = dataspace, .submit = submit };
	tn_report_cap cap;
	tn_error error = make_buffer(session);
	if (error != TN_OK)
		return error;
	error = tn_report_serve(server.entrypoint, &session->object, &ops, session, &cap);
	if (error == TN_OK)
		*object = cap.handle;
	else
		tn_dataspace_free(session->buffer);
	return error;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	struct policy *policy = next_policy(server.policies, request->label);
	uint64_t size = affordable(request->quota.ram);
	(void)self;
	if (!policy) {
		tn_log("report \"%s\" refused: no `rom` of the configuration takes it",
		       request->label);
		return TN_ERR_DENIED;
	}
	if (!size)
		return TN_ERR_OUT_OF_RAM;
	if (request->quota.caps < TN_REPORT_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	memset(session, 0, sizeof(*session));
	session->policy = policy;
	session->size = size;
	tn_error error = serve(session, object);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&server.sessions, &session->node, request->id);
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&server.sessions, id);
	(void)self;
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_dataspace_free(session->buffer);
	tn_heap_free(session);
}

tn_error reports_announce(struct tn_entrypoint *entrypoint, struct policy *policies)
{
	static struct tn_service service = {
		.name = "Report", .interface = &tn_report_interface, .open = open, .close = close
	};
	server.entrypoint = entrypoint;
	server.policies = policies;
	return tn_service_announce(&service);
}
