/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Steps: calls to other components, right and wrong, and their ends. */

#include "world.h"

const char *peer_name(uint32_t i)
{
	static const char *const names[PEERS] = { "peer.0", "peer.1", "peer.2" };
	return names[i];
}

/* -- beginning and end -- */

static bool has_ended(uint32_t i, struct tn_child_end *end)
{
	return tn_stage_ended(world.stage, peer_name(i), end) == TN_OK;
}

/* Its capability, or why there is none. */
static tn_error meet(uint32_t i)
{
	tn_any_cap cap = { 0 };
	struct tn_child_end end;
	tn_error error;
	while ((error = tn_stage_get(world.stage, peer_name(i), &cap)) == TN_ERR_NOT_FOUND) {
		if (has_ended(i, &end))
			return TN_ERR_GONE;
		tn_actor_wait();
	}
	world.peer[i].handle = cap.handle;
	return error;
}

OP(peer_start)
{
	static const uint64_t ram[] = { 1 << 20, 2 << 20, 1 << 20, 600 * 1024, 300 * 1024, 0 };
	uint32_t i = free_slot(world.peer_used, PEERS, o.a);
	if (i == PEERS) {
		say_error(tn_stage_start(world.stage, peer_name(o.b % PEERS), "", "", 1 << 20, 60));
		return;
	}
	uint64_t much = ram[o.b % 4 ? o.b / 4 % 3 : o.b / 4 % 6];
	if (!said_ok(tn_stage_start(world.stage, peer_name(i), "", i ? "" : "Peer", much,
				    o.c % 16 ? 80 : o.c / 16 % 30)))
		return;
	world.peer_used[i] = true;
	if (said_ok(meet(i)))
		return;
	tn_error killed = tn_stage_kill(world.stage, peer_name(i));
	(void)killed; /* it may have ended */
	bury_peer(i);
}

void bury_peer(uint32_t i)
{
	struct tn_child_end end;
	while (!has_ended(i, &end))
		tn_actor_wait();
	say(" ended %d", (int)end.cause);
	if (end.cause == TN_CHILD_EXITED)
		say_number((uint32_t)end.value);
	if (end.cause == TN_CHILD_NOT_STARTED)
		say_error(end.error);
	if (end.cause == TN_CHILD_FAULTED)
		say_number(end.fault.kind);
	if (end.cause == TN_CHILD_FAULTED && end.fault.kind <= TN_FAULT_WRITE)
		say_number(end.fault.address);
	world.peer_used[i] = false;
	make_stale(world.peer[i].handle);
	tn_cap_release(world.peer[i].handle);
	for (uint32_t j = 0; j < BELLS; j++) {
		if (!world.bell_used[j] || world.bell[j].peer != i)
			continue;
		world.bell_used[j] = false;
		tn_cap_release(world.bell[j].cap.handle);
	}
}

static bool is_alive(uint32_t i)
{
	struct tn_accounts accounts;
	return tn_stage_accounts(world.stage, peer_name(i), &accounts) == TN_OK;
}

/*
 * A call to a peer that came to nothing is the end of the peer, if it was sent: otherwise something
 * else may have been gone. One that is alive and out of reach, as what was held of it was given
 * back by hand, is ended.
 */
static void look_after_call(remote_cap peer, tn_error error, bool sent)
{
	for (uint32_t i = 0; i < PEERS; i++) {
		if (error != TN_ERR_GONE || !world.peer_used[i] ||
		    world.peer[i].handle != peer.handle)
			continue;
		bool alive = is_alive(i);
		if (alive && !sent)
			continue;
		if (alive) {
			say(" lost");
			tn_error killed = tn_stage_kill(world.stage, peer_name(i));
			(void)killed;
		}
		bury_peer(i);
	}
}

static void look_after(remote_cap peer, tn_error error)
{
	look_after_call(peer, error, true);
}

OP(peer_kill)
{
	uint32_t i = used_slot(world.peer_used, PEERS, o.a);
	tn_signal_cap killer = { 0 };
	if (!world.peer_used[i])
		return;
	if (o.b % 2) {
		say_error(tn_stage_kill(world.stage, peer_name(i)));
	} else if (said_ok(tn_stage_killer(world.stage, peer_name(i), &killer))) {
		say_error(tn_signal_submit(killer));
	} else {
		return;
	}
	bury_peer(i);
	tn_cap_release(killer.handle);
}

