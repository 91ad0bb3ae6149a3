/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "pagers.h"

enum { ENOUGH = 40, FLOOD = 3000 };

static struct {
	const char *name;
	enum badness badness;
	tn_rm_cap rm;
	tn_region_map_cap map;
	tn_dataspace_cap content, memory;
	struct tn_signal faulted;
	uint32_t faults;
} bad;

/* What is refused is no matter here: that is the point of some of it. */
static void put(uint64_t offset, uint32_t rights)
{
	uint64_t at, size;
	(void)!tn_error_number(
		tn_region_map_attach(bad.map, bad.memory, offset, 0, PAGE, rights, &at, &size));
}

static void take(uint64_t offset)
{
	uint64_t at, size;
	tn_error error;
	do
		error = tn_region_map_detach(bad.map, offset, &at, &size);
	while (error == TN_ERR_AGAIN);
}

static void answer_wrong(uint64_t offset)
{
	uint64_t at, size;
	tn_dataspace_cap forged = { bad.memory.handle ^ 0x12345 };
	put((offset + PAGE) % (PAGES * PAGE), READ);
	put(PAGES * PAGE, READ);
	put(UINT64_MAX - PAGE + 1, READ);
	put(offset + 1, READ);
	put(offset, READ | WRITE | EXECUTE);
	put(offset, 0);
	TN_MUST(tn_region_map_attach(bad.map, forged, offset, 0, PAGE, READ, &at, &size) ==
				TN_ERR_CAPABILITY
			? TN_OK
			: TN_ERR_CONFLICT);
	TN_MUST(tn_region_map_attach(bad.map, bad.content, offset, 0, PAGE, READ, &at, &size) ==
				TN_ERR_DEADLOCK
			? TN_OK
			: TN_ERR_CONFLICT);
	take((offset + PAGE) % (PAGES * PAGE));
}

static void flood(uint64_t offset)
{
	for (unsigned i = 0; i < FLOOD; i++) {
		put(offset, READ | WRITE);
		take(offset);
	}
	put(offset, READ | WRITE);
}

static void destroy(void)
{
	tn_error error;
	do
		error = tn_rm_destroy(bad.rm, bad.map);
	while (error == TN_ERR_AGAIN);
}

static void misbehave(const struct tn_region_fault *fault)
{
	switch (bad.badness) {
	case ENDS_AT_ONCE:
		tn_exit(0);
	case ENDS_LATER:
		if (bad.faults == 3)
			tn_exit(0);
		put(fault->offset, READ | WRITE);
		break;
	case ENDS_ANSWERING:
		put(fault->offset, READ | WRITE);
		tn_exit(0);
	case DESTROYS:
		destroy();
		break;
	case LACKS_RIGHTS:
		take(fault->offset);
		put(fault->offset, READ);
		break;
	case TAKES_AWAY:
		put(fault->offset, READ | WRITE);
		take(fault->offset);
		break;
	case FREES:
		put(fault->offset, READ | WRITE);
		tn_dataspace_free(bad.memory);
		TN_MUST(tn_dataspace_alloc(PAGE, &bad.memory));
		break;
	case ANSWERS_WRONG:
		answer_wrong(fault->offset);
		break;
	case FLOODS:
		flood(fault->offset);
		break;
	case SILENT:
	case BADNESS_COUNT:
		break;
	}
}

static void say_so(void)
{
	char event[] = "bad.? goes on";
	event[4] = bad.name[4];
	tn_actor_post(event);
}

static void heard(void *argument)
{
	struct tn_region_fault fault;
	(void)argument;
	while (tn_region_map_fault_next(bad.map, &fault) == TN_OK) {
		bool endless = bad.badness == LACKS_RIGHTS || bad.badness == TAKES_AWAY ||
			       bad.badness == FREES;
		bad.faults++;
		misbehave(&fault);
		if (bad.faults == (endless ? ENOUGH : 1))
			say_so();
	}
}

void play_bad(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	bad.name = tn_env_name(env);
	bad.badness = (enum badness)(bad.name[4] - 'a');
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	bad.rm.handle = session.cap;
	TN_MUST(tn_rm_create(bad.rm, PAGES * PAGE, &bad.map, &bad.content));
	TN_MUST(tn_dataspace_alloc(PAGE, &bad.memory));
	bad.faulted.handler = heard;
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &bad.faulted));
	TN_MUST(tn_region_map_fault_signal(bad.map, bad.faulted.cap));
	tn_actor_put(bad.name, bad.content.handle);
}
