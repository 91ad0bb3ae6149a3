/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* One object in many hands: through a long chain, dead in all of them at once, all slots back. */

#include "cases.h"

enum { HANDS = 10, OWNER = 0 };

static struct {
	char name[HANDS][TN_TEST_NAME_MAX + 1];
	box_cap box[HANDS];
	struct tn_accounts before[HANDS];
} hand;

static void start_hands(void)
{
	for (unsigned i = 0; i < HANDS; i++) {
		tn_format(hand.name[i], sizeof(hand.name[i]), "box.%u", i);
		hand.box[i] = start_box(hand.name[i]);
		expect_box_alive(hand.box[i]);
	}
}

static void end_hands(void)
{
	for (unsigned i = 0; i < HANDS; i++)
		end_box(hand.name[i], hand.box[i]);
}

static void note_accounts(void)
{
	for (unsigned i = 0; i < HANDS; i++)
		hand.before[i] = tn_actor_accounts(hand.name[i]);
}

/* As it was but for what the owner has no more: so many capabilities. */
static void expect_accounts(uint64_t owner_less)
{
	for (unsigned i = 0; i < HANDS; i++) {
		struct tn_accounts after = tn_actor_accounts(hand.name[i]);
		uint64_t less = i == OWNER ? owner_less : 0;
		TN_EXPECT_EQUAL(after.caps_used, hand.before[i].caps_used - less);
		if (!less)
			TN_EXPECT_EQUAL(after.ram_used, hand.before[i].ram_used);
	}
}

/* From hand to hand, none left out. */
static void pass_through(box_cap object)
{
	tn_any_cap any = { object.handle };
	TN_EXPECT_ERROR(box_put(hand.box[1], any), TN_OK);
	for (unsigned i = 1; i + 1 < HANDS; i++)
		TN_EXPECT_ERROR(box_pass_on(hand.box[i], hand.box[i + 1]), TN_OK);
}

static void drop_all(void)
{
	for (unsigned i = HANDS - 1; i > OWNER; i--)
		TN_EXPECT_ERROR(box_drop(hand.box[i]), TN_OK);
}

/* Each of ten components can use it, and what the last one has is what the first one had. */
void long_chain(struct tn_env *env)
{
	box_cap object = { 0 };
	tn_any_cap last = { 0 };
	(void)env;
	start_hands();
	struct tn_accounts before = tn_actor_accounts("main");
	note_accounts();
	TN_REQUIRE_OK(box_other(hand.box[OWNER], &object));
	pass_through(object);
	for (unsigned i = 1; i < HANDS; i++) {
		uint64_t back = 0;
		TN_EXPECT_ERROR(box_use(hand.box[i], i, &back), TN_OK);
		TN_EXPECT_EQUAL(back, i);
	}
	TN_EXPECT_ERROR(box_get(hand.box[HANDS - 1], &last), TN_OK);
	TN_EXPECT_EQUAL(last.handle, object.handle);
	tn_cap_release(last.handle);
	drop_all();
	expect_accounts(0);
	tn_cap_release(object.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	end_hands();
}

/* When destroying it has returned, nobody can use it or pass it on, and its slots can be had back.
 */
void dead_in_every_hand(struct tn_env *env)
{
	box_cap object = { 0 };
	uint64_t back;
	(void)env;
	start_hands();
	struct tn_accounts before = tn_actor_accounts("main");
	note_accounts();
	TN_REQUIRE_OK(box_other(hand.box[OWNER], &object));
	pass_through(object);
	tn_actor_put("every-hand", object.handle); /* the parent of all has it, too */
	TN_EXPECT_ERROR(box_destroy_other(hand.box[OWNER]), TN_OK);
	for (unsigned i = HANDS - 1; i > OWNER; i--) {
		TN_EXPECT_ERROR(box_use(hand.box[i], 1, &back), TN_ERR_GONE);
		TN_EXPECT_ERROR(box_pass_on(hand.box[i], hand.box[i % (HANDS - 1) + 1]),
				TN_ERR_GONE);
	}
	TN_EXPECT_ERROR(box_echo(object, 1, &back), TN_ERR_GONE);
	drop_all();
	tn_actor_post("every-hand"); /* the parent lets go of the dead one */
	tn_cap_release(object.handle);
	expect_accounts(1); /* the object itself */
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	for (unsigned i = 0; i < HANDS; i++)
		expect_box_alive(hand.box[i]);
	end_hands();
}
