/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* From the call that makes the server fault until the one that its successor answers. */

#include "../../measure.h"
#include "../fragile.h"

enum { ROUNDS = 100, WARM_UP = 5 };

static struct tn_session session;

static void open_session(void)
{
	const struct tn_quota none = { 0, 0 };
	bench_check(tn_session_open("Fragile", "", none, &fragile_interface, &session), "open");
}

static void restart(void)
{
	fragile_cap server = { session.cap };
	uint64_t start = bench_now();
	if (fragile_fault(server) != TN_ERR_GONE)
		bench_check(TN_ERR_PROTOCOL, "fault");
	tn_session_close(&session);
	open_session();
	server.handle = session.cap;
	bench_check(fragile_ping(server), "ping");
	bench_sample(start);
}

void component_construct(struct tn_env *env)
{
	(void)env;
	bench_init();
	open_session();
	for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
		if (i == WARM_UP)
			bench_begin();
		restart();
	}
	bench_report("restart.service", 1);
	tn_exit(0);
}
