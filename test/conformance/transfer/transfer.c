/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Calls that carry capabilities both ways while the object called, or its server, ends. The caller
 * is told that it is gone, or has what came with the reply; and the next call of the same thread
 * over the same channel is not taken for the one before: it has its own capabilities, and no
 * others.
 */

#include <tenon/test.h>
#include <tenon/thread.h>

enum { TEXT_MAX = 10 };

#define PASSING(RPC, I)                                                      \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))               \
	RPC(I, swap, InCap(tn_any_cap, give), OutCap(tn_any_cap, take))      \
	RPC(I, short_lived, OutCap(tn_any_cap, object))                      \
	RPC(I, last_swap, InCap(tn_any_cap, give), OutCap(tn_any_cap, take)) \
	RPC(I, text, InString(text, TEXT_MAX))                               \
	RPC(I, keep, InCap(tn_any_cap, give))                                \
	RPC(I, drop)

TN_RPC_INTERFACE(passing, PASSING)

enum { ROUNDS = 500, DEATHS = 20 };

/* -- the server: its second thread serves, the first one makes and destroys an object -- */

static struct {
	struct tn_entrypoint *entrypoint;
	struct tn_object stable, passing;
	struct tn_signal change, end;
	struct tn_mutex lock; /* of `passing` */
} server;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = ~value;
	return TN_OK;
}

/* What it got; the stable object, if that is nothing. */
static tn_error swap(void *self, struct tn_request *request, tn_any_cap give, tn_any_cap *take)
{
	(void)self;
	(void)request;
	take->handle = give.handle ? give.handle : server.stable.handle;
	return TN_OK;
}

static tn_error last_swap(void *self, struct tn_request *request, tn_any_cap give, tn_any_cap *take)
{
	(void)tn_signal_submit(server.end.cap);
	return swap(self, request, give, take);
}

static tn_error short_lived(void *self, struct tn_request *request, tn_any_cap *object)
{
	(void)self;
	(void)request;
	tn_mutex_lock(&server.lock);
	object->handle = server.passing.handle;
	tn_mutex_unlock(&server.lock);
	return TN_OK;
}

static tn_error text(void *self, struct tn_request *request, const char *text)
{
	(void)self;
	(void)request;
	(void)text;
	return TN_OK;
}

static tn_handle kept;

static tn_error keep(void *self, struct tn_request *request, tn_any_cap give)
{
	(void)self;
	(void)request;
	kept = give.handle;
	return tn_cap_retain(kept);
}

static tn_error drop(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_cap_release(kept);
	return TN_OK;
}

static const struct passing_ops ops = { .echo = echo,
					.swap = swap,
					.short_lived = short_lived,
					.last_swap = last_swap,
					.text = text,
					.keep = keep,
					.drop = drop };

static void make(void)
{
	passing_cap cap;
	TN_MUST(passing_serve(server.entrypoint, &server.passing, &ops, NULL, &cap));
}

/* For ever. */
static void change(void *argument)
{
	(void)argument;
	tn_object_destroy(&server.passing);
	tn_mutex_lock(&server.lock);
	make();
	tn_mutex_unlock(&server.lock);
	(void)tn_signal_submit(server.change.cap);
}

static void end(void *argument)
{
	(void)argument;
	tn_exit(0);
}

static void serve(struct tn_env *env)
{
	struct tn_entrypoint *own = tn_env_entrypoint(env);
	passing_cap cap;
	TN_MUST(tn_entrypoint_create("serve", TN_PRIORITY_DEFAULT, &server.entrypoint));
	TN_MUST(passing_serve(server.entrypoint, &server.stable, &ops, NULL, &cap));
	make();
	server.change.handler = change;
	server.end.handler = end;
	TN_MUST(tn_signal_create(own, &server.change));
	TN_MUST(tn_signal_create(own, &server.end));
	tn_actor_put(tn_env_name(env), cap.handle);
}

static void play_restless(struct tn_env *env)
{
	serve(env);
	(void)tn_signal_submit(server.change.cap);
}

/* -- the client -- */

struct caller {
	passing_cap server;
	uint32_t wrong_answers, wrong_caps;
	tn_error passing, stable; /* the first error that must not be */
};

static bool is_gone(tn_error error)
{
	return error == TN_ERR_GONE || error == TN_ERR_CAPABILITY;
}

static void note(tn_error *first, tn_error error)
{
	if (*first == TN_OK)
		*first = error;
}

static void call_passing(struct caller *caller, tn_any_cap give)
{
	tn_any_cap object = { 0 }, take = { 0 };
	tn_error error = passing_short_lived(caller->server, &object);
	if (error != TN_OK) { /* it was destroyed before the reply */
		if (!is_gone(error))
			note(&caller->passing, error);
		return;
	}
	error = passing_swap((passing_cap){ object.handle }, give, &take);
	if (error != TN_OK && !is_gone(error))
		note(&caller->passing, error);
	if (error == TN_OK && take.handle != give.handle)
		caller->wrong_caps++;
	if (error == TN_OK)
		tn_cap_release(take.handle);
	tn_cap_release(object.handle);
}

static void call_stable(struct caller *caller, tn_any_cap give, uint64_t value)
{
	tn_any_cap take = { 0 };
	uint64_t back = 0;
	tn_error error = value % 2 ? passing_swap(caller->server, give, &take)
				   : passing_echo(caller->server, value, &back);
	note(&caller->stable, error);
	if (error != TN_OK)
		return;
	if (value % 2 ? take.handle != give.handle : back != ~value)
		caller->wrong_answers++;
	if (value % 2)
		tn_cap_release(take.handle);
}

