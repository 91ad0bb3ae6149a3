/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "pagers.h"
#include <tenon/thread.h>

static struct {
	tn_region_map_cap map;
	tn_dataspace_cap content, memory;
	struct tn_signal faulted;
	struct tn_object object;
	good_cap cap;
	struct tn_thread *evicting;
	bool evicts;
} good;

static void answer(void *argument)
{
	struct tn_region_fault fault = { .more = 1 };
	uint64_t at, size;
	(void)argument;
	while (fault.more && tn_region_map_fault_next(good.map, &fault) == TN_OK) {
		tn_error error = tn_region_map_attach(good.map, good.memory, fault.offset,
						      fault.offset, PAGE, READ | WRITE, &at, &size);
		if (error != TN_OK && error != TN_ERR_CONFLICT)
			tn_exit(1);
	}
}

static void evict_all(void *argument)
{
	uint64_t at, size;
	(void)argument;
	for (uint64_t i = 0; __atomic_load_n(&good.evicts, __ATOMIC_ACQUIRE); i++) {
		tn_error error = tn_region_map_detach(good.map, i % PAGES * PAGE, &at, &size);
		if (error != TN_OK && error != TN_ERR_AGAIN && error != TN_ERR_NOT_FOUND)
			tn_exit(2);
	}
}

static tn_error evict(void *self, struct tn_request *request, uint32_t on)
{
	(void)self;
	(void)request;
	if (on == good.evicts)
		return TN_OK;
	__atomic_store_n(&good.evicts, on != 0, __ATOMIC_RELEASE);
	return on ? tn_thread_create("evicting", 10, 0, evict_all, NULL, &good.evicting)
		  : tn_thread_join(good.evicting);
}

static tn_error content(void *self, struct tn_request *request, tn_dataspace_cap *cap)
{
	(void)self;
	(void)request;
	*cap = good.content;
	return TN_OK;
}

static tn_error map(void *self, struct tn_request *request, tn_region_map_cap *cap)
{
	(void)self;
	(void)request;
	*cap = good.map;
	return TN_OK;
}

static tn_error echo(void *self, struct tn_request *request, const void *in, size_t in_length,
		     void *out, size_t *out_length)
{
	(void)self;
	(void)request;
	memcpy(out, in, in_length);
	*out_length = in_length;
	return TN_OK;
}

void play_good(struct tn_env *env)
{
	static const struct good_ops ops = {
		.content = content, .map = map, .evict = evict, .echo = echo
	};
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	TN_MUST(tn_rm_create((tn_rm_cap){ session.cap }, PAGES * PAGE, &good.map, &good.content));
	TN_MUST(tn_dataspace_alloc(PAGES * PAGE, &good.memory));
	good.faulted.handler = answer;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &good.faulted));
	TN_MUST(tn_region_map_fault_signal(good.map, good.faulted.cap));
	TN_MUST(good_serve(tn_env_entrypoint(env), &good.object, &ops, NULL, &good.cap));
	tn_actor_put(tn_env_name(env), good.cap.handle);
}
