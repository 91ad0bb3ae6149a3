/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "../subject.h"

#include <tenon/session_list.h>

struct session {
	struct tn_session_node node;
	struct tn_object object;
	struct tn_quota upgraded;
	char label[TN_LABEL_MAX + 1];
};

static struct tn_env *environment;
static struct tn_entrypoint *entrypoint;
static struct tn_session_node *sessions;
static tn_signal_cap changed;
static uint64_t closed_count;

static void die(void)
{
	__builtin_trap();
}

static tn_error label(void *self, struct tn_request *request, char *text)
{
	const struct session *session = self;
	(void)request;
	__builtin_memcpy(text, session->label, sizeof(session->label));
	return TN_OK;
}

static tn_error upgraded(void *self, struct tn_request *request, uint64_t *ram, uint64_t *caps)
{
	const struct session *session = self;
	(void)request;
	*ram = session->upgraded.ram;
	*caps = session->upgraded.caps;
	return TN_OK;
}

static tn_error closed(void *self, struct tn_request *request, uint64_t *count)
{
	(void)self;
	(void)request;
	*count = closed_count;
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap signal)
{
	(void)self;
	(void)request;
	tn_error error = tn_cap_retain(signal.handle);
	if (error == TN_OK)
		changed = signal;
	return error;
}

static tn_error rob(void *self, struct tn_request *request, tn_any_cap pd, uint64_t *ram)
{
	struct tn_accounts accounts;
	(void)self;
	(void)request;
	tn_error error = tn_pd_accounts(tn_env_pd(environment), &accounts);
	if (error != TN_OK)
		return error;
	*ram = accounts.ram_limit - accounts.ram_used;
	return tn_pd_transfer_quota(tn_env_pd(environment), pd, *ram, 0);
}

static tn_error fault(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	die();
	return TN_OK;
}

/* Whether the label's last part is `word`. */
static bool asks_for(const char *text, const char *word)
{
	size_t length = 0, wanted = 0;
	while (text[length])
		length++;
	while (word[wanted])
		wanted++;
	return length >= wanted && __builtin_memcmp(text + length - wanted, word, wanted) == 0;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct subject_ops ops = { .label = label,
						.upgraded = upgraded,
						.closed = closed,
						.watch = watch,
						.rob = rob,
						.fault = fault };
	subject_cap cap;
	(void)self;
	if (asks_for(request->label, "deny"))
		return TN_ERR_BUSY;
	if (asks_for(request->label, "fault-open"))
		die();
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(session, 0, sizeof(*session));
	tn_format(session->label, sizeof(session->label), "%s", request->label);
	tn_error error = subject_serve(entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void upgrade(void *self, uint32_t id, struct tn_quota quota)
{
	(void)self;
	for (struct tn_session_node *node = sessions; node; node = node->next) {
		struct session *session = (void *)node;
		if (node->id != id)
			continue;
		session->upgraded.ram += quota.ram;
		session->upgraded.caps += quota.caps;
	}
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&sessions, id);
	(void)self;
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_heap_free(session);
	closed_count++;
	(void)tn_signal_submit(changed);
}

void component_construct(struct tn_env *env)
{
	static struct tn_service service = { .name = "Subject",
					     .interface = &subject_interface,
					     .open = open,
					     .upgrade = upgrade,
					     .close = close };
	environment = env;
	entrypoint = tn_env_entrypoint(env);
	if (tn_service_announce(&service) != TN_OK)
		tn_exit(1);
}
