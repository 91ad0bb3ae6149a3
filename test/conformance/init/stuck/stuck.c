/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Two of its threads touch managed memory of its own, which nobody pages. The first one changes
 * init's state now and then, by a session, so that it is looked at again.
 */
#include <tenon/component.h>
#include <tenon/log.h>
#include <tenon/rm.h>
#include <tenon/session.h>
#include <tenon/thread.h>
#include <tenon/time.h>

enum { THREADS = 2, GAP_NS = 50000000, EXIT_FAILED = 1 };

static void check(tn_error error, const char *what)
{
	if (error == TN_OK)
		return;
	tn_log("%s: %s", what, tn_error_text(error));
	tn_exit(EXIT_FAILED);
}

static tn_handle open_session(const char *service, const struct tn_interface *interface,
			      struct tn_session *session)
{
	const struct tn_quota none = { 0, 0 };
	check(tn_session_open(service, "", none, interface, session), service);
	return session->cap;
}

static void touch(void *argument)
{
	*(volatile char *)argument = 1;
}

static void wait_a_little(tn_time_cap time, struct tn_signal *reached)
{
	uint64_t now;
	check(tn_time_now(time, &now), "now");
	check(tn_time_deadline(time, now + GAP_NS), "deadline");
	tn_signal_wait(reached);
}

static void get_stuck(void)
{
	struct tn_session session;
	struct tn_thread *thread;
	tn_rm_cap rm = { open_session("RM", &tn_rm_interface, &session) };
	tn_region_map_cap map;
	tn_dataspace_cap managed;
	void *at = NULL;
	check(tn_rm_create(rm, TN_PAGE_SIZE, &map, &managed), "managed dataspace");
	check(tn_attach(managed, 0, TN_PAGE_SIZE, TN_RIGHT_READ | TN_RIGHT_WRITE, &at), "attach");
	for (unsigned i = 0; i < THREADS; i++)
		check(tn_thread_create("stuck", TN_PRIORITY_DEFAULT, 0, touch, at, &thread),
		      "thread");
}

void component_construct(struct tn_env *env)
{
	struct tn_session session;
	struct tn_signal reached = { .handler = NULL };
	tn_time_cap time = { open_session("TIME", &tn_time_interface, &session) };
	check(tn_signal_create(tn_env_entrypoint(env), &reached), "signal");
	check(tn_time_watch(time, reached.cap), "watch");
	get_stuck();
	for (;;) {
		wait_a_little(time, &reached);
		open_session("LOG", &tn_log_interface, &session);
		tn_session_close(&session);
	}
}
