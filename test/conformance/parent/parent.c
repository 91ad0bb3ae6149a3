/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A parent and its policy. Three children stay: "giver", who yields when asked, "mute", who does
 * not listen, and "server". Beside them the others come one after the other; each checks its own
 * side and ends with 0.
 */

#include "roles.h"

enum { GIVER, MUTE, SERVER, STAYING };
enum { FAULTS = -1, NEVER = -2 }; /* beside exit values */

struct child {
	const char *name;
	struct tn_quota quota;
	int expected; /* exit value, FAULTS, or NEVER: stays */
	struct tn_child child;
};

#define SMALL                         \
	{                             \
		(uint64_t)1 << 20, 60 \
	}
#define LARGE                          \
	{                              \
		(uint64_t)4 << 20, 100 \
	}

static struct child children[] = {
	{ .name = "giver", .quota = LARGE, .expected = NEVER },
	{ .name = "mute", .quota = LARGE, .expected = NEVER },
	{ .name = "server", .quota = LARGE, .expected = NEVER },
	{ .name = "denied", .quota = SMALL },
	{ .name = "asker", .quota = SMALL },
	{ .name = "half", .quota = SMALL },
	{ .name = "greedy", .quota = SMALL },
	{ .name = "patient", .quota = SMALL },
	{ .name = "taker", .quota = SMALL },
	{ .name = "robber", .quota = SMALL },
	{ .name = "liar", .quota = LARGE },
	{ .name = "hostile", .quota = SMALL },
	{ .name = "dying", .quota = SMALL, .expected = FAULTS },
	{ .name = "donor", .quota = SMALL },
	{ .name = "alive", .quota = SMALL },
	{ .name = "unheard", .quota = SMALL },
};

enum { CHILDREN = sizeof(children) / sizeof(children[0]) };

static struct {
	struct tn_env *env;
	struct tn_family family;
	unsigned next, ended;
	int failed;
	struct tn_child *taker; /* waits for what the giver yields */
	struct tn_accounts before;
} test;

static const struct tn_quota nothing = { 0, 0 };

static void verdict(const char *name, bool ok, const char *why)
{
	if (ok)
		tn_transcript("ok parent.%s", name);
	else
		tn_transcript("not ok parent.%s: %s", name, why);
	test.failed += !ok;
}

static struct tn_accounts own_accounts(void)
{
	struct tn_accounts now = { 0, 0, 0, 0 };
	verdict("accounts", tn_pd_accounts(tn_env_pd(test.env), &now) == TN_OK, "cannot be read");
	return now;
}

static void start(struct child *child)
{
	child->child.name = child->name;
	child->child.binary = "test-parent";
	child->child.quota = child->quota;
	tn_child_start(&test.family, &child->child);
}

static void finish(void)
{
	for (unsigned i = 0; i < STAYING; i++) {
		tn_child_kill(&children[i].child);
		verdict("grant-to-the-dead",
			tn_child_grant(&children[i].child, nothing) == TN_ERR_GONE, "not refused");
	}
}

static void start_next(void)
{
	if (test.next < CHILDREN)
		start(&children[test.next++]);
	else
		finish();
}

/* -- policy -- */

static bool is(const struct tn_child *child, const char *name)
{
	return tn_text_equal(child->name, name);
}

static void deny(struct tn_child *child)
{
	verdict("deny", tn_child_grant(child, nothing) == TN_OK, "a denial failed");
}

static void grant(struct tn_child *child, struct tn_quota quota)
{
	if (tn_child_grant(child, quota) != TN_OK)
		deny(child);
}

/* More than there is: nothing moves, and the child can still be told. */
static void overdo(struct tn_child *child)
{
	const struct tn_quota much = { UINT64_MAX, 0 }, many = { 0, UINT64_MAX };
	verdict("overdo.ram", tn_child_grant(child, much) == TN_ERR_OUT_OF_RAM, "not refused");
	verdict("overdo.caps", tn_child_grant(child, many) == TN_ERR_OUT_OF_CAPS, "not refused");
	deny(child);
}

/* Takes all that the child does not use, and has not asked for it; leaves unused what is `left`. */
static struct tn_quota rob(struct tn_child *victim, struct tn_quota left)
{
	const struct tn_quota all = { UINT64_MAX, UINT64_MAX };
	struct tn_accounts now = { 0, 0, 0, 0 };
	struct tn_quota got = tn_child_reclaim(victim, all);
	bool known = tn_child_accounts(victim, &now) == TN_OK;
	verdict("rob", known && got.ram && got.caps, "nothing was taken");
	verdict("rob.rest",
		now.ram_limit - now.ram_used == left.ram &&
			now.caps_limit - now.caps_used == left.caps,
		"more or less was taken than is unused and nobody's donation");
	return got;
}

