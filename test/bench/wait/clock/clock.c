/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The one who waits. It asks core for a deadline again and again, and looks how late it hears of
 * it: a signal from core, and an answer by core. It goes before all components, but not before
 * core.
 */
#include "../wait.h"

enum { GAP_NS = 200000 };

static struct {
	struct tn_service service;
	struct tn_object object;
	wait_cap cap;
	struct tn_signal reached;
	uint64_t due, longest;
	bool measures;
} self;

static void arm(uint64_t now)
{
	self.due = now + GAP_NS;
	bench_check(tn_time_deadline(bench.time, self.due), "deadline");
}

static void reached(void *argument)
{
	uint64_t now = bench_now();
	(void)argument;
	if (!self.measures)
		return;
	if (now > self.due && now - self.due > self.longest)
		self.longest = now - self.due;
	arm(bench_now());
}

static tn_error begin(void *object, struct tn_request *request)
{
	(void)object;
	(void)request;
	self.longest = 0;
	self.measures = true;
	arm(bench_now());
	return TN_OK;
}

/* The longest is all that counts: of several rounds the smallest and the median of it are told. */
static tn_error end(void *object, struct tn_request *request, const char *name)
{
	unsigned long long ns = self.longest;
	(void)object;
	(void)request;
	self.measures = false;
	tn_transcript("bench {\"name\": \"%s\", \"unit\": \"ns\", \"min\": %llu, "
		      "\"median\": %llu, \"p99\": %llu}",
		      name, ns, ns, ns);
	return TN_OK;
}

static tn_error open(void *object, const struct tn_session_request *request, tn_handle *cap)
{
	(void)object;
	(void)request;
	*cap = self.object.handle;
	return TN_OK;
}

static void close(void *object, uint32_t id)
{
	(void)object;
	(void)id;
}

void component_construct(struct tn_env *env)
{
	static const struct wait_ops ops = { .begin = begin, .end = end };
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	bench_init();
	self.reached.handler = reached;
	bench_check(tn_signal_create(entrypoint, &self.reached), "signal");
	bench_check(tn_time_watch(bench.time, self.reached.cap), "watch");
	bench_check(tn_cpu_thread_priority(tn_env_cpu(env), tn_env_pd(env), 0, TN_PRIORITY_MAX),
		    "priority");
	bench_check(wait_serve(entrypoint, &self.object, &ops, NULL, &self.cap), "object");
	self.service = (struct tn_service){
		.name = "Wait", .interface = &wait_interface, .open = open, .close = close
	};
	bench_check(tn_service_announce(&self.service), "announce");
}