static void call_both(void *argument)
{
	struct caller *caller = argument;
	tn_any_cap give = { caller->server.handle };
	for (uint64_t i = 0; i < ROUNDS; i++) {
		call_passing(caller, give);
		call_stable(caller, give, i / 2);
	}
}

static void expect_exact(const struct caller *caller)
{
	TN_EXPECT_ERROR(caller->passing, TN_OK);
	TN_EXPECT_ERROR(caller->stable, TN_OK);
	TN_EXPECT_EQUAL(caller->wrong_answers, 0);
	TN_EXPECT_EQUAL(caller->wrong_caps, 0);
}

static void call_with_two_threads(void)
{
	struct caller first, second;
	struct tn_thread *thread;
	tn_actor_start("restless");
	first = (struct caller){ .server = { tn_actor_get("restless") } };
	second = first;
	TN_REQUIRE_OK(
		tn_thread_create("second", TN_PRIORITY_DEFAULT, 0, call_both, &second, &thread));
	call_both(&first);
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
	expect_exact(&first);
	expect_exact(&second);
	tn_actor_kill("restless");
	tn_cap_release(first.server.handle);
}

static void objects_end_in_calls(struct tn_env *env)
{
	(void)env;
	call_with_two_threads(); /* the heap has what it needs from now on */
	struct tn_accounts before = tn_actor_accounts("main");
	call_with_two_threads();
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

/* Each server ends on one thread while another one replies. */
static void servers_end_after_their_reply(struct tn_env *env)
{
	tn_any_cap nothing = { 0 };
	(void)env;
	for (unsigned i = 0; i < DEATHS; i++) {
		tn_actor_start("mortal");
		passing_cap cap = { tn_actor_get("mortal") };
		tn_error error = TN_OK;
		while (error == TN_OK) {
			tn_any_cap take = { 0 };
			error = passing_last_swap(cap, nothing, &take);
			if (error == TN_OK)
				tn_cap_release(take.handle);
		}
		TN_EXPECT_ERROR(error, TN_ERR_GONE);
		TN_EXPECT_EQUAL(tn_actor_end("mortal").cause, TN_CHILD_EXITED);
		tn_cap_release(cap.handle);
	}
}

/* "Gone" comes before whatever else is wrong with the call. */
static void gone_comes_first(struct tn_env *env)
{
	(void)env;
	tn_actor_start("mortal");
	passing_cap cap = { tn_actor_get("mortal") };
	char text[TEXT_MAX + 2];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	TN_EXPECT_ERROR(passing_text(cap, text), TN_ERR_TOO_LONG);
	tn_actor_kill("mortal");
	TN_EXPECT_ERROR(passing_text(cap, text), TN_ERR_GONE);
	tn_cap_release(cap.handle);
	TN_EXPECT_ERROR(passing_text(cap, text), TN_ERR_CAPABILITY);
}

/* -- transfers that no message announces -- */

static tn_error transfer(struct tn_env *env, passing_cap to, tn_handle give)
{
	struct tn_handles handles = { .count = give ? 1 : 0, .handle = { give } };
	uint8_t mark;
	return tn_pd_transfer_call(tn_env_pd(env), to.handle, handles, &mark);
}

/* What waits to be taken is replaced, or taken back: the one who pays for it gets its price back.
 */
static void never_announced(struct tn_env *env)
{
	struct tn_object object = { 0 };
	tn_actor_start("mortal");
	passing_cap cap = { tn_actor_get("mortal") };
	TN_REQUIRE_OK(tn_object_create(tn_env_entrypoint(env), &object));
	struct tn_accounts before = tn_actor_accounts("main");
	for (unsigned i = 0; i < 3; i++)
		TN_EXPECT_ERROR(transfer(env, cap, object.handle), TN_OK);
	TN_EXPECT(tn_actor_accounts("main").caps_used > before.caps_used);
	TN_EXPECT_ERROR(transfer(env, cap, 0), TN_OK);
	TN_EXPECT_EQUAL(tn_actor_accounts("main").caps_used, before.caps_used);

	/* Its receiver has given back what it has of it, before. */
	TN_EXPECT_ERROR(passing_keep(cap, (tn_any_cap){ object.handle }), TN_OK);
	TN_EXPECT_ERROR(transfer(env, cap, object.handle), TN_OK);
	TN_EXPECT_ERROR(passing_drop(cap), TN_OK);
	TN_EXPECT(tn_actor_accounts("main").caps_used > before.caps_used);
	TN_EXPECT_ERROR(transfer(env, cap, 0), TN_OK);
	TN_EXPECT_EQUAL(tn_actor_accounts("main").caps_used, before.caps_used);

	/* And it is as if it had never been there. */
	TN_EXPECT_ERROR(passing_keep(cap, (tn_any_cap){ object.handle }), TN_OK);
	TN_EXPECT_ERROR(passing_drop(cap), TN_OK);
	TN_EXPECT_EQUAL(tn_actor_accounts("main").caps_used, before.caps_used);
	tn_actor_kill("mortal");
	tn_cap_release(cap.handle);
	tn_object_destroy(&object);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "objects-end-in-calls", objects_end_in_calls },
		{ "servers-end-after-their-reply", servers_end_after_their_reply },
		{ "gone-comes-first", gone_comes_first },
		{ "never-announced", never_announced },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "restless", play_restless },
		{ "mortal", serve },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-transfer", cases, roles);
}
