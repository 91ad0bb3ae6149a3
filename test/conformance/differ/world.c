/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "world.h"
#include <tenon/format.h>

struct world world;

/* -- what a step says -- */

void say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (world.length < LINE)
		world.length += tn_format_list(world.line + world.length, LINE - world.length,
					       format, arguments);
	va_end(arguments);
}

static const char *error_name(tn_error error)
{
	static const char *const names[] = {
#define NAME(name, number, text) [number] = #name,
		TN_ERROR_TABLE(NAME)
#undef NAME
	};
	uint32_t number = tn_error_number(error);
	return number < TN_ERROR_COUNT ? names[number] : "unknown";
}

void say_error(tn_error error)
{
	say("%s%s", world.length && world.line[world.length - 1] != ' ' ? " " : "",
	    error_name(error));
}

void say_number(uint64_t number)
{
	say(" %llx", (unsigned long long)number);
}

bool said_ok(tn_error error)
{
	say_error(error);
	return error == TN_OK;
}

/* -- slots -- */

static uint32_t find_slot(const bool *used, uint32_t n, uint32_t k, bool wanted, uint32_t otherwise)
{
	for (uint32_t i = 0; i < n; i++)
		if (used[(k + i) % n] == wanted)
			return (k + i) % n;
	return otherwise;
}

uint32_t used_slot(const bool *used, uint32_t n, uint32_t k)
{
	return find_slot(used, n, k, true, k % n);
}

uint32_t free_slot(const bool *used, uint32_t n, uint32_t k)
{
	uint32_t i = find_slot(used, n, k, false, n);
	if (i == n)
		say("full");
	return i;
}

void make_stale(tn_handle handle)
{
	world.stale[world.stale_next++ % STALE] = handle;
}

static tn_handle forged(uint32_t k)
{
	tn_handle good = tn_env_pd(world.env).handle;
	uint32_t kind = TN_HANDLE_KIND(good), generation = TN_HANDLE_GENERATION(good);
	uint32_t index = TN_HANDLE_INDEX(good);
	switch (k % 5) {
	case 0:
		return TN_HANDLE(kind, generation + 1, index);
	case 1:
		return TN_HANDLE(TN_CAP_OBJECT, generation, index);
	case 2:
		return TN_HANDLE(kind, generation, 0xfffff);
	case 3:
		return TN_HANDLE(kind, generation, 0);
	default:
		return UINT32_MAX;
	}
}

tn_handle any_handle(uint32_t k)
{
	uint32_t i = k / 16;
	switch (k % 16) {
	case 0:
		return 0;
	case 1:
	case 2:
		return world.stale[i % STALE];
	case 3:
		return world.memory[used_slot(world.memory_used, MEMORIES, i)].handle;
	case 4:
		return world.object[used_slot(world.object_used, OBJECTS, i)].object.handle;
	case 5:
		return world.signal[used_slot(world.signal_used, SIGNALS, i)].signal.cap.handle;
	case 6:
	case 7:
		return world.hand[used_slot(world.hand_used, HANDS, i)];
	case 8:
		return world.pd[used_slot(world.pd_used, PDS, i)].session.cap;
	case 9:
		return world.map[used_slot(world.map_used, MAPS, i)].map.handle;
	case 10:
		return world.map[used_slot(world.map_used, MAPS, i)].dataspace.handle;
	case 11:
		return world.session[used_slot(world.session_used, SESSIONS, i)].session.cap;
	case 12:
		return world.peer[used_slot(world.peer_used, PEERS, i)].handle;
	case 13:
		return tn_env_pd(world.env).handle;
	case 14:
		return i % 2 ? tn_env_cpu(world.env).handle : world.rm.handle;
	default:
		return forged(i);
	}
}

tn_dataspace_cap dataspace_at(uint32_t k)
{
	tn_dataspace_cap cap = { 0 };
	if (k % 8 == 7)
		cap.handle = any_handle(k / 8);
	else if (k % 8 == 6)
		cap = world.map[used_slot(world.map_used, MAPS, k / 8)].dataspace;
	else
		cap = world.memory[used_slot(world.memory_used, MEMORIES, k / 8)];
	return cap;
}

tn_region_map_cap map_at(uint32_t k)
{
	if (k % 16 == 15)
		return (tn_region_map_cap){ any_handle(k / 16) };
	if (k % 16 >= 12)
		return world.space;
	return world.map[used_slot(world.map_used, MAPS, k / 16)].map;
}

tn_pd_cap pd_at(uint32_t k)
{
	if (k % 16 == 15)
		return (tn_pd_cap){ any_handle(k / 16) };
	if (k % 16 >= 12)
		return tn_env_pd(world.env);
	return (tn_pd_cap){ world.pd[used_slot(world.pd_used, PDS, k / 16)].session.cap };
}

tn_signal_cap signal_at(uint32_t k)
{
	if (k % 8 == 7)
		return (tn_signal_cap){ any_handle(k / 8) };
	return world.signal[used_slot(world.signal_used, SIGNALS, k / 8)].signal.cap;
}

