/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The one who makes core work: ends a child with 100,000 capabilities, has a gigabyte and frees it,
 * takes away what is shown in thousands of places. */
#include "../wait.h"
#include <tenon/child.h>
#include <tenon/rm.h>

enum { PAGE = 4096, PLACES = 8000, IDLE_NS = 200000000 };
static const size_t gigabyte = (size_t)1 << 30;

static struct {
	struct tn_family family;
	struct tn_child child;
	wait_cap wait;
} work;

static void nothing(struct tn_env *env)
{
	struct tn_signal reached = { 0 };
	bench_check(tn_signal_create(tn_env_entrypoint(env), &reached), "signal");
	bench_check(tn_time_watch(bench.time, reached.cap), "watch");
	bench_check(tn_time_deadline(bench.time, bench_now() + IDLE_NS), "deadline");
	bench_check(wait_begin(work.wait), "begin");
	tn_signal_wait(&reached);
	bench_check(wait_end(work.wait, "core.wait.idle"), "end");
	tn_signal_destroy(&reached);
}

static void memory(void)
{
	tn_dataspace_cap dataspace;
	void *address = NULL;
	bench_check(wait_begin(work.wait), "begin");
	bench_check(tn_dataspace_alloc(gigabyte, &dataspace), "alloc");
	bench_check(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address), "attach");
	for (size_t at = 0; at < gigabyte; at += PAGE)
		*((volatile char *)address + at) = 1;
	tn_dataspace_free(dataspace);
	bench_check(wait_end(work.wait, "core.wait.zero-1g"), "end");
}

/* A page that is shown in 8,000 places is taken away. */
static void revocation(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_region_map_cap map;
	tn_dataspace_cap managed, page;
	uint64_t at, size;
	tn_error error;
	bench_check(tn_session_open("RM", "", none, &tn_rm_interface, &session), "RM");
	bench_check(tn_rm_create((tn_rm_cap){ session.cap }, PAGE, &map, &managed), "managed");
	bench_check(tn_dataspace_alloc(PAGE, &page), "alloc");
	bench_check(tn_region_map_attach(map, page, 0, 0, 0, TN_RIGHT_READ, &at, &size), "attach");
	for (unsigned i = 0; i < PLACES; i++) {
		void *place = NULL;
		bench_check(tn_attach(managed, 0, 0, TN_RIGHT_READ, &place), "attach");
		(void)*(volatile char *)place;
	}
	bench_check(wait_begin(work.wait), "begin");
	do
		error = tn_region_map_detach(map, 0, &at, &size);
	while (error == TN_ERR_AGAIN);
	bench_check(error, "detach");
	bench_check(wait_end(work.wait, "core.wait.revoke-8k"), "end");
}

/* The child asks for a session when it has all its capabilities. */
static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	(void)self;
	to->target = TN_ROUTE_PARENT;
	bench_check(tn_child_label(client, label, to->label), "label");
	if (service[0] != 'F')
		return;
	to->target = TN_ROUTE_DENY;
	to->reason = TN_ERR_NO_SERVICE;
	bench_check(wait_begin(work.wait), "begin");
	tn_child_kill(client);
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
	bench_check(end->cause == TN_CHILD_KILLED ? TN_OK : TN_ERR_GONE, "child");
	bench_check(wait_end(work.wait, "core.wait.pd-100k-caps"), "end");
	memory();
	revocation();
	tn_exit(0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	bench_init();
	work.wait = wait_open();
	nothing(env);
	work.family.policy = &policy;
	bench_check(tn_family_init(&work.family, env), "family");
	work.child = (struct tn_child){
		.name = "holder",
		.binary = "bench-wait-holder",
		.quota = { (uint64_t)96 << 20, 100200 },
	};
	tn_child_start(&work.family, &work.child);
}
