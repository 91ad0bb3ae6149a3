/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What takes core long, it does in steps. Nothing here looks at a clock: that somebody is served in
 * between shows by the order of what he sees.
 */

#include <tenon/test.h>
#include <tenon/text.h>

enum { PAGE = 4096, HELD = 20, MANY = 16000, FEW = 2000, ATTEMPTS = 10 };
static const size_t big = (size_t)12 << 20;

#define HOLDER(RPC, I)                                         \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back)) \
	/* One more object, with the same functions. */        \
	RPC(I, give, OutCap(holder_cap, object))

TN_RPC_INTERFACE(holder, HOLDER)

/* -- the holder: many capabilities, some of its objects in other hands -- */

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_object object, given[HELD];
	uint32_t count;
} holding;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error give(void *self, struct tn_request *request, holder_cap *object);

static const struct holder_ops holder_functions = { .echo = echo, .give = give };

static tn_error give(void *self, struct tn_request *request, holder_cap *object)
{
	(void)self;
	(void)request;
	if (holding.count == HELD)
		return TN_ERR_LIMIT;
	struct tn_object *next = &holding.given[holding.count++];
	return holder_serve(holding.entrypoint, next, &holder_functions, NULL, object);
}

/* The one that is looked at while it ends takes so long that the one who looks gets a CPU. */
static uint32_t many(const char *name)
{
	return tn_text_equal(name, "holder") ? MANY : FEW;
}

static void play_holder(struct tn_env *env)
{
	tn_any_cap cap;
	holder_cap own;
	holding.entrypoint = tn_env_entrypoint(env);
	uint32_t count = many(tn_env_name(env));
	for (uint32_t i = 0; i < count; i++)
		TN_MUST(tn_pd_object_create(tn_env_pd(env), 0, (1u << 20) + i, &cap));
	TN_MUST(holder_serve(holding.entrypoint, &holding.object, &holder_functions, NULL, &own));
	tn_actor_put(tn_env_name(env), own.handle);
}

static holder_cap start_holder(const char *name)
{
	tn_actor_start_with(name, "", "", (uint64_t)12 << 20, many(name) + 200);
	holder_cap cap = { tn_actor_get(name) };
	return cap;
}

static tn_error call(holder_cap holder)
{
	uint64_t back;
	return holder_echo(holder, 1, &back);
}

/* -- main -- */

static void expect_same(struct tn_accounts after, struct tn_accounts before)
{
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

/* All that it gave is dead at once, the others are alive, and it has not ended yet. */
static bool seen_halfway(holder_cap holder, holder_cap other, const holder_cap *given)
{
	while (call(holder) == TN_OK)
		;
	for (uint32_t i = 0; i < HELD; i++)
		TN_EXPECT_ERROR(call(given[i]), TN_ERR_GONE);
	TN_EXPECT_ERROR(call(other), TN_OK);
	return !tn_actor_has_ended("holder");
}

static bool end_once(holder_cap other)
{
	holder_cap given[HELD], holder = start_holder("holder");
	for (uint32_t i = 0; i < HELD; i++)
		TN_EXPECT_ERROR(holder_give(holder, &given[i]), TN_OK);
	tn_signal_cap killer = tn_actor_killer("holder");
	TN_EXPECT_ERROR(tn_signal_submit(killer), TN_OK);
	bool halfway = seen_halfway(holder, other, given);
	(void)tn_actor_end("holder");
	for (uint32_t i = 0; i < HELD; i++)
		tn_cap_release(given[i].handle);
	tn_cap_release(holder.handle);
	tn_cap_release(killer.handle);
	return halfway;
}

/*
 * Core and the stage answer while core ends a component. Whoever calls may be late once, as others
 * run too; if core did it all at once, it would be too late each time.
 */
static void served_while_a_component_ends(struct tn_env *env)
{
	bool halfway = false;
	(void)env;
	holder_cap other = start_holder("other");
	(void)end_once(other); /* the runtime's tables have grown as far as they do */
	struct tn_accounts stage = tn_actor_accounts("test"), own = tn_actor_accounts("main");
	for (unsigned i = 0; i < ATTEMPTS && !halfway; i++)
		halfway = end_once(other);
	TN_EXPECT(halfway);
	expect_same(tn_actor_accounts("test"), stage);
	expect_same(tn_actor_accounts("main"), own);
	tn_actor_kill("other");
	tn_cap_release(other.handle);
}

static void two_end_at_once(struct tn_env *env)
{
	(void)env;
	struct tn_accounts stage = tn_actor_accounts("test");
	holder_cap one = start_holder("holder.1"), two = start_holder("holder.2");
	tn_signal_cap first = tn_actor_killer("holder.1"), second = tn_actor_killer("holder.2");
	TN_EXPECT_ERROR(tn_signal_submit(first), TN_OK);
	TN_EXPECT_ERROR(tn_signal_submit(second), TN_OK);
	TN_EXPECT_EQUAL(tn_actor_end("holder.1").cause, TN_CHILD_KILLED);
	TN_EXPECT_EQUAL(tn_actor_end("holder.2").cause, TN_CHILD_KILLED);
	TN_EXPECT_ERROR(call(one), TN_ERR_GONE);
	TN_EXPECT_ERROR(call(two), TN_ERR_GONE);
	tn_cap_release(one.handle);
	tn_cap_release(two.handle);
	tn_cap_release(first.handle);
	tn_cap_release(second.handle);
	expect_same(tn_actor_accounts("test"), stage);
}

/* -- a parent that dies while its child is being ended -- */

static struct {
	struct tn_family family;
	struct tn_child child[2];
} nest;

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	(void)self;
	to->target = TN_ROUTE_PARENT;
	TN_MUST(tn_child_label(client, label, to->label));
	if (service[0] != 'F')
		return;
	to->target = TN_ROUTE_DENY;
	to->reason = TN_ERR_NO_SERVICE;
	tn_child_kill(client);
	tn_actor_post(client->name);
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
	(void)end;
}

