/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What a handle is: identity, counting, delegation, revocation. */

#include "cases.h"

TN_STATIC_ASSERT(!__builtin_types_compatible_p(box_cap, tn_rom_cap) &&
			 !__builtin_types_compatible_p(box_cap, tn_any_cap) &&
			 !__builtin_types_compatible_p(tn_signal_cap, tn_any_cap),
		 "a capability of one interface is not one of another");

static void same_by_two_ways(struct tn_env *env)
{
	box_cap first = start_box("box.1"), second = start_box("box.2"), other = { 0 };
	tn_any_cap again = { 0 }, any;
	uint64_t back;
	(void)env;
	TN_REQUIRE_OK(box_other(first, &other));
	any.handle = other.handle;
	TN_EXPECT(other.handle != first.handle);
	TN_EXPECT_ERROR(box_put(second, any), TN_OK);
	TN_EXPECT_ERROR(box_get(second, &again), TN_OK);
	TN_EXPECT_EQUAL(again.handle, other.handle);
	tn_cap_release(again.handle);
	TN_EXPECT_ERROR(box_echo(other, 1, &back), TN_OK);
	tn_cap_release(other.handle);
	TN_EXPECT_ERROR(box_echo(other, 1, &back), TN_ERR_CAPABILITY);
	end_box("box.1", first);
	end_box("box.2", second);
}

