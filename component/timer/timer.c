/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Many timeouts out of core's one deadline. */

#include <tenon/component.h>
#include <tenon/session_list.h>
#include <tenon/time.h>
#include <tenon/timer.h>

/* A shorter period would keep the server busy for one client's sake. */
enum { SHORTEST_PERIOD_US = 100 };

struct session {
	struct tn_session_node node;
	struct tn_object object;
	tn_signal_cap expired;
	uint64_t deadline; /* ns; UINT64_MAX: none */
	uint64_t period;   /* ns; 0: once */
};

static struct server {
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *sessions;
	tn_time_cap time;
	struct tn_signal reached;
} server;

static uint64_t clock_ns(void)
{
	uint64_t ns = 0;
	/* Core is always there: no answer would mean no component either. */
	return tn_time_now(server.time, &ns) == TN_OK ? ns : 0;
}

static void program_earliest(void)
{
	uint64_t earliest = UINT64_MAX;
	for (struct tn_session_node *node = server.sessions; node; node = node->next) {
		const struct session *session = (void *)node;
		if (session->deadline < earliest)
			earliest = session->deadline;
	}
	if (tn_time_deadline(server.time, earliest) != TN_OK)
		tn_log("core refuses a deadline: timeouts are lost");
}

static void expire(struct session *session, uint64_t now)
{
	(void)tn_signal_submit(session->expired); /* a client that is gone needs none */
	if (session->period)
		session->deadline +=
			((now - session->deadline) / session->period + 1) * session->period;
	else
		session->deadline = UINT64_MAX;
}

static void deadline_reached(void *argument)
{
	uint64_t now = clock_ns();
	(void)argument;
	for (struct tn_session_node *node = server.sessions; node; node = node->next) {
		struct session *session = (void *)node;
		if (session->deadline <= now)
			expire(session, now);
	}
	program_earliest();
}

/* -- operations of a session -- */

static tn_error now(void *self, struct tn_request *request, uint64_t *us)
{
	(void)self;
	(void)request;
	*us = clock_ns() / 1000;
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap expired)
{
	struct session *session = self;
	(void)request;
	tn_error error = tn_cap_retain(expired.handle);
	if (error != TN_OK)
		return error;
	tn_cap_release(session->expired.handle);
	session->expired = expired;
	return TN_OK;
}

static tn_error set(struct session *session, uint64_t us, bool again)
{
	uint64_t start = clock_ns();
	if (us > (UINT64_MAX - 1 - start) / 1000)
		return TN_ERR_ARGUMENT;
	session->deadline = us ? start + us * 1000 : UINT64_MAX;
	session->period = again ? us * 1000 : 0;
	program_earliest();
	return TN_OK;
}

static tn_error once(void *self, struct tn_request *request, uint64_t us)
{
	(void)request;
	return set(self, us, false);
}

static tn_error periodic(void *self, struct tn_request *request, uint64_t us)
{
	(void)request;
	return set(self, us && us < SHORTEST_PERIOD_US ? SHORTEST_PERIOD_US : us, true);
}

/* -- sessions -- */

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct timer_ops ops = {
		.now = now, .watch = watch, .once = once, .periodic = periodic
	};
	timer_cap cap;
	(void)self;
	if (request->quota.ram < TN_TIMER_RAM)
		return TN_ERR_OUT_OF_RAM;
	if (request->quota.caps < TN_TIMER_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	struct session *session = tn_heap_alloc(sizeof(*session));
	if (!session)
		return TN_ERR_OUT_OF_RAM;
	__builtin_memset(session, 0, sizeof(*session));
	session->deadline = UINT64_MAX;
	tn_error error = timer_serve(server.entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	tn_session_list_add(&server.sessions, &session->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct session *session = (void *)tn_session_list_remove(&server.sessions, id);
	(void)self;
	if (!session)
		return;
	tn_object_destroy(&session->object);
	tn_cap_release(session->expired.handle);
	tn_heap_free(session);
	program_earliest();
}

static tn_error start(struct tn_env *env)
{
	static struct tn_service service = {
		.name = "Timer", .interface = &timer_interface, .open = open, .close = close
	};
	const struct tn_quota none = { 0, 0 };
	struct tn_session time;
	server.entrypoint = tn_env_entrypoint(env);
	server.reached.handler = deadline_reached;
	tn_error error = tn_session_open("TIME", "", none, &tn_time_interface, &time);
	if (error != TN_OK)
		return error;
	server.time.handle = time.cap;
	error = tn_signal_create(server.entrypoint, &server.reached);
	if (error == TN_OK)
		error = tn_time_watch(server.time, server.reached.cap);
	if (error == TN_OK)
		error = tn_service_announce(&service);
	return error;
}

void component_construct(struct tn_env *env)
{
	tn_error error = start(env);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
