/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Steps: protection domains, their quota and their threads, as a parent has them. */

#include "world.h"

OP(pd_open)
{
	static const struct tn_quota quotas[] = { { 512 * 1024, 20 }, { 400 * 1024, 10 },
						  { 1 << 20, 60 },    { 270 * 1024, 1 },
						  { 4096, 4 },        { 512 * 1024, 0 },
						  { 1ull << 40, 4 },  { 512 * 1024, 1ull << 40 } };
	uint32_t i = free_slot(world.pd_used, PDS, o.a);
	if (i == PDS)
		return;
	struct tn_quota quota = quotas[o.b % 2 ? o.b / 2 % 3 : o.b / 2 % 8];
	if (said_ok(tn_session_open("PD", "child", quota, &tn_pd_interface, &world.pd[i].session)))
		world.pd_used[i] = true;
}

OP(pd_close)
{
	uint32_t i = used_slot(world.pd_used, PDS, o.a);
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	tn_pd_cap cap = { world.pd[i].session.cap };
	if (world.pd_used[i])
		close_pd(i);
	say_error(tn_pd_accounts(cap, &accounts));
}

static void say_accounts(tn_pd_cap pd)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	if (!said_ok(tn_pd_accounts(pd, &accounts)))
		return;
	say_number(accounts.ram_limit);
	say_number(accounts.ram_used);
	say_number(accounts.caps_limit);
	say_number(accounts.caps_used);
}

OP(pd_accounts)
{
	say_accounts(pd_at(o.a));
}

OP(accounts)
{
	say_accounts(tn_env_pd(world.env));
}

OP(pd_usage)
{
	struct tn_usage usage = { 0, 0, 0 };
	if (!said_ok(tn_pd_usage(pd_at(o.a), o.b % 8 ? o.b / 8 % TN_USAGE_COUNT : o.b, &usage)))
		return;
	say_number(usage.ram);
	say_number(usage.caps);
	say_number(usage.count);
}

OP(pd_state)
{
	struct tn_fault fault = { .kind = 0 };
	uint32_t state = 0;
	if (!said_ok(tn_pd_state(pd_at(o.a), &state, &fault)))
		return;
	say_number(state);
	say_number(fault.kind);
}

OP(pd_waiting)
{
	uint32_t threads = 0;
	if (said_ok(tn_pd_waiting(pd_at(o.a), &threads)))
		say_number(threads);
}

OP(pd_permit)
{
	say_error(tn_pd_permit_execute(pd_at(o.a)));
}

OP(pd_give_quota)
{
	static const uint64_t amounts[] = {
		0, 1, PAGE, 64 * 1024, 1 << 20, 1ull << 40, UINT64_MAX
	};
	tn_any_cap to = { o.b % 4 ? pd_at(o.b / 4).handle : any_handle(o.b / 4) };
	uint64_t ram = amounts[o.c % 4 ? o.c / 4 % 4 : o.c / 4 % 7], caps = amounts[o.d % 3];
	if (o.d % 16 == 15)
		caps = amounts[o.d / 16 % 7];
	say_error(tn_pd_transfer_quota(pd_at(o.a), to, ram, caps));
}

/* Leaves the component little, until it takes it back. */
OP(quota_squeeze)
{
	static const uint64_t ram[] = { 0, 4096, 8192, 20480, 100000 };
	struct tn_accounts now;
	uint32_t i = used_slot(world.pd_used, PDS, o.a);
	uint64_t keep_ram = ram[o.b % 5], keep_caps = o.c % 2 ? 100 : o.c % 7;
	if (!world.pd_used[i] || tn_pd_accounts(tn_env_pd(world.env), &now) != TN_OK)
		return;
	uint64_t free_ram = now.ram_limit - now.ram_used,
		 free_caps = now.caps_limit - now.caps_used;
	tn_any_cap to = { world.pd[i].session.cap };
	say_error(tn_pd_transfer_quota(tn_env_pd(world.env), to,
				       free_ram > keep_ram ? free_ram - keep_ram : 0,
				       free_caps > keep_caps ? free_caps - keep_caps : 0));
}

OP(quota_relax)
{
	struct tn_accounts now;
	tn_any_cap to = { tn_env_pd(world.env).handle };
	for (uint32_t i = 0; i < PDS; i++) {
		tn_pd_cap pd = { world.pd[i].session.cap };
		if (world.pd_used[i] && tn_pd_accounts(pd, &now) == TN_OK)
			say_error(tn_pd_transfer_quota(pd, to, now.ram_limit - now.ram_used,
						       now.caps_limit - now.caps_used));
	}
}

/* -- memory of a child -- */

/* Not of the component itself, whose runtime has to know what is attached where. */
static tn_pd_cap other_pd(uint32_t k)
{
	tn_pd_cap pd = pd_at(k);
	return pd.handle == tn_env_pd(world.env).handle ? (tn_pd_cap){ 0 } : pd;
}

