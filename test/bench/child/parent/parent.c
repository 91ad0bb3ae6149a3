/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A parent whose child ends at once, again and again: from the start until all of it is back. */
#include "../../measure.h"
#include <tenon/child.h>

enum { ROUNDS = 200, WARM_UP = 5 };

static struct {
	struct tn_family family;
	struct tn_child child;
	unsigned round;
	uint64_t start;
} parent;

static void next_round(void)
{
	parent.child = (struct tn_child){
		.name = "child",
		.binary = "bench-child-exit",
		.quota = { 512 * 1024, 40 },
	};
	parent.start = bench_now();
	tn_child_start(&parent.family, &parent.child);
}

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	(void)self;
	(void)service;
	to->target = TN_ROUTE_PARENT;
	bench_check(tn_child_label(client, label, to->label), "label");
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	(void)child;
	(void)service;
	return false;
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	(void)self;
	(void)child;
	bench_sample(parent.start);
	if (end->cause != TN_CHILD_EXITED)
		bench_check(end->error == TN_OK ? TN_ERR_GONE : end->error, "child");
	if (++parent.round == WARM_UP)
		bench_begin();
	if (parent.round < WARM_UP + ROUNDS) {
		next_round();
		return;
	}
	bench_report("child.start-exit", 1);
	tn_exit(0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	bench_init();
	bench_begin();
	parent.family.policy = &policy;
	bench_check(tn_family_init(&parent.family, env), "family");
	next_round();
}