static void counted_release(struct tn_env *env)
{
	box_cap box = start_box("box"), other = { 0 };
	uint64_t back;
	(void)env;
	struct tn_accounts before = tn_actor_accounts("main");
	TN_REQUIRE_OK(box_other(box, &other));
	struct tn_accounts with = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(with.caps_used, before.caps_used + 1);
	for (unsigned i = 0; i < 5; i++)
		TN_EXPECT_ERROR(tn_cap_retain(other.handle), TN_OK);
	for (unsigned i = 0; i < 5; i++) {
		tn_cap_release(other.handle);
		TN_EXPECT_ERROR(box_echo(other, 1, &back), TN_OK);
	}
	tn_cap_release(other.handle);
	TN_EXPECT_ERROR(box_echo(other, 1, &back), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(tn_cap_retain(other.handle), TN_ERR_CAPABILITY);
	tn_cap_release(other.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	end_box("box", box);
}

/* A reused index does not make an old handle valid again: not within 200 reuses. */
static void released_stays_invalid(struct tn_env *env)
{
	box_cap box = start_box("box"), old = { 0 }, next;
	uint64_t back;
	(void)env;
	TN_REQUIRE_OK(box_other(box, &old));
	tn_cap_release(old.handle);
	for (unsigned i = 0; i < 200; i++) {
		next.handle = 0;
		TN_REQUIRE_OK(box_other(box, &next));
		TN_EXPECT(next.handle != old.handle);
		TN_EXPECT_ERROR(box_echo(old, 1, &back), TN_ERR_CAPABILITY);
		tn_cap_release(next.handle);
	}
	end_box("box", box);
}

static void scoped(struct tn_env *env)
{
	box_cap box = start_box("box"), leaked;
	uint64_t back;
	(void)env;
	{
		TN_SCOPED(box_cap, other);
		TN_REQUIRE_OK(box_other(box, &other));
		leaked = other;
		TN_EXPECT_ERROR(box_echo(leaked, 1, &back), TN_OK);
	}
	TN_EXPECT_ERROR(box_echo(leaked, 1, &back), TN_ERR_CAPABILITY);
	end_box("box", box);
}

static void destroyed_for_everybody(struct tn_env *env)
{
	box_cap owner = start_box("box.1"), holder = start_box("box.2"), other = { 0 };
	uint64_t back;
	(void)env;
	TN_REQUIRE_OK(box_other(owner, &other));
	tn_any_cap any = { other.handle };
	TN_EXPECT_ERROR(box_put(holder, any), TN_OK);
	TN_EXPECT_ERROR(box_use(holder, 3, &back), TN_OK);
	TN_EXPECT_ERROR(box_destroy_other(owner), TN_OK);
	TN_EXPECT_ERROR(box_echo(other, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(box_use(holder, 3, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(box_put(holder, any), TN_ERR_GONE); /* nor can it be passed on */
	expect_box_alive(owner);
	expect_box_alive(holder);
	tn_cap_release(other.handle);
	end_box("box.1", owner);
	end_box("box.2", holder);
}

static void chain_of_three_and_back(struct tn_env *env)
{
	box_cap a = start_box("box.a"), b = start_box("box.b"), c = start_box("box.c");
	box_cap object = { 0 };
	tn_any_cap back = { 0 };
	uint64_t value = 0;
	(void)env;
	TN_REQUIRE_OK(box_other(a, &object));
	tn_any_cap any = { object.handle };
	TN_EXPECT_ERROR(box_put(a, any), TN_OK); /* comes home: it is the box's own */
	TN_EXPECT_ERROR(box_pass_on(a, b), TN_OK);
	TN_EXPECT_ERROR(box_pass_on(b, c), TN_OK);
	TN_EXPECT_ERROR(box_use(c, 9, &value), TN_OK);
	TN_EXPECT_EQUAL(value, 9);
	TN_EXPECT_ERROR(box_get(c, &back), TN_OK);
	TN_EXPECT_EQUAL(back.handle, object.handle);
	TN_EXPECT_ERROR(box_use(a, 9, &value), TN_ERR_DEADLOCK); /* its own object */
	end_box("box.b", b); /* it has paid for what c has: the client pays, as long as it lives */
	TN_EXPECT_ERROR(box_use(c, 9, &value), TN_ERR_GONE);
	TN_EXPECT_ERROR(box_echo(object, 9, &value), TN_OK);
	tn_cap_release(back.handle);
	tn_cap_release(object.handle);
	end_box("box.a", a);
	end_box("box.c", c);
}

/* Through any chain: each holder can use it, and it comes home as the owner's own. */
static void any_chain(struct tn_env *env)
{
	static const char *const names[] = { "box.0", "box.1", "box.2", "box.3", "box.4" };
	enum { BOXES = sizeof(names) / sizeof(names[0]), PASSES = 60 };
	box_cap boxes[BOXES], object = { 0 };
	uint32_t from = 1, choice = 1;
	tn_any_cap back = { 0 };
	uint64_t value;
	(void)env;
	for (uint32_t i = 0; i < BOXES; i++)
		boxes[i] = start_box(names[i]);
	TN_REQUIRE_OK(box_other(boxes[0], &object));
	tn_any_cap any = { object.handle };
	TN_EXPECT_ERROR(box_put(boxes[from], any), TN_OK);
	for (uint32_t i = 0; i < PASSES; i++) {
		choice = choice * 1103515245u + 12345u;
		uint32_t to = (from + 1 + (choice >> 16) % (BOXES - 1)) % BOXES;
		TN_EXPECT_ERROR(box_pass_on(boxes[from], boxes[to]), TN_OK);
		value = 0;
		TN_EXPECT_ERROR(box_use(boxes[to], i, &value), to ? TN_OK : TN_ERR_DEADLOCK);
		TN_EXPECT_EQUAL(value, to ? i : 0);
		TN_EXPECT_ERROR(box_get(boxes[to], &back), TN_OK);
		TN_EXPECT_EQUAL(back.handle, object.handle);
		tn_cap_release(back.handle);
		from = to;
	}
	tn_cap_release(object.handle);
	for (uint32_t i = 0; i < BOXES; i++)
		end_box(names[i], boxes[i]);
}

static tn_error never_called(const void *ops, void *self, struct tn_request *request)
{
	(void)ops;
	(void)self;
	(void)request;
	return TN_OK;
}

static void own_object(struct tn_env *env)
{
	box_cap box = start_box("box");
	struct tn_object object = { .dispatch = never_called };
	tn_any_cap back = { 0 };
	uint64_t value;
	TN_REQUIRE_OK(tn_object_create(tn_env_entrypoint(env), &object));
	box_cap own = { object.handle };
	tn_any_cap any = { object.handle };
	TN_EXPECT_ERROR(box_echo(own, 1, &value), TN_ERR_DEADLOCK);
	TN_EXPECT_ERROR(box_put(box, any), TN_OK);
	TN_EXPECT_ERROR(box_get(box, &back), TN_OK);
	TN_EXPECT_EQUAL(back.handle, object.handle);
	TN_EXPECT_ERROR(box_echo(own, 1, &value), TN_ERR_DEADLOCK);
	tn_object_destroy(&object);
	TN_EXPECT_ERROR(box_echo(own, 1, &value), TN_ERR_CAPABILITY);
	TN_EXPECT_ERROR(box_use(box, 1, &value), TN_ERR_GONE);
	end_box("box", box);
}

/* -- as many as a message takes -- */

static tn_error reflect(tn_any_cap mirror, unsigned count, const struct tn_signal *signals,
			tn_handle back[TN_MESSAGE_CAPS_MAX])
{
	struct tn_call call = { .cap_count = (uint8_t)count };
	for (unsigned i = 0; i < count; i++)
		call.caps[i] = signals[i].cap.handle;
	tn_error error = tn_call_begin(&call, mirror.handle);
	if (error != TN_OK)
		return error;
	call.length = 0;
	call.opcode = 0;
	call.reply_cap_count = (uint8_t)count;
	error = tn_call_invoke(&call);
	for (unsigned i = 0; error == TN_OK && i < count; i++)
		back[i] = call.caps[i];
	return tn_call_end(&call, error);
}

/* In replies of its owner and of others, from the parent, eight times in one message. */
static void by_every_way(struct tn_env *env)
{
	box_cap owner = start_box("box.1"), holder = start_box("box.2"), object = { 0 };
	struct tn_accounts before = tn_actor_accounts("main");
	tn_any_cap mirror = { 0 }, got = { 0 };
	struct tn_signal same[TN_MESSAGE_CAPS_MAX];
	tn_handle back[TN_MESSAGE_CAPS_MAX] = { 0 };
	(void)env;
	TN_REQUIRE_OK(box_other(owner, &object));
	tn_any_cap any = { object.handle };
	TN_EXPECT_ERROR(box_put(holder, any), TN_OK);
	TN_EXPECT_ERROR(box_get(holder, &got), TN_OK);
	TN_EXPECT_EQUAL(got.handle, object.handle);
	tn_cap_release(got.handle);
	tn_actor_put("every-way", object.handle);
	got.handle = tn_actor_get("every-way");
	TN_EXPECT_EQUAL(got.handle, object.handle);
	tn_cap_release(got.handle);
	TN_REQUIRE_OK(box_mirror(holder, &mirror));
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		same[i].cap.handle = object.handle;
	TN_EXPECT_ERROR(reflect(mirror, TN_MESSAGE_CAPS_MAX, same, back), TN_OK);
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++) {
		TN_EXPECT_EQUAL(back[i], object.handle);
		tn_cap_release(back[i]);
	}
	tn_cap_release(mirror.handle);
	expect_box_alive(object);
	tn_actor_kill("box.2");     /* what main left there it pays for, as long as the box lives */
	tn_actor_post("every-way"); /* and what it left with the stage */
	tn_cap_release(object.handle);
	tn_cap_release(holder.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used - 1); /* the box itself */
	end_box("box.1", owner);
}

static void up_to_eight_each_way(struct tn_env *env)
{
	static struct tn_signal signals[TN_MESSAGE_CAPS_MAX];
	box_cap box = start_box("box");
	tn_any_cap mirror = { 0 };
	TN_REQUIRE_OK(box_mirror(box, &mirror));
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[i]));
	struct tn_accounts before = tn_actor_accounts("main");
	for (unsigned count = 0; count <= TN_MESSAGE_CAPS_MAX; count++) {
		tn_handle back[TN_MESSAGE_CAPS_MAX] = { 0 };
		TN_REQUIRE_OK(reflect(mirror, count, signals, back));
		for (unsigned i = 0; i < count; i++) {
			TN_EXPECT_EQUAL(back[i], signals[count - 1 - i].cap.handle);
			tn_cap_release(back[i]);
		}
	}
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		tn_signal_destroy(&signals[i]);
	tn_cap_release(mirror.handle);
	end_box("box", box);
}

static void more_than_eight(struct tn_env *env)
{
	box_cap box = start_box("box");
	struct tn_call call = { .cap_count = TN_MESSAGE_CAPS_MAX + 1 };
	(void)env;
	TN_EXPECT_ERROR(tn_call_begin(&call, box.handle), TN_ERR_ARGUMENT);
	expect_box_alive(box);
	end_box("box", box);
}

/* No capability can be passed where one is declared: it arrives as 0. */
static void none_at_all(struct tn_env *env)
{
	box_cap box = start_box("box");
	tn_any_cap nothing = { 0 }, back = { 1 };
	uint64_t value;
	(void)env;
	TN_EXPECT_ERROR(box_peek(box, nothing), TN_OK);
	TN_EXPECT_ERROR(box_get(box, &back), TN_OK);
	TN_EXPECT_EQUAL(back.handle, 0);
	TN_EXPECT_ERROR(box_use(box, 1, &value), TN_ERR_CAPABILITY);
	end_box("box", box);
}

/* -- how long a handler has what it gets -- */

static void borrowed_by_the_handler(struct tn_env *env)
{
	box_cap box = start_box("box.1"), target = start_box("box.2");
	tn_any_cap any = { target.handle };
	uint64_t value;
	(void)env;
	struct tn_accounts before = tn_actor_accounts("box.1");
	TN_EXPECT_ERROR(box_peek(box, any), TN_OK);
	TN_EXPECT_ERROR(box_use(box, 1, &value), TN_ERR_CAPABILITY);
	struct tn_accounts after = tn_actor_accounts("box.1");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	end_box("box.1", box);
	end_box("box.2", target);
}

static void retained_beyond_the_handler(struct tn_env *env)
{
	box_cap box = start_box("box.1"), target = start_box("box.2");
	tn_any_cap any = { target.handle };
	uint64_t value = 0;
	(void)env;
	TN_EXPECT_ERROR(box_put(box, any), TN_OK);
	tn_cap_release(target.handle); /* the box has its own */
	TN_EXPECT_ERROR(box_use(box, 31, &value), TN_OK);
	TN_EXPECT_EQUAL(value, 31);
	TN_EXPECT_ERROR(box_drop(box), TN_OK);
	TN_EXPECT_ERROR(box_use(box, 31, &value), TN_ERR_CAPABILITY);
	tn_actor_kill("box.1");
	tn_actor_kill("box.2");
	tn_cap_release(box.handle);
}

/* -- many -- */

enum { MANY = 700 };

static void many(struct tn_env *env)
{
	static struct tn_signal signals[MANY];
	for (unsigned i = 0; i < MANY; i++)
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[i]));
	for (unsigned i = 1; i < MANY; i++)
		TN_EXPECT(signals[i].cap.handle != signals[i - 1].cap.handle);
	for (unsigned i = 0; i < MANY; i++)
		TN_EXPECT_ERROR(tn_signal_submit(signals[i].cap), TN_OK);
	for (unsigned i = MANY; i > 0; i--)
		tn_signal_wait(&signals[i - 1]);
	for (unsigned i = 0; i < MANY; i++)
		tn_signal_destroy(&signals[i]);
}

/* The parent's watch cannot be replaced by the child that it watches. */
static void own_state_is_the_parents(struct tn_env *env)
{
	struct tn_signal own = { .handler = NULL };
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &own));
	TN_EXPECT_ERROR(tn_pd_watch(tn_env_pd(env), own.cap), TN_ERR_DENIED);
	tn_signal_destroy(&own);
}