OP(peer_end)
{
	uint32_t i = used_slot(world.peer_used, PEERS, o.a);
	remote_cap peer = world.peer[i];
	tn_error error = remote_end(peer, (int32_t)(o.b % 126));
	say_error(error);
	look_after(peer, error);
}

OP(peer_fault)
{
	uint32_t i = used_slot(world.peer_used, PEERS, o.a);
	remote_cap peer = world.peer[i];
	tn_error error = remote_fall(peer, o.b);
	say_error(error);
	look_after(peer, error);
}

/* -- messages -- */

OP(peer_call)
{
	uint64_t back = 0, value = (uint64_t)o.b << 32 | o.c;
	if (said_ok(remote_echo(peer_at(o.a), value, &back)))
		say_number(back);
}

OP(peer_status)
{
	static const uint32_t numbers[] = { 0,   1,   3,        TN_ERROR_COUNT - 1, TN_ERROR_COUNT,
					    255, 256, 1u << 16, UINT32_MAX };
	uint32_t n = sizeof(numbers) / sizeof(numbers[0]);
	say_error(remote_status(peer_at(o.a), numbers[o.b % n]));
}

OP(peer_text)
{
	char in[PEER_TEXT + 20], out[PEER_TEXT + 1] = "";
	uint32_t length = o.b % 4 ? o.b / 4 % 20 : o.b / 4 % sizeof(in);
	memset(in, 'a' + (int)(o.c % 26), length);
	in[length] = 0;
	if (said_ok(remote_text(peer_at(o.a), in, out)))
		say(" %s", out);
}

OP(peer_bytes)
{
	unsigned char in[PEER_BYTES + 20], out[PEER_BYTES];
	size_t length = 0, wrong = 0;
	uint32_t given = o.b % sizeof(in), wanted = o.c % 4 ? given : o.c / 4 % sizeof(in);
	for (uint32_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i + o.d);
	if (!said_ok(remote_bytes(peer_at(o.a), in, given, wanted, out, &length)))
		return;
	for (size_t i = 0; i < length; i++)
		wrong += out[i] != in[i];
	say_number(length);
	say_number(wrong);
}

OP(peer_mirror)
{
	tn_any_cap a = { any_handle(o.b) }, b = { any_handle(o.c) }, c = { any_handle(o.d) };
	tn_any_cap x = { 0 }, y = { 0 }, z = { 0 };
	if (o.a % 4) { /* all of them right, mostly */
		a.handle = any_handle(3 + o.b % 3);
		b.handle = any_handle(3 + o.c % 3);
		c.handle = tn_env_pd(world.env).handle;
	}
	if (!said_ok(remote_mirror(peer_at(o.a / 4), a, b, c, &x, &y, &z)))
		return;
	say(" %d%d%d", x.handle == c.handle, y.handle == a.handle, z.handle == b.handle);
	tn_cap_release(x.handle);
	tn_cap_release(y.handle);
	tn_cap_release(z.handle);
}

/* -- what peers keep -- */

/*
 * Who has submitted a signal and is gone before it was seen is stood in for by core, at the
 * receiver's expense; when it is seen is a matter of time. So peers submit only what is waited for.
 */
static tn_handle harmless(tn_handle handle)
{
	if (TN_HANDLE_KIND(handle) == TN_CAP_SIGNAL)
		return 0;
	/* Who is called back at the entrypoint that waits for the call waits for good. */
	for (uint32_t i = 0; i < OBJECTS; i++)
		if (world.object_used[i] && world.object[i].entry < 0 &&
		    world.object[i].object.handle == handle)
			return 0;
	return handle;
}

OP(peer_keep)
{
	tn_any_cap cap = { o.d % 3 ? any_handle(3 + o.d % 9) : any_handle(o.c) };
	if (o.d % 5 == 0)
		cap.handle = dataspace_at(o.c).handle;
	cap.handle = harmless(cap.handle);
	say_error(remote_keep(peer_at(o.a), o.b % 16 ? o.b % KEPT : o.b, cap));
}

OP(peer_drop)
{
	say_error(remote_keep(peer_at(o.a), o.b % KEPT, (tn_any_cap){ 0 }));
}

OP(peer_fetch)
{
	tn_any_cap cap = { 0 };
	if (said_ok(remote_fetch(peer_at(o.a), o.b % 16 ? o.b % KEPT : o.b, &cap)))
		take_in_hand(cap.handle, o.c);
}

OP(peer_make)
{
	tn_any_cap cap = { 0 };
	if (said_ok(remote_make(peer_at(o.a), o.b % KEPT, &cap)))
		take_in_hand(cap.handle, o.c);
}

