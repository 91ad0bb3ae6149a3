/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Shows in the log, every period, what each component has used since the last time. */

#include "sample.h"

#include <tenon/config.h>
#include <tenon/text.h>
#include <tenon/timer.h>

enum { EXIT_SESSION = 3, EXIT_READING = 4 };

#define MS_MAX ((uint64_t)24 * 3600 * 1000)

static struct {
	tn_trace_cap trace;
	timer_cap timer;
	struct tn_signal tick;
	uint64_t period_ms, rounds, lines; /* configuration; rounds 0: for ever */
	uint64_t round, last_us;
} top;

static void fail(int value, const char *what, tn_error error)
{
	tn_log("%s: %s", what, tn_error_text(error));
	tn_exit(value);
}

/* -- one round -- */

static void show_line(const struct line *line, uint64_t elapsed_us)
{
	const struct tn_trace_subject *subject = &line->subject;
	uint64_t tenths = elapsed_us ? line->spent_ns / elapsed_us : 0; /* of a percent */
	tn_log("%4llu.%llu %8llu %9llu %9llu %6llu %6llu %4u %4u  %s",
	       (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10),
	       (unsigned long long)(line->spent_ns / 1000000),
	       (unsigned long long)(subject->ram_used >> 10),
	       (unsigned long long)(subject->ram_limit >> 10),
	       (unsigned long long)subject->caps_used, (unsigned long long)subject->caps_limit,
	       line->threads, line->waiting, subject->label);
}

static void show(const struct sample *sample, uint64_t elapsed_us)
{
	tn_log("  CPU%%       ms  RAM KiB  of limit   caps  limit  thr wait  component");
	for (size_t i = 0; i < sample->line_count && i < top.lines; i++)
		show_line(&sample->lines[i], elapsed_us);
}

static void round_begins(void *argument)
{
	struct sample *sample = argument;
	uint64_t now_us = 0;
	tn_error error = timer_now(top.timer, &now_us);
	if (error == TN_OK)
		error = sample_take(sample, top.trace);
	if (error != TN_OK)
		fail(EXIT_READING, "cannot read what runs", error);
	if (top.round > 0) /* the first one is what the others are compared with */
		show(sample, now_us - top.last_us);
	top.last_us = now_us;
	if (top.rounds && top.round == top.rounds)
		tn_exit(0);
	top.round++;
}

/* -- start -- */

static void read_config(void)
{
	struct tn_config config;
	struct tn_kdl_node root;
	struct tn_kdl_asked asked;
	tn_config_read(&config, "config", &root);
	tn_kdl_track(&root, &asked);
	top.period_ms = tn_config_u64(&config, &root, "period-ms", 1000, 1, MS_MAX);
	top.rounds = tn_config_u64(&config, &root, "count", 0, 0, UINT32_MAX);
	top.lines = tn_config_u64(&config, &root, "lines", 20, 1, UINT32_MAX);
	tn_config_unknown(&config, &root, "period-ms=, count=, lines=");
	tn_config_end(&config);
}

static tn_handle session(const char *service, struct tn_quota quota,
			 const struct tn_interface *interface)
{
	struct tn_session opened;
	tn_error error = tn_session_open(service, "", quota, interface, &opened);
	if (error != TN_OK)
		fail(EXIT_SESSION, service, error);
	return opened.cap;
}

void component_construct(struct tn_env *env)
{
	static struct sample sample;
	const struct tn_quota none = { 0, 0 }, timers = { TN_TIMER_RAM, TN_TIMER_CAPS };
	read_config();
	top.trace.handle = session("TRACE", none, &tn_trace_interface);
	top.timer.handle = session("Timer", timers, &timer_interface);
	top.tick.handler = round_begins;
	top.tick.argument = &sample;
	tn_error error = tn_signal_create(tn_env_entrypoint(env), &top.tick);
	if (error == TN_OK)
		error = timer_watch(top.timer, top.tick.cap);
	if (error == TN_OK)
		error = timer_periodic(top.timer, top.period_ms * 1000);
	if (error != TN_OK)
		fail(EXIT_SESSION, "no timer", error);
	round_begins(&sample);
}
