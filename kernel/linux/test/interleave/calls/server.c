/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */
#include "calls.h"

static struct {
	struct tn_env *env;
	struct tn_object owner, object[2], successor;
	tn_handle handle[2];
	struct tn_signal stall, nudge;
	struct tn_mutex lock;
	struct tn_condition changed;
	bool staying, resumed, called, taking, serving;
	tn_signal_cap kept;
	uint32_t mistakes;
} server;

static void stay(void)
{
	tn_mutex_lock(&server.lock);
	server.staying = true;
	tn_condition_broadcast(&server.changed);
	while (!server.resumed)
		tn_condition_wait(&server.changed, &server.lock);
	bool taking = server.taking, serving = server.serving;
	server.staying = server.resumed = server.taking = server.serving = false;
	tn_mutex_unlock(&server.lock);
	if (serving)
		(void)mark(MARK_BEGIN, "");
	if (taking)
		(void)mark(MARK_BEGIN_AT, "cap_take");
}

static void stall_now(void *argument)
{
	(void)argument;
	stay();
}

static void do_nothing(void *argument)
{
	(void)argument;
}

static tn_error serve_echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	(void)mark(MARK_END, "");
	*back = ~value;
	return TN_OK;
}

static tn_error serve_text(void *self, struct tn_request *request, const char *text)
{
	(void)self;
	(void)request;
	(void)text;
	return TN_OK;
}

static tn_error serve_stay(void *self, struct tn_request *request, const char *text)
{
	char before[TN_MESSAGE_MAX];
	uint32_t length = request->length;
	(void)self;
	(void)text;
	memcpy(before, request->data, length);
	stay();
	server.mistakes += memcmp(before, request->data, length) != 0;
	return TN_OK;
}

static tn_error serve_act(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&server.lock);
	server.called = true;
	tn_condition_broadcast(&server.changed);
	tn_mutex_unlock(&server.lock);
	(void)mark(MARK_ACT, "ended-too-late");
	return TN_OK;
}

static tn_error serve_give(void *self, struct tn_request *request, tn_signal_cap signal)
{
	(void)self;
	(void)request;
	return tn_signal_submit(signal);
}

static tn_error serve_keep(void *self, struct tn_request *request, tn_signal_cap signal)
{
	server.kept = signal;
	tn_error error = serve_give(self, request, signal);
	return error == TN_OK ? tn_cap_retain(signal.handle) : error;
}

static tn_error serve_drop(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	(void)mark(MARK_BEGIN, "");
	tn_cap_release(server.kept.handle);
	(void)mark(MARK_END, "");
	return TN_OK;
}

static const struct served_ops served = { .echo = serve_echo,
					  .text = serve_text,
					  .stay = serve_stay,
					  .act = serve_act,
					  .give = serve_give,
					  .keep = serve_keep,
					  .drop = serve_drop };

static tn_error make(void *self, struct tn_request *request, tn_any_cap *first, tn_any_cap *second)
{
	tn_any_cap *to[2] = { first, second };
	(void)self;
	(void)request;
	for (unsigned i = 0; i < 2; i++) {
		served_cap cap;
		tn_error error = served_serve(tn_env_entrypoint(server.env), &server.object[i],
					      &served, NULL, &cap);
		if (error != TN_OK)
			return error;
		server.handle[i] = to[i]->handle = cap.handle;
	}
	return TN_OK;
}

static tn_error again(void *self, struct tn_request *request, tn_any_cap *second)
{
	(void)self;
	(void)request;
	second->handle = server.handle[1];
	return TN_OK;
}

static tn_error count_mistake(void *self, struct tn_request *request, uint64_t value,
			      uint64_t *back)
{
	server.mistakes++;
	return serve_echo(self, request, value, back);
}

static tn_error replace(void *self, struct tn_request *request)
{
	static const struct served_ops unwanted = { .echo = count_mistake };
	served_cap cap;
	(void)self;
	(void)request;
	tn_object_destroy(&server.object[0]);
	return served_serve(tn_env_entrypoint(server.env), &server.successor, &unwanted, NULL,
			    &cap);
}

static tn_error unmake(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_object_destroy(&server.object[0]);
	tn_object_destroy(&server.object[1]);
	tn_object_destroy(&server.successor);
	return TN_OK;
}

static tn_error await_stay(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&server.lock);
	while (!server.staying)
		tn_condition_wait(&server.changed, &server.lock);
	tn_mutex_unlock(&server.lock);
	return TN_OK;
}

static tn_error stall(void *self, struct tn_request *request)
{
	tn_error error = tn_signal_submit(server.stall.cap);
	return error == TN_OK ? await_stay(self, request) : error;
}

static tn_error resume(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&server.lock);
	server.resumed = true;
	tn_condition_broadcast(&server.changed);
	tn_mutex_unlock(&server.lock);
	return TN_OK;
}

static tn_error resume_taking(void *self, struct tn_request *request)
{
	server.taking = true; /* the other thread waits */
	return resume(self, request);
}

static tn_error resume_serving(void *self, struct tn_request *request)
{
	server.serving = true;
	return resume(self, request);
}

/* At core alone: its handler may be under way. */
static tn_error destroy(void *self, struct tn_request *request, uint32_t which)
{
	(void)self;
	(void)request;
	return tn_pd_object_destroy(tn_env_pd(server.env),
				    (tn_any_cap){ server.handle[which % 2] });
}

static tn_error destroy_called(void *self, struct tn_request *request)
{
	tn_mutex_lock(&server.lock);
	while (!server.called)
		tn_condition_wait(&server.changed, &server.lock);
	server.called = false;
	tn_mutex_unlock(&server.lock);
	(void)mark(MARK_CORE_AT, "pd_request");
	tn_error error = destroy(self, request, 0);
	(void)mark(MARK_QUIET, ""); /* whoever was woken has looked */
	return error == TN_OK ? resume(self, request) : error;
}

static tn_error mistakes(void *self, struct tn_request *request, uint32_t *count)
{
	(void)self;
	(void)request;
	*count = server.mistakes;
	return TN_OK;
}

void play_server(struct tn_env *env)
{
	static const struct owner_ops ops = { .make = make,
					      .unmake = unmake,
					      .stall = stall,
					      .await_stay = await_stay,
					      .resume = resume,
					      .destroy = destroy,
					      .destroy_called = destroy_called,
					      .again = again,
					      .replace = replace,
					      .resume_serving = resume_serving,
					      .resume_taking = resume_taking,
					      .mistakes = mistakes };
	struct tn_entrypoint *entrypoint;
	owner_cap cap;
	server.env = env;
	server.stall.handler = stall_now;
	server.nudge.handler = do_nothing;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &server.stall));
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &server.nudge));
	TN_MUST(tn_entrypoint_create("owner", TN_PRIORITY_DEFAULT, &entrypoint));
	TN_MUST(owner_serve(entrypoint, &server.owner, &ops, NULL, &cap));
	tn_actor_put("nudge", server.nudge.cap.handle);
	tn_actor_put("owner", cap.handle);
}