OP(peer_unmake)
{
	say_error(remote_unmake(peer_at(o.a), o.b % KEPT));
}

OP(peer_call_on)
{
	uint64_t back = 0;
	if (o.d % 2) {
		remote_cap hand = { world.hand[used_slot(world.hand_used, HANDS, o.b)] };
		if (said_ok(remote_echo(hand, o.c, &back)))
			say_number(back);
	} else if (said_ok(remote_call_on(peer_at(o.a), o.b % KEPT, o.c, &back))) {
		say_number(back);
	}
}

OP(peer_submit)
{
	struct tn_signal signal = { .handler = NULL };
	remote_cap peer = peer_at(o.a);
	if (o.b % 4 == 0) {
		say_error(remote_submit(peer, o.b % KEPT)); /* no signal */
		return;
	}
	if (!said_ok(tn_signal_create(tn_env_entrypoint(world.env), &signal)))
		return;
	if (said_ok(remote_keep(peer, o.b % KEPT, (tn_any_cap){ signal.cap.handle })) &&
	    said_ok(remote_submit(peer, o.b % KEPT))) {
		tn_signal_wait(&signal);
		say_error(remote_keep(peer, o.b % KEPT, (tn_any_cap){ 0 }));
	}
	tn_signal_destroy(&signal);
}

OP(peer_bell)
{
	uint32_t peer = used_slot(world.peer_used, PEERS, o.a);
	uint32_t i = free_slot(world.bell_used, BELLS, o.b);
	if (i == BELLS || !world.peer_used[peer])
		return;
	struct bell *bell = &world.bell[i];
	*bell = (struct bell){ .peer = peer, .slot = o.c % KEPT };
	if (said_ok(remote_bell(world.peer[peer], bell->slot, &bell->cap)))
		world.bell_used[i] = true;
}

OP(peer_ring)
{
	const struct bell *bell = &world.bell[used_slot(world.bell_used, BELLS, o.a)];
	if (!world.bell_used[bell - world.bell])
		return;
	for (uint32_t n = 1 + o.b % 3; n > 0; n--)
		say_error(tn_signal_submit(bell->cap));
	say_error(remote_heard(world.peer[bell->peer], bell->slot));
}

static tn_error look_there(uint32_t k, uint32_t slot, uint64_t offset, uint32_t rights,
			   uint32_t touch)
{
	remote_cap peer = peer_at(k);
	uint64_t word = 0;
	tn_error error = remote_look(peer, slot, offset, rights, touch, &word);
	if (said_ok(error))
		say_number(word);
	look_after(peer, error);
	return error;
}

OP(peer_look)
{
	(void)look_there(o.a, o.b % KEPT, offset_of(o.c), rights_of(o.d), 0);
}

/* For real, with a pager: page by page what the peer touches is there, or the peer is not. */
OP(peer_touch)
{
	uint32_t i = used_slot(world.map_used, MAPS, o.b), before;
	struct managed *map = &world.map[i];
	tn_any_cap cap = { map->dataspace.handle };
	if (!world.map_used[i])
		return;
	for (uint32_t j = 0; j < MAPS; j++) {
		tn_error error = TN_OK;
		if (world.map_used[j])
			error = tn_region_map_fault_signal(world.map[j].map,
							   world.map[j].faulted.cap);
		if (error != TN_OK) {
			say_error(error);
			return;
		}
	}
	if (!said_ok(remote_keep(peer_at(o.a), 0, cap)))
		return;
	before = map->faults;
	(void)look_there(o.a, 0, offset_of(o.c), o.d % 2 ? READ : READ | WRITE, 1);
	say_number(map->faults - before);
	for (uint32_t j = 0; j < MAPS; j++) {
		if (world.map_used[j] && world.map[j].broken) {
			say(" broken");
			free_map(j);
		}
	}
}

OP(peer_alloc)
{
	tn_dataspace_cap memory = { 0 };
	if (said_ok(remote_alloc(peer_at(o.a), o.b % KEPT, size_of(o.c), &memory)))
		take_in_hand(memory.handle, o.d);
}

OP(peer_free)
{
	say_error(remote_free(peer_at(o.a), o.b % KEPT));
}

OP(peer_accounts)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	if (!said_ok(tn_stage_accounts(world.stage, peer_name(o.a % PEERS), &accounts)))
		return;
	say_number(accounts.ram_limit);
	say_number(accounts.ram_used);
	say_number(accounts.caps_used);
}

