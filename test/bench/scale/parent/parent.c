/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Many components, all idle clients of one server, which is their parent: how long a start takes as
 * they become more, and what a call costs beside them. As many as asked for, or as there can be.
 */

#include "../../measure.h"
#include "../hub.h"
#include <tenon/child.h>
#include <tenon/config.h>
#include <tenon/text.h>

enum { AT_ONCE = 4, STEPS = 10 };

#define CLIENT_RAM  ((uint64_t)448 << 10)
#define CLIENT_CAPS 32u
#define PAUSE_NS    2000000000u
#define PAUSE_EACH  1000000u /* of the clients */

static struct {
	struct tn_env *env;
	struct tn_family family;
	struct tn_object hub;
	struct tn_child *clients;
	struct tn_child caller;
	struct tn_signal rested;
	uint64_t signals, wanted, started, ready, step_start;
	bool full;
} parent;

static void report_step(void)
{
	uint64_t step = parent.wanted / STEPS ? parent.wanted / STEPS : 1;
	if (parent.ready % step)
		return;
	uint64_t now = bench_now();
	tn_transcript("scale ready=%llu us-each=%llu", (unsigned long long)parent.ready,
		      (unsigned long long)((now - parent.step_start) / step / 1000));
	parent.step_start = now;
}

static void start_client(void)
{
	struct tn_child *child = &parent.clients[parent.started++];
	*child = (struct tn_child){ .name = "idle",
				    .binary = "bench-scale-client",
				    .quota = { CLIENT_RAM, CLIENT_CAPS } };
	tn_child_start(&parent.family, child);
}

static void start_caller(const char *name)
{
	parent.caller = (struct tn_child){ .name = name,
					   .binary = "bench-scale-client",
					   .quota = { CLIENT_RAM, CLIENT_CAPS } };
	tn_child_start(&parent.family, &parent.caller);
}

/* Whoever counts from outside has the pause for it. */
static void rest(void)
{
	struct tn_accounts accounts;
	bench_check(tn_pd_accounts(tn_env_pd(parent.env), &accounts), "accounts");
	tn_transcript("scale at rest clients=%llu ram-used=%llu caps-used=%llu",
		      (unsigned long long)parent.ready, (unsigned long long)accounts.ram_used,
		      (unsigned long long)accounts.caps_used);
	bench_check(tn_time_deadline(bench.time,
				     bench_now() + PAUSE_NS + parent.ready * PAUSE_EACH),
		    "deadline");
}

static void rested(void *argument)
{
	(void)argument;
	start_caller(parent.ready ? "after" : "before");
}

static tn_error null(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error ready(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	parent.ready++;
	report_step();
	if (parent.started < parent.wanted && !parent.full)
		start_client();
	else if (parent.ready == parent.started)
		rest();
	return TN_OK;
}

static void caller_ended(void)
{
	if (parent.ready) {
		tn_exit(parent.full ? 1 : 0);
	}
	parent.step_start = bench_now();
	for (unsigned i = 0; i < AT_ONCE && parent.started < parent.wanted; i++)
		start_client();
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	(void)self;
	if (child == &parent.caller) {
		bench_check(end->cause == TN_CHILD_EXITED && !end->value ? TN_OK : TN_ERR_GONE,
			    "caller");
		caller_ended();
		return;
	}
	/* No more than these: the rest of the measurement is made with them. */
	if (!parent.full)
		tn_transcript("scale no more than %llu: %s", (unsigned long long)parent.ready,
			      tn_error_text(end->error));
	parent.full = true;
	parent.started--;
	if (parent.ready == parent.started)
		rest();
}

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	(void)self;
	to->target = TN_ROUTE_PARENT;
	if (tn_text_equal(service, "Hub")) {
		to->target = TN_ROUTE_OWN;
		to->object = parent.hub.handle;
		to->interface = &hub_interface;
	}
	bench_check(tn_child_label(client, label, to->label), "label");
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	(void)child;
	(void)service;
	return false;
}

/* As many capabilities in one component: signals of its own, each with its entry. */
static void make_signals(uint64_t count)
{
	struct tn_signal *signals = tn_heap_alloc(count * sizeof(*signals));
	uint64_t start = bench_now(), made = 0;
	tn_error error = signals ? TN_OK : TN_ERR_OUT_OF_RAM;
	while (made < count && error == TN_OK) {
		signals[made] = (struct tn_signal){ .handler = NULL };
		error = tn_signal_create(tn_env_entrypoint(parent.env), &signals[made]);
		made += error == TN_OK;
		if (made % (count / STEPS) == 0)
			tn_transcript("scale signals=%llu ns-each=%llu", (unsigned long long)made,
				      (unsigned long long)((bench_now() - start) / (made + 1)));
	}
	bench_check(error, "signals");
	start = bench_now();
	for (uint64_t i = 0; i < 1000; i++) {
		struct tn_signal *signal = &signals[i * (count / 1000)];
		bench_check(tn_signal_submit(signal->cap), "submit");
		tn_signal_wait(signal);
	}
	tn_transcript("scale signal ns-each=%llu",
		      (unsigned long long)((bench_now() - start) / 1000));
}

static void read_config(void)
{
	struct tn_config config;
	struct tn_kdl_node node;
	tn_config_read(&config, "config", &node);
	parent.wanted = tn_config_u64(&config, &node, "clients", 100, 1, 60000);
	parent.signals = tn_config_u64(&config, &node, "signals", 0, 1000, 1u << 20);
	parent.clients =
		tn_config_alloc(&config, config.text, parent.wanted * sizeof(*parent.clients));
	tn_config_end(&config);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	static const struct hub_ops ops = { .null = null, .ready = ready };
	hub_cap cap;
	parent.env = env;
	read_config();
	bench_init();
	bench_check(hub_serve(tn_env_entrypoint(env), &parent.hub, &ops, NULL, &cap), "hub");
	parent.rested.handler = rested;
	bench_check(tn_signal_create(tn_env_entrypoint(env), &parent.rested), "signal");
	bench_check(tn_time_watch(bench.time, parent.rested.cap), "watch");
	parent.family.policy = &policy;
	bench_check(tn_family_init(&parent.family, env), "family");
	if (parent.signals)
		make_signals(parent.signals);
	rest();
}