remote_cap peer_at(uint32_t k)
{
	if (k % 32 == 31)
		return (remote_cap){ any_handle(k / 32) };
	return world.peer[used_slot(world.peer_used, PEERS, k / 32)];
}

struct tn_entrypoint *entry_at(uint32_t k, int *number)
{
	uint32_t i = used_slot(world.entry_used, ENTRIES, k / 4);
	*number = k % 4 && world.entry_used[i] ? (int)i : -1;
	return *number < 0 ? tn_env_entrypoint(world.env) : world.entry[i];
}

void take_in_hand(tn_handle handle, uint32_t k)
{
	uint32_t i = find_slot(world.hand_used, HANDS, k, false, HANDS);
	if (!handle)
		return;
	if (i == HANDS) {
		tn_cap_release(handle);
		say(" no hand");
		return;
	}
	world.hand_used[i] = true;
	world.hand[i] = handle;
	say(" hand %u", i);
}

void add_view(void *at, uint64_t size, tn_dataspace_cap from)
{
	uint32_t i = find_slot(world.view_used, VIEWS, 0, false, VIEWS);
	if (i == VIEWS) {
		say(" no view");
		(void)tn_detach(at);
		return;
	}
	world.view_used[i] = true;
	world.view[i] = (struct view){ at, size, from.handle };
}

void forget_views(uint64_t address)
{
	for (uint32_t i = 0; i < VIEWS; i++) {
		struct view *view = &world.view[i];
		if (world.view_used[i] && address - (uintptr_t)view->at < view->size)
			world.view_used[i] = false;
	}
}

/* -- sizes and places -- */

uint64_t size_of(uint32_t k)
{
	static const uint64_t sizes[] = { PAGE,     2 * PAGE,   3 * PAGE,   5 * PAGE,
					  8 * PAGE, 1,          PAGE + 1,   64 * PAGE,
					  0,        600 * PAGE, 1ull << 40, UINT64_MAX };
	const uint32_t n = sizeof(sizes) / sizeof(sizes[0]);
	return k % 3 ? sizes[k / 3 % 5] : sizes[k / 3 % n];
}

/* Far from what the component itself is made of. */
uint64_t place_of(uint32_t k)
{
	static const uint64_t wrong[] = {
		1,          PAGE,       0x10000000, 0x17000000, 0x20000000,
		0x1ff00000, 0x50000001, 1ull << 47, 1ull << 63, UINT64_MAX & ~0xfffull
	};
	const uint32_t n = sizeof(wrong) / sizeof(wrong[0]);
	return k % 4 ? 0x50000000 + (uint64_t)(k / 4 % 32) * PAGE : wrong[k / 4 % n];
}

uint32_t rights_of(uint32_t k)
{
	static const uint32_t rights[] = {
		READ | WRITE, READ,      READ | WRITE, READ, READ | WRITE, READ | WRITE,
		WRITE,        READ | 4u, 7u,           0,    READ,         UINT32_MAX
	};
	return rights[k % (sizeof(rights) / sizeof(rights[0]))];
}

uint64_t offset_of(uint32_t k)
{
	static const uint64_t offsets[] = { 0,        0,        PAGE, 2 * PAGE, 0,
					    7 * PAGE, PAGE / 2, PAGE, 0,        1ull << 50 };
	return offsets[k % (sizeof(offsets) / sizeof(offsets[0]))];
}

uint64_t length_of(uint32_t k)
{
	static const uint64_t lengths[] = { 0,    PAGE,     2 * PAGE, PAGE,
					    0,    3 * PAGE, 100,      8 * PAGE,
					    PAGE, 0,        PAGE,     UINT64_MAX & ~0xfffull };
	return lengths[k % (sizeof(lengths) / sizeof(lengths[0]))];
}

/* -- begin and end -- */

static void open(const char *service, const struct tn_interface *interface, tn_handle *cap)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	TN_MUST(tn_session_open(service, "", none, interface, &session));
	*cap = session.cap;
}

static uint64_t identities(void)
{
	struct tn_usage usage = { 0, 0, 0 };
	TN_MUST(tn_pd_usage(tn_env_pd(world.env), TN_USAGE_OBJECT, &usage));
	return usage.count;
}

/* Lets "late" go when main waits for it. */
static void watch_main(void *before)
{
	while (identities() == *(const uint64_t *)before)
		;
	TN_MUST(tn_stage_put(world.stage, "go", (tn_any_cap){ tn_env_pd(world.env).handle }));
}

/*
 * The runtime makes a signal when a session is not there at once for the first time, which is a
 * matter of time: here one is not.
 */
