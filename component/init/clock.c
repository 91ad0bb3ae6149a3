/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Time: a clock and one deadline, of core's TIME service, for all that waits here. */

#include "init.h"

#include <tenon/time.h>

static struct {
	struct tn_own_session session;
	struct tn_signal reached;
	bool asked;
} clock;

static tn_time_cap time_cap(void)
{
	return (tn_time_cap){ clock.session.cap };
}

static void deadline_reached(void *argument)
{
	uint64_t now = clock_now();
	(void)argument;
	restart_due(now);
	report_due(now);
	clock_program();
}

static void opened(struct tn_own_session *session, tn_error error)
{
	clock.reached.handler = deadline_reached;
	(void)session;
	if (error == TN_OK)
		error = tn_signal_create(tn_env_entrypoint(init.env), &clock.reached);
	if (error == TN_OK)
		error = tn_time_watch(time_cap(), clock.reached.cap);
	if (error != TN_OK)
		tn_log("no TIME session: nothing is restarted, or reported, after a delay: %s",
		       tn_error_text(error));
	clock_program();
}

/* Only a scenario that needs the time pays for it. */
static void open(void)
{
	const struct tn_quota none = { 0, 0 };
	if (clock.asked)
		return;
	clock.asked = true;
	clock.session.opened = opened;
	tn_family_open(&init.family, &clock.session, "TIME", "", none, &tn_time_interface);
}

uint64_t clock_now(void)
{
	uint64_t ns = 0;
	open();
	return clock.session.cap && tn_time_now(time_cap(), &ns) == TN_OK ? ns : 0;
}

void clock_program(void)
{
	uint64_t restart = restart_next(), report = report_next();
	uint64_t next = restart < report ? restart : report;
	if (!clock.session.cap)
		return;
	if (tn_time_deadline(time_cap(), next) != TN_OK)
		tn_log("core refuses a deadline: restarts and reports are lost");
}