/* -- a call that never returns by itself -- */

static struct {
	remote_cap peer;
	tn_signal_cap entered;
	tn_error result;
} hanging;

static void hang_there(void *argument)
{
	(void)argument;
	hanging.result = remote_hang(hanging.peer, hanging.entered);
}

OP(peer_hang)
{
	uint32_t i = used_slot(world.peer_used, PEERS, o.a);
	struct tn_thread *thread = NULL;
	struct tn_signal entered = { .handler = NULL };
	if (!world.peer_used[i] ||
	    !said_ok(tn_signal_create(tn_env_entrypoint(world.env), &entered)))
		return;
	hanging.peer = world.peer[i];
	hanging.entered = entered.cap;
	hanging.result = TN_OK;
	/* What cannot be paid is found out by a call of the same kind. */
	tn_error payable = remote_keep(world.peer[i], 1, (tn_any_cap){ entered.cap.handle });
	if (said_ok(payable) &&
	    said_ok(tn_thread_create("hangs", TN_PRIORITY_DEFAULT, 0, hang_there, NULL, &thread))) {
		tn_signal_wait(&entered);
		say_error(tn_stage_kill(world.stage, peer_name(i)));
		bury_peer(i);
		say_error(tn_thread_join(thread));
		say_error(hanging.result);
	}
	tn_signal_destroy(&entered);
}

/* -- by hand -- */

/* Operations that nothing would end, or that change what only the runtime may change. */
static bool may_call(tn_handle handle, uint16_t opcode)
{
	bool own_pd = handle == tn_env_pd(world.env).handle;
	if (TN_HANDLE_KIND(handle) == TN_CAP_OBJECT &&
	    (opcode == remote_opcode_hang || opcode == remote_opcode_heard))
		return false;
	return !own_pd || opcode == tn_pd_opcode_alloc || opcode > tn_pd_opcode_release;
}

/* Of two mistakes it is open which one is told. */
static bool is_dead(tn_handle handle)
{
	struct tn_call call = { .cap_count = 0 };
	tn_error error = tn_call_begin(&call, handle);
	if (error == TN_OK) {
		call.length = 0;
		call.opcode = UINT16_MAX;
		call.reply_cap_count = 0;
		error = tn_call_end(&call, tn_call_invoke(&call));
	}
	return error == TN_ERR_GONE;
}

static void fill_message(struct tn_call *call, struct operands o)
{
	static const uint32_t lengths[] = { 0, 4, 8, 12, 16, 1, 100, 4095, 4096, 4097, UINT32_MAX };
	static const int patterns[] = { 0, 0x55, 0xff };
	if (o.d % 16 == 1)
		call->cap_count = (uint8_t)(o.d / 16); /* which were not transferred */
	memset(call->data, patterns[o.c / 16 % 3], TN_MESSAGE_MAX);
	call->length = lengths[o.c % (sizeof(lengths) / sizeof(lengths[0]))];
	call->reply_cap_count = (uint8_t)(o.d % 3 ? TN_CALL_CAPS_ANY : o.d / 3 % 3);
}

OP(raw_call)
{
	struct tn_call call = { .cap_count = 0 };
	tn_handle handle = any_handle(o.a);
	uint16_t opcode = (uint16_t)(o.b % 4 ? o.b / 4 % 24 : o.b);
	if (!may_call(handle, opcode))
		return;
	if (o.d % 4 == 0) {
		call.cap_count = (uint8_t)(o.d / 4 % 12);
		for (uint32_t i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
			call.caps[i] = o.d % 8 ? tn_env_pd(world.env).handle
					       : harmless(any_handle(o.d + i));
	}
	/* What is dead is noticed here or when it is called. */
	tn_error error = tn_call_begin(&call, handle);
	bool sent =
		error == TN_OK; /* otherwise it may be a capability that is dead, not the peer */
	if (error == TN_OK) {
		fill_message(&call, o);
		call.opcode = opcode;
		error = tn_call_invoke(&call);
		uint32_t length = call.length;
		error = tn_call_end(&call, error);
		if (error == TN_OK)
			say("%x ", length);
		for (uint32_t i = 0; error == TN_OK && i < call.received; i++)
			tn_cap_release(call.caps[i]);
	}
	if (error != TN_OK && is_dead(handle))
		error = TN_ERR_GONE;
	say_error(error);
	look_after_call((remote_cap){ handle }, error, sent);
}
