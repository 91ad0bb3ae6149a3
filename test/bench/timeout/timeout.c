/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Setting and cancelling a timeout beside 10 and beside 10,000 others; setting the one of a session
 * beside 10 and beside 1,000 sessions. */
#include "../measure.h"
#include <tenon/timeout.h>

enum {
	FEW = 10,
	MANY = 10000,
	FEW_SESSIONS = 10,
	MANY_SESSIONS = 1000,
	BATCHES = 100,
	BATCH = 100,
	LOCAL_BATCH = 5000
};

#define HOUR ((uint64_t)3600 * 1000 * 1000)

static struct tn_timeouts timeouts;
static struct tn_timeout set[MANY], one;
static timer_cap timers[MANY_SESSIONS];

static void nothing(void *argument)
{
	(void)argument;
}

static uint32_t next_random(void)
{
	static uint32_t random = 1;
	random = random * 1664525 + 1013904223;
	return random;
}

/* None of those measured is the earliest: the server is not told. */
static void measure(const char *name, const char *name_now, unsigned count)
{
	uint64_t start;
	for (unsigned i = 0; i < count; i++) {
		set[i].handler = nothing;
		bench_check(tn_timeout_at(&timeouts, &set[i],
					  i ? 2 * HOUR + next_random() % HOUR : HOUR),
			    "at");
	}
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		start = bench_now();
		for (unsigned j = 0; j < LOCAL_BATCH; j++) {
			bench_check(tn_timeout_at(&timeouts, &one, 2 * HOUR + next_random() % HOUR),
				    "at");
			tn_timeout_cancel(&timeouts, &one);
		}
		bench_sample(start);
	}
	bench_report(name, LOCAL_BATCH);
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		start = bench_now();
		for (unsigned j = 0; j < BATCH; j++) {
			bench_check(tn_timeout_once(&timeouts, &one, 2 * HOUR), "once");
			tn_timeout_cancel(&timeouts, &one);
		}
		bench_sample(start);
	}
	bench_report(name_now, BATCH);
}

static void open_sessions(unsigned from, unsigned to)
{
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	struct tn_session session;
	for (unsigned i = from; i < to; i++) {
		bench_check(tn_session_open("Timer", "", quota, &timer_interface, &session),
			    "Timer");
		timers[i].handle = session.cap;
		bench_check(timer_once(timers[i], 2 * HOUR + next_random() % HOUR), "once");
	}
}

static void measure_server(const char *name)
{
	bench_begin();
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = bench_now();
		for (unsigned j = 0; j < BATCH; j++)
			bench_check(timer_once(timers[1], 2 * HOUR + next_random() % HOUR), "once");
		bench_sample(start);
	}
	bench_report(name, BATCH);
}

void component_construct(struct tn_env *env)
{
	bench_init();
	bench_check(tn_timeouts_open(&timeouts, tn_env_entrypoint(env)), "timeouts");
	measure("timeout.at-cancel-10", "timeout.once-cancel-10", FEW);
	measure("timeout.at-cancel-10000", "timeout.once-cancel-10000", MANY);
	open_sessions(0, FEW_SESSIONS);
	measure_server("timer.once-10");
	open_sessions(FEW_SESSIONS, MANY_SESSIONS);
	measure_server("timer.once-1000");
	tn_exit(0);
}
