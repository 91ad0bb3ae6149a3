/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "desk.h"
#include <tenon/session_list.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	char label[TN_LABEL_MAX + 1];
};

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *sessions;
	struct desk_counts counts;
	struct tn_signal never;
	tn_signal_cap killer;
	tn_dataspace_cap spent;
	tn_signal_cap bell;
} desk;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error counts(void *self, struct tn_request *request, struct desk_counts *now)
{
	(void)self;
	(void)request;
	*now = desk.counts;
	return TN_OK;
}

static tn_error label(void *self, struct tn_request *request, char *text)
{
	const struct session *session = self;
	(void)request;
	memcpy(text, session->label, sizeof(session->label));
	return TN_OK;
}

static tn_error die(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	(void)tn_signal_submit(desk.killer);
	tn_signal_wait(&desk.never);
	return TN_OK;
}

static tn_error ring_at_close(void *self, struct tn_request *request, tn_signal_cap bell)
{
	(void)self;
	(void)request;
	tn_cap_release(desk.bell.handle);
	desk.bell = bell;
	return bell.handle ? tn_cap_retain(bell.handle) : TN_OK;
}

static tn_error spend(void *self, struct tn_request *request, uint64_t ram)
{
	(void)self;
	(void)request;
	return tn_dataspace_alloc(ram, &desk.spent);
}

static tn_error unspend(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_dataspace_free(desk.spent);
	return TN_OK;
}

/* -- sessions: the last part of the label says what to do -- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = 0, end_length = 0;
	while (text[length])
		length++;
	while (end[end_length])
		end_length++;
	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

static tn_error judge(const struct tn_session_request *request)
{
	if (ends_with(request->label, "refuse"))
		return TN_ERR_BUSY;
	if (ends_with(request->label, "strict") && request->quota.ram < DESK_RAM)
		return TN_ERR_OUT_OF_RAM;
	if (ends_with(request->label, "strict") && request->quota.caps < DESK_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	return TN_OK;
}

static void copy_label(struct session *session, const char *text)
{
	size_t n = 0;
	do
		session->label[n] = text[n];
	while (text[n++]);
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct desk_ops ops = { .echo = echo,
					     .counts = counts,
					     .label = label,
					     .die = die,
					     .ring_at_close = ring_at_close,
					     .spend = spend,
					     .unspend = unspend };
	desk_cap cap;
	(void)self;
	tn_error error = judge(request);
	if (error != TN_OK) {
		desk.counts.refused++;
		return error;
	}
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	memset(session, 0, sizeof(*session));
	copy_label(session, request->label);
	TN_MUST(desk_serve(desk.entrypoint, &session->object, &ops, session, &cap));
	tn_session_list_add(&desk.sessions, &session->node, request->id);
	desk.counts.opened++;
	desk.counts.last_open = request->quota;
	*object = cap.handle;
	return TN_OK;
}

static void upgrade(void *self, uint32_t id, struct tn_quota quota)
{
	(void)self;
	(void)id;
	desk.counts.upgraded++;
	desk.counts.last_upgrade = quota;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&desk.sessions, id);
	(void)self;
	if (!session)
		return;
	desk.counts.closed++;
	(void)tn_signal_submit(desk.bell);
	tn_object_destroy(&session->object);
	tn_heap_free(session);
}

void play_desk(struct tn_env *env)
{
	static struct tn_service service = { .name = "Desk",
					     .interface = &desk_interface,
					     .open = open,
					     .upgrade = upgrade,
					     .close = close };
	desk.entrypoint = tn_env_entrypoint(env);
	desk.killer = tn_actor_killer(tn_env_name(env));
	TN_MUST(tn_signal_create(desk.entrypoint, &desk.never));
	tn_heap_free(
		tn_heap_alloc(sizeof(struct session))); /* its heap is there before all counting */
	TN_MUST(tn_service_announce(&service));
}
