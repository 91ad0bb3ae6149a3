/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Something to look at for three seconds: a thread calls another one, which waits for the time. */

#include <tenon/component.h>
#include <tenon/thread.h>
#include <tenon/time.h>

#define LASTS 3000000000ull

#define KEEPER(RPC, I) RPC(I, keep)
TN_RPC_INTERFACE(keeper, KEEPER)

static tn_error wait(void)
{
	const struct tn_quota quota = { 1024, 2 };
	struct tn_session session;
	struct tn_signal reached = { 0 };
	uint64_t now = 0;
	tn_error error = tn_session_open("TIME", "", quota, &tn_time_interface, &session);
	tn_time_cap time = { session.cap };
	if (error == TN_OK)
		error = tn_signal_create(tn_thread_self_entrypoint(), &reached);
	if (error == TN_OK)
		error = tn_time_watch(time, reached.cap);
	if (error == TN_OK)
		error = tn_time_now(time, &now);
	if (error == TN_OK)
		error = tn_time_deadline(time, now + LASTS);
	if (error == TN_OK)
		tn_signal_wait(&reached);
	return error;
}

static tn_error keep(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_log("lasting");
	return wait();
}

static __attribute__((noinline)) tn_error call_keeper(keeper_cap cap)
{
	tn_error error = keeper_keep(cap);
	tn_log("lasted: %s", tn_error_text(error));
	return error;
}

void component_construct(struct tn_env *env)
{
	static const struct keeper_ops ops = { .keep = keep };
	static struct tn_object object;
	struct tn_entrypoint *entrypoint;
	keeper_cap cap;
	(void)env;
	tn_error error = tn_entrypoint_create("keeper", TN_PRIORITY_DEFAULT, &entrypoint);
	if (error == TN_OK)
		error = keeper_serve(entrypoint, &object, &ops, NULL, &cap);
	if (error == TN_OK)
		error = call_keeper(cap);
	tn_exit(error == TN_OK ? 0 : 1);
}