static void settle(void)
{
	const struct tn_quota quota = { 16384, 8 };
	struct tn_session session;
	struct tn_thread *thread;
	uint64_t before = identities();
	tn_actor_start_with("late", "", "Late", 1 << 20, 60);
	TN_MUST(tn_thread_create("watches", TN_PRIORITY_DEFAULT, 0, watch_main, &before, &thread));
	TN_MUST(tn_session_open("Late", "", quota, &remote_interface, &session));
	TN_MUST(tn_thread_join(thread));
	tn_session_close(&session);
	tn_actor_kill("late");
}

void world_begin(struct tn_env *env)
{
	world.env = env;
	open("Stage", &tn_stage_interface, &world.stage.handle);
	settle();
	open("RM", &tn_rm_interface, &world.rm.handle);
	TN_MUST(tn_pd_address_space(tn_env_pd(env), &world.space));
	TN_MUST(tn_entrypoint_create("pager", TN_PRIORITY_DEFAULT, &world.pager));
	TN_MUST(tn_dataspace_alloc(PAGE, &world.filler));
	world.length = 0;
}

void close_pd(uint32_t i)
{
	struct child_pd *pd = &world.pd[i];
	world.pd_used[i] = false;
	make_stale(pd->session.cap);
	tn_session_close(&pd->session);
	if (pd->started)
		tn_object_destroy(&pd->parent);
	pd->started = false;
}

/* What it serves ends with it. */
void end_entry(uint32_t i)
{
	for (uint32_t j = 0; j < OBJECTS; j++) {
		if (!world.object_used[j] || world.object[j].entry != (int)i)
			continue;
		world.object_used[j] = false;
		make_stale(world.object[j].object.handle);
	}
	for (uint32_t j = 0; j < SIGNALS; j++) {
		if (!world.signal_used[j] || world.signal[j].entry != (int)i)
			continue;
		world.signal_used[j] = false;
		make_stale(world.signal[j].signal.cap.handle);
	}
	world.entry_used[i] = false;
	say_error(tn_entrypoint_destroy(world.entry[i]));
}

void free_map(uint32_t i)
{
	struct managed *map = &world.map[i];
	world.map_used[i] = false;
	tn_error error;
	do
		error = tn_rm_destroy(world.rm, map->map);
	while (error == TN_ERR_AGAIN);
	say_error(error);
	tn_signal_destroy(&map->faulted);
	make_stale(map->dataspace.handle);
	tn_cap_release(map->map.handle);
	tn_cap_release(map->dataspace.handle);
}

static void end_own(void)
{
	for (uint32_t i = 0; i < THREADS; i++)
		if (world.thread_used[i])
			join_thread(i);
	if (world.locked)
		tn_mutex_unlock(&world.lock);
	for (uint32_t i = 0; i < ENTRIES; i++)
		if (world.entry_used[i])
			end_entry(i);
	for (uint32_t i = 0; i < OBJECTS; i++)
		if (world.object_used[i])
			tn_object_destroy(&world.object[i].object);
	for (uint32_t i = 0; i < SIGNALS; i++)
		if (world.signal_used[i])
			tn_signal_destroy(&world.signal[i].signal);
	for (uint32_t i = 0; i < HANDS; i++)
		if (world.hand_used[i])
			tn_cap_release(world.hand[i]);
}

static void end_memory(void)
{
	for (uint32_t i = 0; i < VIEWS; i++)
		if (world.view_used[i])
			(void)tn_detach(world.view[i].at);
	for (uint32_t i = 0; i < MAPS; i++)
		if (world.map_used[i])
			free_map(i);
	for (uint32_t i = 0; i < MEMORIES; i++)
		if (world.memory_used[i])
			tn_dataspace_free(world.memory[i]);
	for (uint32_t i = 0; i < BLOCKS; i++)
		if (world.block_used[i])
			tn_heap_free(world.block[i].at);
	tn_dataspace_free(world.filler);
}

/* Kinds whose use does not depend on what the heap has grown to. */
static void say_left(void)
{
	static const uint32_t kinds[] = { TN_USAGE_OBJECT, TN_USAGE_CHANNEL, TN_USAGE_THREAD,
					  TN_USAGE_SESSION };
	struct tn_usage usage;
	say(" left");
	for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (tn_pd_usage(tn_env_pd(world.env), kinds[i], &usage) == TN_OK)
			say_number(usage.count);
}

void world_end(void)
{
	world.length = 0;
	for (uint32_t i = 0; i < PDS; i++)
		if (world.pd_used[i])
			close_pd(i);
	for (uint32_t i = 0; i < BELLS; i++)
		if (world.bell_used[i])
			tn_cap_release(world.bell[i].cap.handle);
	for (uint32_t i = 0; i < SESSIONS; i++)
		if (world.session_used[i])
			tn_session_close(&world.session[i].session);
	for (uint32_t i = 0; i < PEERS; i++) {
		if (!world.peer_used[i])
			continue;
		say_error(tn_stage_kill(world.stage, peer_name(i)));
		bury_peer(i);
	}
	end_own();
	end_memory();
	say_error(tn_entrypoint_destroy(world.pager));
	say_left();
}
