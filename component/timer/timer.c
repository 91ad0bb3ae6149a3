/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Many timeouts out of core's one deadline. */

#include <tenon/component.h>
#include <tenon/time.h>
#include <tenon/timer.h>
#include <tenon/tree.h>

/* A shorter period would keep the server busy for one client's sake. */
enum { SHORTEST_PERIOD_US = 100 };

struct session {
	uint32_t id;
	struct tn_tree_node by_id;
	struct tn_tree_node by_deadline; /* in that tree while a timeout is set */
	struct tn_object object;
	tn_signal_cap expired;
	uint64_t deadline; /* ns */
	uint64_t period;   /* ns; 0: once */
};

static int order_ids(const void *key, const struct tn_tree_node *node)
{
	const uint32_t *id = key;
	const struct session *session = TN_CONTAINER_OF_CONST(node, struct session, by_id);
	return (*id > session->id) - (*id < session->id);
}

static int order_deadlines(const void *key, const struct tn_tree_node *node)
{
	const uint64_t *deadline = key;
	const struct session *session = TN_CONTAINER_OF_CONST(node, struct session, by_deadline);
	return (*deadline > session->deadline) - (*deadline < session->deadline);
}

static struct server {
	struct tn_entrypoint *entrypoint;
	struct tn_tree sessions;
	struct tn_tree deadlines;
	tn_time_cap time;
	uint64_t programmed; /* what core knows; UINT64_MAX: none */
	struct tn_signal reached;
} server = { .sessions = TN_TREE_INIT(order_ids),
	     .deadlines = TN_TREE_INIT(order_deadlines),
	     .programmed = UINT64_MAX };

static uint64_t clock_ns(void)
{
	uint64_t ns = 0;
	/* Core is always there: no answer would mean no component either. */
	return tn_time_now(server.time, &ns) == TN_OK ? ns : 0;
}

static struct session *earliest(void)
{
	struct tn_tree_node *node = tn_tree_first(&server.deadlines);
	return node ? TN_CONTAINER_OF(node, struct session, by_deadline) : NULL;
}

static void program_earliest(void)
{
	const struct session *first = earliest();
	uint64_t deadline = first ? first->deadline : UINT64_MAX;
	if (deadline == server.programmed)
		return;
	server.programmed = deadline;
	if (tn_time_deadline(server.time, deadline) != TN_OK)
		tn_log("core refuses a deadline: timeouts are lost");
}

static void set_deadline(struct session *session, uint64_t deadline)
{
	tn_tree_remove(&server.deadlines, &session->by_deadline);
	session->deadline = deadline;
	if (deadline != UINT64_MAX)
		tn_tree_add(&server.deadlines, &deadline, &session->by_deadline);
}

static void expire(struct session *session, uint64_t now)
{
	uint64_t periods = session->period ? (now - session->deadline) / session->period + 1 : 0;
	(void)tn_signal_submit(session->expired); /* a client that is gone needs none */
	set_deadline(session, periods ? session->deadline + periods * session->period : UINT64_MAX);
}

static void deadline_reached(void *argument)
{
	uint64_t now = clock_ns();
	struct session *session;
	(void)argument;
	server.programmed = UINT64_MAX; /* core forgets what it has told */
	while ((session = earliest()) && session->deadline <= now)
		expire(session, now);
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
	session->period = again ? us * 1000 : 0;
	set_deadline(session, us ? start + us * 1000 : UINT64_MAX);
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
	tn_error error = timer_serve(server.entrypoint, &session->object, &ops, session, &cap);
	if (error != TN_OK) {
		tn_heap_free(session);
		return error;
	}
	session->id = request->id;
	tn_tree_add(&server.sessions, &session->id, &session->by_id);
	*object = cap.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	struct tn_tree_node *node = tn_tree_find(&server.sessions, &id);
	(void)self;
	if (!node)
		return;
	struct session *session = TN_CONTAINER_OF(node, struct session, by_id);
	set_deadline(session, UINT64_MAX);
	tn_tree_remove(&server.sessions, node);
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