static void beat_until_answered(struct tn_child *child, struct tn_quota wanted)
{
	static unsigned beats;
	if (beats && !tn_child_beats_unanswered(child)) {
		grant(child, wanted);
		return;
	}
	if (!beats++)
		tn_child_heartbeat(child);
	deny(child);
}

static void beat_in_vain(struct tn_child *child)
{
	static unsigned beats;
	tn_child_heartbeat(child);
	verdict("unanswered", tn_child_beats_unanswered(child) == ++beats, "miscounted");
	deny(child);
}

static void resource_request(void *self, struct tn_child *child, struct tn_quota wanted)
{
	const struct tn_quota half = { wanted.ram / 2, wanted.caps / 2 };
	const struct tn_quota donated = { DONATED_RAM, DONATED_CAPS };
	const struct tn_quota givers = { GIVERS_RAM, 0 };
	(void)self;
	if (is(child, "asker") || is(child, "patient")) {
		grant(child, wanted);
	} else if (is(child, "half")) {
		grant(child, half);
	} else if (is(child, "greedy")) {
		overdo(child);
	} else if (is(child, "taker")) {
		test.taker = child;
		tn_child_yield(&children[GIVER].child, givers);
	} else if (is(child, "robber")) {
		tn_child_yield(&children[MUTE].child, wanted); /* it does not listen */
		grant(child, rob(&children[MUTE].child, nothing));
	} else if (is(child, "liar")) {
		tn_child_yield(child, wanted);
	} else if (is(child, "donor")) {
		(void)rob(&children[SERVER].child, donated);
		deny(child);
	} else if (is(child, "alive")) {
		beat_until_answered(child, wanted);
	} else if (is(child, "unheard")) {
		beat_in_vain(child);
	} else if (is(child, "denied")) {
		deny(child);
	}
	/* The others are never answered. */
}

static void yielded(void *self, struct tn_child *child, struct tn_quota back)
{
	(void)self;
	if (is(child, "giver")) {
		verdict("yielded", back.ram == GIVERS_RAM && !back.caps, "not what was asked for");
		grant(test.taker, back);
	} else {
		verdict("yielded.lie", back.ram == ASKED_RAM && back.caps == ASKED_CAPS,
			"not what was asked for");
	}
}

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *route)
{
	(void)self;
	route->target = TN_ROUTE_PARENT;
	if (tn_text_equal(service, "Desk")) {
		route->target = TN_ROUTE_CHILD;
		route->server = &children[SERVER].child;
	}
	if (tn_child_label(client, label, route->label) != TN_OK)
		route->target = TN_ROUTE_DENY;
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	(void)service;
	return is(child, "server");
}

static struct child *of(struct tn_child *child)
{
	return (struct child *)(void *)((char *)child - offsetof(struct child, child));
}

static void judge(const struct child *child, const struct tn_child_end *end)
{
	char why[80];
	bool ok = false;
	if (child->expected == FAULTS)
		ok = end->cause == TN_CHILD_FAULTED;
	else if (child->expected == NEVER)
		ok = end->cause == TN_CHILD_KILLED;
	else
		ok = end->cause == TN_CHILD_EXITED && end->value == 0;
	tn_format(why, sizeof(why), "ended with cause %d, value %d, %s", (int)end->cause,
		  end->value, tn_error_text(end->error));
	verdict(child->name, ok, why);
}

/* Nothing of what was granted and taken back is lost, or came out of nothing. */
static void settle(void)
{
	struct tn_accounts after = own_accounts();
	verdict("balance",
		after.ram_limit == test.before.ram_limit &&
			after.caps_limit == test.before.caps_limit,
		"quota is missing, or too much");
	tn_exit(test.failed);
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	(void)self;
	judge(of(child), end);
	test.ended++;
	if (test.ended <= CHILDREN - STAYING)
		start_next();
	else if (test.ended == CHILDREN)
		settle();
}

static void open_test(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended,
							.resource_request = resource_request,
							.yielded = yielded };
	test.env = env;
	test.family.policy = &policy;
	tn_error error = tn_family_init(&test.family, env);
	verdict("family", error == TN_OK, tn_error_text(error));
	test.before = own_accounts();
	while (test.next < STAYING)
		start_next();
	start_next();
}

void component_construct(struct tn_env *env)
{
	if (tn_text_equal(tn_env_name(env), "test"))
		open_test(env);
	else
		role_play(env);
}
