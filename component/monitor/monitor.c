/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A parent that notices children which no longer answer. */

#include "monitor.h"

#include <tenon/text.h>
#include <tenon/timer.h>

enum { EXIT_FAILED = 1, EXIT_SESSION = 3 };

static struct {
	struct monitoring monitoring;
	struct tn_family family;
	struct tn_signal tick;
} monitor;

static struct watched *of(struct tn_child *child)
{
	return (struct watched *)(void *)((char *)child - offsetof(struct watched, child));
}

/* -- policy: everything comes from above, but for configuration, which is the monitor's own -- */

static void route(void *self, struct tn_child *child, const char *service, const char *label,
		  struct tn_route *route)
{
	bool config = tn_text_equal(service, "ROM") && tn_text_equal(label, "config");
	(void)self;
	route->target = config ? TN_ROUTE_DENY : TN_ROUTE_PARENT;
	route->reason = TN_ERR_NOT_FOUND;
	if (tn_child_label(child, label, route->label) == TN_OK)
		return;
	route->target = TN_ROUTE_DENY;
	route->reason = TN_ERR_TOO_LONG;
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	(void)child;
	(void)service;
	return false;
}

static void tell(const struct watched *watched, const struct tn_child_end *end)
{
	const char *next = watched->state == DUE ? "it is started anew" : "it is given up";
	switch (end->cause) {
	case TN_CHILD_EXITED:
		tn_log("%s exited with value %d", watched->name, end->value);
		return;
	case TN_CHILD_FAULTED:
		tn_log("%s faulted at instruction 0x%llx: %s", watched->name,
		       (unsigned long long)end->fault.instruction, next);
		return;
	case TN_CHILD_NOT_STARTED:
		tn_log("%s could not be started from ROM %s: %s; %s", watched->name,
		       watched->binary, tn_error_text(end->error), next);
		return;
	case TN_CHILD_KILLED:
		tn_log("%s missed %u beats in turn: %s", watched->name, watched->misses, next);
		return;
	}
}

static bool all_over(void)
{
	const struct watched *watched = monitor.monitoring.children;
	while (watched && watched->state == OVER)
		watched = watched->next;
	return !watched;
}

static int result(void)
{
	const struct watched *watched = monitor.monitoring.children;
	while (watched && !watched->failed)
		watched = watched->next;
	return watched ? EXIT_FAILED : 0;
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	struct watched *watched = of(child);
	bool exited = end->cause == TN_CHILD_EXITED;
	(void)self;
	watched->failed = !exited || end->value != 0;
	watched->state = !exited && watched->restarts ? DUE : OVER;
	tell(watched, end);
	if (all_over())
		tn_exit(result());
}

/* -- every period -- */

/* One that cannot be started is not tried before the next period. */
static void start(struct watched *watched, bool anew)
{
	watched->restarts -= anew;
	watched->state = RUNS;
	watched->child = (struct tn_child){ .name = watched->name,
					    .binary = watched->binary,
					    .quota = watched->quota };
	tn_child_start(&monitor.family, &watched->child);
}

static void ask(struct watched *watched)
{
	if (tn_child_beats_unanswered(&watched->child) >= watched->misses)
		tn_child_kill(&watched->child);
	else
		tn_child_heartbeat(&watched->child);
}

static void period_begins(void *argument)
{
	struct watched *watched = monitor.monitoring.children;
	(void)argument;
	for (; watched; watched = watched->next) {
		if (watched->state == DUE)
			start(watched, true);
		else if (watched->state == RUNS)
			ask(watched);
	}
}

/* -- start -- */

static tn_error set_out(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	struct tn_session session;
	tn_error error = tn_session_open("Timer", "", quota, &timer_interface, &session);
	if (error != TN_OK)
		return error;
	timer_cap timer = { session.cap };
	monitor.tick.handler = period_begins;
	monitor.family.policy = &policy;
	error = tn_signal_create(tn_env_entrypoint(env), &monitor.tick);
	if (error == TN_OK)
		error = timer_watch(timer, monitor.tick.cap);
	if (error == TN_OK)
		error = timer_periodic(timer, monitor.monitoring.period_ms * 1000);
	if (error == TN_OK)
		error = tn_family_init(&monitor.family, env);
	return error;
}

void component_construct(struct tn_env *env)
{
	config_read(&monitor.monitoring);
	tn_error error = set_out(env);
	if (error != TN_OK) {
		tn_log("cannot start, is there a Timer? %s", tn_error_text(error));
		tn_exit(EXIT_SESSION);
	}
	struct watched *watched = monitor.monitoring.children;
	for (; watched; watched = watched->next)
		start(watched, false);
}