OP(pd_alloc)
{
	tn_dataspace_cap cap = { 0 };
	if (said_ok(tn_pd_alloc(other_pd(o.a), size_of(o.b), &cap)))
		take_in_hand(cap.handle, o.c);
}

OP(pd_free)
{
	uint64_t at, size;
	tn_dataspace_cap cap = { world.hand[used_slot(world.hand_used, HANDS, o.b)] };
	tn_error error;
	do
		error = tn_pd_free(other_pd(o.a), cap, &at, &size);
	while (error == TN_ERR_AGAIN || (error == TN_OK && size));
	say_error(error);
}

OP(pd_attach)
{
	uint64_t at = 0, size = 0, address = o.c % 3 ? 0 : place_of(o.c / 3);
	tn_dataspace_cap cap =
		o.b % 4 ? dataspace_at(o.b / 4) : (tn_dataspace_cap){ any_handle(6) };
	tn_pd_cap pd = other_pd(o.a);
	tn_error error;
	do
		error = tn_pd_attach(pd, cap, address, offset_of(o.d), length_of(o.d / 10),
				     rights_of(o.d / 120), &at, &size);
	while (error == TN_ERR_AGAIN);
	if (!said_ok(error))
		return;
	say_number(at);
	say_number(size);
}

OP(pd_detach)
{
	uint64_t at = 0, size = 0;
	tn_pd_cap pd = other_pd(o.a);
	uint64_t address = o.b % 2 ? 0x40000000 + (uint64_t)(o.b / 2 % 32) * PAGE : place_of(o.b);
	tn_error error;
	do
		error = tn_pd_detach(pd, address, &at, &size);
	while (error == TN_ERR_AGAIN);
	if (!said_ok(error))
		return;
	say_number(at);
	say_number(size);
}

OP(pd_settle)
{
	tn_pd_cap pd = pd_at(o.a);
	tn_error error;
	do
		error = tn_pd_settle(pd, place_of(o.b));
	while (error == TN_ERR_AGAIN);
	say_error(error);
}

OP(pd_seal)
{
	tn_dataspace_cap cap = { world.hand[used_slot(world.hand_used, HANDS, o.b)] };
	say_error(tn_pd_seal(other_pd(o.a), cap));
}

/* -- what only a runtime asks for -- */

/* Of its own main entrypoint it would be one that the runtime does not know: others alone. */
OP(pd_identity)
{
	tn_any_cap cap = { 0 };
	tn_signal_cap signal = { 0 };
	uint32_t entrypoint = o.b % 4 ? 300 + o.b : UINT32_MAX;
	if (o.c % 2)
		say_error(tn_pd_object_create(pd_at(o.a), entrypoint, o.d, &cap));
	else
		say_error(tn_pd_signal_create(pd_at(o.a), entrypoint, o.d, &signal));
}

OP(pd_destroy_identity)
{
	uint32_t k = o.b % 16 == 4 || o.b % 16 == 5 ? 1 : o.b;
	tn_any_cap cap = { any_handle(k) };
	for (uint32_t i = 0; i < OBJECTS; i++)
		if (cap.handle == world.object[i].object.handle)
			cap.handle = 0;
	for (uint32_t i = 0; i < SIGNALS; i++)
		if (cap.handle == world.signal[i].signal.cap.handle)
			cap.handle = 0;
	say_error(tn_pd_object_destroy(pd_at(o.a), cap));
}

OP(pd_transfer)
{
	struct tn_handles handles = { .count = o.c % 4 ? o.c % 3 : o.c };
	for (uint32_t i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		handles.handle[i] = any_handle(o.d + i);
	uint8_t mark;
	/* To core none is ever needed. */
	if (o.b % 2)
		say_error(tn_pd_transfer_call(pd_at(o.a), any_handle(13), handles, &mark));
	else
		say_error(tn_pd_transfer_reply(pd_at(o.a), (uint64_t)o.b << 20 | o.d, o.c, handles,
					       &mark));
}

OP(pd_release)
{
	uint32_t channel;
	say_error(tn_pd_release(pd_at(o.a), any_handle(o.b), 10000 + o.c, &channel));
}

OP(pd_release_all)
{
	struct tn_released released;
	struct tn_releases all = { .count = o.c % 8 ? o.c % 9 : o.c };
	for (uint32_t i = 0; i < TN_MESSAGE_CAPS_MAX; i++) {
		all.entry[i].handle = any_handle(o.b + i);
		all.entry[i].count = 10000 + o.d;
	}
	if (!said_ok(tn_pd_release_all(pd_at(o.a), all, &released)))
		return;
	for (uint32_t i = 0; i < all.count && i < TN_MESSAGE_CAPS_MAX; i++)
		say_error(tn_error_of(released.error[i]));
}

/* -- a child with a parent that tells it nothing: it ends with the value of who cannot load -- */

static struct {
	struct tn_mutex lock;
	struct tn_condition changed;
	bool ended;
	int32_t value;
} child;

static tn_error as_parent(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)self;
	if (request->opcode != tn_parent_opcode_exit || request->length != sizeof(int32_t))
		return TN_ERR_DENIED;
	tn_mutex_lock(&child.lock);
	memcpy(&child.value, request->data, sizeof(child.value));
	child.ended = true;
	tn_condition_signal(&child.changed);
	tn_mutex_unlock(&child.lock);
	return TN_OK;
}