/* What a reply brings that was not asked for is given back. */
static void unwanted_in_a_reply(struct tn_env *env)
{
	box_cap box = start_box("box");
	(void)env;
	struct tn_accounts before = tn_actor_accounts("main");
	for (unsigned i = 0; i < 10; i++) {
		struct tn_call call = { .cap_count = 0 };
		TN_REQUIRE_OK(tn_call_begin(&call, box.handle));
		call.length = 0;
		call.opcode = (uint16_t)box_opcode_other;
		call.reply_cap_count = 0;
		TN_EXPECT_ERROR(tn_call_end(&call, tn_call_invoke(&call)), TN_ERR_PROTOCOL);
	}
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	end_box("box", box);
}

/* A handler that fails keeps nothing of what came with the request. */
static void refused_with_capabilities(struct tn_env *env)
{
	box_cap box = start_box("box");
	static struct tn_object object;
	TN_REQUIRE_OK(tn_object_create(tn_env_entrypoint(env), &object));
	struct tn_accounts before = tn_actor_accounts("main");
	for (unsigned i = 0; i < 10; i++)
		TN_EXPECT_ERROR(box_refuse(box, (tn_any_cap){ object.handle }), TN_ERR_DENIED);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	tn_object_destroy(&object);
	end_box("box", box);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "forged-destination", forged_destination },
		{ "forged-in-a-transfer", forged_in_a_transfer },
		{ "half-forged-transfer", half_forged_transfer },
		{ "unwanted-in-a-reply", unwanted_in_a_reply },
		{ "refused-with-capabilities", refused_with_capabilities },
		{ "announced-but-not-transferred", announced_but_not_transferred },
		{ "forged-signal", forged_signal },
		{ "forged-in-messages-to-core", forged_in_messages_to_core },
		{ "of-another-kind", of_another_kind },
		{ "made-up-requests-to-core", made_up_requests_to_core },
		{ "another-interface-of-core", another_interface_of_core },
		{ "same-object-by-two-ways", same_by_two_ways },
		{ "counted-release", counted_release },
		{ "released-stays-invalid", released_stays_invalid },
		{ "scoped", scoped },
		{ "destroyed-for-everybody", destroyed_for_everybody },
		{ "chain-of-three-and-back", chain_of_three_and_back },
		{ "through-any-chain", any_chain },
		{ "through-a-long-chain", long_chain },
		{ "dead-in-every-hand", dead_in_every_hand },
		{ "same-object-by-every-way", by_every_way },
		{ "own-object-is-a-deadlock", own_object },
		{ "up-to-eight-each-way", up_to_eight_each_way },
		{ "more-than-eight", more_than_eight },
		{ "none-at-all", none_at_all },
		{ "borrowed-by-the-handler", borrowed_by_the_handler },
		{ "retained-beyond-the-handler", retained_beyond_the_handler },
		{ "many", many },
		{ "own-state-is-the-parents", own_state_is_the_parents },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "box", play_box }, { NULL, NULL } };
	tn_test_main(env, "test-capability", cases, roles);
}
