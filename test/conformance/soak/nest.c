/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A child that has a child of its own, which works; it starts it anew whenever it ends. */

#include "soak.h"
#include <tenon/text.h>

static struct {
	struct tn_family family;
	struct tn_child child;
} nest;

static void start(void)
{
	nest.child = (struct tn_child){
		.name = "worker",
		.binary = "test-soak",
		.quota = { (uint64_t)2 << 20, 200 },
	};
	tn_child_start(&nest.family, &nest.child);
}

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	(void)self;
	(void)service;
	to->target = TN_ROUTE_PARENT;
	if (tn_child_label(client, label, to->label) != TN_OK)
		to->target = TN_ROUTE_DENY;
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
	if (end->cause == TN_CHILD_NOT_STARTED)
		tn_exit(1);
	start();
}

void nest_play(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	nest.family.policy = &policy;
	if (tn_family_init(&nest.family, env) != TN_OK)
		tn_exit(1);
	start();
}