static void play_nest(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	static const char *const names[] = { "full.1", "full.2" };
	nest.family.policy = &policy;
	TN_MUST(tn_family_init(&nest.family, env));
	for (unsigned i = 0; i < 2; i++) {
		nest.child[i] = (struct tn_child){
			.name = names[i],
			.binary = "test-steps-holder",
			.quota = { (uint64_t)4 << 20, 2200 },
		};
		tn_child_start(&nest.family, &nest.child[i]);
	}
}

static void nested_ends_with_its_parent(struct tn_env *env)
{
	(void)env;
	struct tn_accounts before = tn_actor_accounts("test");
	tn_actor_start_with("nest", "", "", (uint64_t)16 << 20, 6000);
	tn_actor_await("full.1");
	tn_actor_await("full.2");
	tn_actor_kill("nest");
	/* Its children end after it, and what they had goes to who is left: the stage. */
	while (tn_actor_accounts("test").ram_limit != before.ram_limit)
		(void)tn_actor_has_ended("nest");
	expect_same(tn_actor_accounts("test"), before);
}

/* -- memory -- */

static void touch(unsigned char *at, unsigned char value)
{
	for (size_t i = 0; i < big; i += PAGE)
		at[i] = at[i + PAGE - 1] = value;
}

static bool is_zero(const unsigned char *at)
{
	for (size_t i = 0; i < big; i += PAGE)
		if (at[i] || at[i + PAGE - 1])
			return false;
	return true;
}

/* Where the machine has the old pages for it again, they have been zeroed. */
static void memory_comes_zeroed(struct tn_env *env)
{
	tn_dataspace_cap dataspace;
	struct tn_accounts before = { 0 }, after = { 0 };
	TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &before), TN_OK);
	for (unsigned i = 0; i < 3; i++) {
		void *address = NULL;
		TN_REQUIRE_OK(tn_dataspace_alloc(big, &dataspace));
		TN_REQUIRE_OK(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address));
		TN_EXPECT(is_zero(address));
		touch(address, 0xa5);
		if (i == 1)
			TN_EXPECT_ERROR(tn_detach(address), TN_OK);
		tn_dataspace_free(dataspace);
		TN_EXPECT_ERROR(tn_pd_accounts(tn_env_pd(env), &after), TN_OK);
		expect_same(after, before);
	}
}

/* Frees and allocates much, and is killed in the middle of that. */
static void play_churner(struct tn_env *env)
{
	tn_dataspace_cap dataspace;
	(void)env;
	for (unsigned i = 0;; i++) {
		void *address = NULL;
		TN_MUST(tn_dataspace_alloc(big, &dataspace));
		TN_MUST(tn_attach(dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address));
		touch(address, 1);
		if (!i)
			tn_actor_post(tn_env_name(env));
		tn_dataspace_free(dataspace);
	}
}

static void who_frees_dies(struct tn_env *env)
{
	static const char *const names[] = { "churner.1", "churner.2", "churner.3" };
	(void)env;
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned i = 0; i < 3; i++) {
		tn_actor_start_with(names[i], "", "", (uint64_t)16 << 20, 200);
		tn_actor_await(names[i]);
		tn_actor_kill(names[i]);
	}
	expect_same(tn_actor_accounts("test"), before);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "served-while-a-component-ends", served_while_a_component_ends },
		{ "two-end-at-once", two_end_at_once },
		{ "nested-ends-with-its-parent", nested_ends_with_its_parent },
		{ "memory-comes-zeroed", memory_comes_zeroed },
		{ "who-frees-dies", who_frees_dies },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "holder", play_holder },
						     { "other", play_holder },
						     { "nest", play_nest },
						     { "churner", play_churner },
						     { NULL, NULL } };
	tn_test_main(env, "test-steps", cases, roles);
}