static void await_end(void)
{
	tn_mutex_lock(&child.lock);
	while (!child.ended)
		tn_condition_wait(&child.changed, &child.lock);
	tn_mutex_unlock(&child.lock);
	say_number((uint32_t)child.value);
}

OP(pd_start)
{
	uint32_t i = used_slot(world.pd_used, PDS, o.a);
	struct child_pd *pd = &world.pd[i];
	if (o.b % 3 == 0) {
		/* An object that takes no part in this would leave the child to itself. */
		const uint32_t objects = 1u << 4 | 1u << 6 | 1u << 7 | 1u << 11 | 1u << 12;
		tn_any_cap wrong = { any_handle(objects >> o.c % 16 & 1 ? 0 : o.c) };
		say_error(tn_pd_start(pd_at(o.d), wrong));
		return;
	}
	if (!world.pd_used[i] || pd->started)
		return;
	pd->parent = (struct tn_object){ .dispatch = as_parent };
	if (!said_ok(tn_object_create(world.pager, &pd->parent)))
		return;
	pd->started = true;
	child.ended = false;
	if (said_ok(tn_pd_start((tn_pd_cap){ pd->session.cap }, (tn_any_cap){ pd->parent.handle })))
		await_end();
}

OP(pd_watch)
{
	say_error(tn_pd_watch(pd_at(o.a), signal_at(o.b)));
}

OP(pd_space)
{
	tn_region_map_cap map = { 0 };
	uint64_t at = 0, size = 0;
	uint32_t reserved = 0;
	if (!said_ok(tn_pd_address_space(pd_at(o.a), &map)))
		return;
	if (said_ok(tn_region_map_find(map, 0x40000000, PAGE, &at, &size, &reserved)))
		say_number(at);
	tn_cap_release(map.handle);
}

/* -- threads -- */

static tn_cpu_cap cpu_at(uint32_t k)
{
	return k % 8 ? tn_env_cpu(world.env) : (tn_cpu_cap){ any_handle(k / 8) };
}

OP(cpu_thread_create)
{
	uint32_t thread = 0;
	uint64_t base = 0, top = 0;
	if (!said_ok(tn_cpu_thread_create(cpu_at(o.a), other_pd(o.b), "made by its parent",
					  o.c % 33, o.d % 4 ? 0 : size_of(o.d), &thread, &base,
					  &top)))
		return;
	say_number(thread);
	say_number(base);
	say_number(top);
}

/* Those that cannot run. */
OP(cpu_thread_start)
{
	uint32_t thread = o.c % 2 ? 0 : 100 + o.c;
	say_error(tn_cpu_thread_start(cpu_at(o.a), pd_at(o.b), thread, 0x1234, 0x5678, 0));
}

OP(cpu_thread_end)
{
	tn_pd_cap pd = pd_at(o.b);
	bool own = pd.handle == tn_env_pd(world.env).handle;
	uint32_t thread = own ? 300 + o.c : o.c % 4;
	tn_error error;
	do
		error = tn_cpu_thread_end(cpu_at(o.a), pd, thread);
	while (error == TN_ERR_AGAIN);
	say_error(error);
}

OP(cpu_schedule)
{
	tn_pd_cap pd = pd_at(o.b);
	uint32_t thread = o.c % 4 == 3 ? o.c : 0, priority = 0;
	uint64_t cpus = 0, ns = 0;
	say_error(tn_cpu_thread_priority(cpu_at(o.a), pd, thread, o.d % 33));
	say_error(tn_cpu_thread_affinity(cpu_at(o.a), pd, thread, o.d % 3 ? UINT64_MAX : 0));
	say_error(tn_cpu_thread_time(cpu_at(o.a), pd, thread, &ns));
	if (said_ok(tn_cpu_thread_schedule(cpu_at(o.a), pd, thread, &priority, &cpus)))
		say_number(priority);
}

OP(cpu_limits)
{
	uint32_t priority = 0;
	uint64_t cpus = 0;
	if (said_ok(tn_cpu_limits(cpu_at(o.a), pd_at(o.b), &priority, &cpus)))
		say_number(priority);
}

/* The component itself stays as it is. */
OP(cpu_restrict)
{
	say_error(
		tn_cpu_restrict_pd(cpu_at(o.a), other_pd(o.b), o.c % 33, o.d % 4 ? UINT64_MAX : 0));
}
