/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Named "idle" it calls once and is idle; named "before" or "after" it measures null calls and
 * ends. */

#include "../../measure.h"
#include "../hub.h"

enum { BATCHES = 500, BATCH = 100 };

static hub_cap open_hub(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	bench_check(tn_session_open("Hub", "", none, &hub_interface, &session), "Hub");
	hub_cap hub = { session.cap };
	return hub;
}

static void measure(hub_cap hub, const char *name)
{
	for (unsigned i = 0; i < BATCH; i++)
		bench_check(hub_null(hub), "null");
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < BATCH; j++)
			bench_check(hub_null(hub), "null");
		bench_sample(start);
	}
	bench_report(name, BATCH);
}

void component_construct(struct tn_env *env)
{
	hub_cap hub = open_hub();
	switch (tn_env_name(env)[0]) {
	case 'i':
		bench_check(hub_ready(hub), "ready");
		return;
	case 'b':
		bench_init();
		measure(hub, "rpc.null.idle-none");
		break;
	default:
		bench_init();
		measure(hub, "rpc.null.idle-many");
	}
	tn_exit(0);
}
