/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Death at every step of a call, of server and of client. Whoever is left gets an error and goes on
 * living, and everything that the dead one held is back.
 */

#include "steps.h"
#include <tenon/time.h>

/* What "at once" is at most: others may want the machine, but nobody has to be waited for. */
#define AT_ONCE_NS UINT64_C(5000000000)

static uint64_t now(void)
{
	static tn_time_cap time;
	uint64_t ns = 0;
	if (!time.handle) {
		const struct tn_quota none = { 0, 0 };
		struct tn_session session;
		TN_MUST(tn_session_open("TIME", "", none, &tn_time_interface, &session));
		time.handle = session.cap;
	}
	TN_MUST(tn_time_now(time, &ns));
	return ns;
}

static void expect_at_once(uint64_t since)
{
	TN_EXPECT(now() - since < AT_ONCE_NS);
}

static steps_cap start_server(void)
{
	tn_actor_start("server");
	steps_cap cap = { tn_actor_get("server") };
	return cap;
}

static void expect_alive(steps_cap server)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(steps_echo(server, 77, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 77);
}

static void end_server(steps_cap server)
{
	tn_actor_kill("server");
	tn_cap_release(server.handle);
}

/* Lets others run: a few calls to the stage. It changes nothing if it is too short. */
static void let_others_run(unsigned calls)
{
	while (calls--)
		(void)tn_actor_has_ended("main");
}

/* -- the server dies -- */

/* It is busy with one request, another one waits in line: both callers are told. */
static void before_it_fetches(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("holder");
	tn_actor_await("held");
	tn_actor_start("queuer");
	tn_actor_await("queued");
	let_others_run(30);
	tn_actor_kill("server");
	struct tn_child_end holder = tn_actor_end("holder"), queuer = tn_actor_end("queuer");
	TN_EXPECT_EQUAL(holder.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(holder.value, TN_ERR_GONE);
	TN_EXPECT_EQUAL(queuer.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(queuer.value, TN_ERR_GONE);
	tn_cap_release(server.handle);
}

static void in_the_handler(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	TN_EXPECT_ERROR(steps_die(server), TN_ERR_GONE);
	TN_EXPECT_EQUAL(tn_actor_end("server").cause, TN_CHILD_KILLED);
	tn_cap_release(server.handle);
}

/* The capability of a reply that never came is not delivered, and not paid. */
static void before_its_reply(struct tn_env *env)
{
	tn_any_cap given = { 0 };
	struct tn_accounts before = tn_actor_accounts("main");
	(void)env;
	steps_cap server = start_server();
	TN_EXPECT_ERROR(steps_give_and_die(server, &given), TN_ERR_GONE);
	TN_EXPECT_EQUAL(given.handle, 0);
	(void)tn_actor_end("server");
	tn_cap_release(server.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
}

static void after_its_reply(struct tn_env *env)
{
	uint64_t back;
	(void)env;
	steps_cap server = start_server();
	expect_alive(server);
	tn_actor_kill("server");
	TN_EXPECT_ERROR(steps_echo(server, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(steps_echo(server, 1, &back), TN_ERR_GONE);
	tn_cap_release(server.handle);
	TN_EXPECT_ERROR(steps_echo(server, 1, &back), TN_ERR_CAPABILITY);
}

static void exits_in_the_handler(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	TN_EXPECT_ERROR(steps_exit(server, 42), TN_ERR_GONE);
	struct tn_child_end end = tn_actor_end("server");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 42);
	tn_cap_release(server.handle);
}

static void faults_in_the_handler(struct tn_env *env)
{
	const uint64_t nowhere = 0x123000;
	(void)env;
	steps_cap server = start_server();
	TN_EXPECT_ERROR(steps_fault(server, nowhere), TN_ERR_GONE);
	struct tn_child_end end = tn_actor_end("server");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_WRITE);
	TN_EXPECT_EQUAL(end.fault.address, nowhere);
	tn_cap_release(server.handle);
}

/* A successor of the same name has nothing to do with the dead one. */
static void a_successor_is_another(struct tn_env *env)
{
	uint64_t back;
	(void)env;
	steps_cap server = start_server();
	tn_actor_kill("server");
	steps_cap successor = start_server();
	TN_EXPECT(successor.handle != server.handle);
	TN_EXPECT_ERROR(steps_echo(server, 1, &back), TN_ERR_GONE);
	expect_alive(successor);
	tn_cap_release(server.handle);
	end_server(successor);
}

static void expect_gone(const char *actor)
{
	struct tn_child_end end = tn_actor_end(actor);
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, TN_ERR_GONE);
}

/* One is served, eight wait in line, and three threads of one component. */
static void with_many_callers(struct tn_env *env)
{
	static const char *const waiters[] = { "waiter.1", "waiter.2", "waiter.3", "waiter.4",
					       "waiter.5", "waiter.6", "waiter.7", "waiter.8" };
	enum { WAITERS = sizeof(waiters) / sizeof(waiters[0]) };
	(void)env;
	steps_cap server = start_server();
	tn_actor_put("target", server.handle);
	tn_actor_start("blocker.1");
	tn_actor_await("blocker.1");
	for (unsigned i = 0; i < WAITERS; i++) {
		tn_actor_start(waiters[i]);
		tn_actor_await(waiters[i]);
	}
	tn_actor_start("trio");
	tn_actor_await("trio");
	let_others_run(30);
	uint64_t killed = now();
	tn_actor_kill("server");
	expect_gone("blocker.1");
	for (unsigned i = 0; i < WAITERS; i++)
		expect_gone(waiters[i]);
	expect_gone("trio");
	expect_at_once(killed);
	tn_cap_release(server.handle);
}

/* Its callers wait, nobody else; their parent can kill them, and it. */
static void never_answers(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("server.2");
	steps_cap second = { tn_actor_get("server.2") };
	tn_actor_put("target", server.handle);
	tn_actor_start("blocker.2");
	tn_actor_await("blocker.2");
	tn_actor_start("waiter.9");
	tn_actor_await("waiter.9");
	let_others_run(30);
	expect_alive(second);
	TN_EXPECT(!tn_actor_has_ended("waiter.9"));
	tn_actor_kill("waiter.9"); /* waits in line */
	TN_EXPECT_EQUAL(tn_actor_end("waiter.9").cause, TN_CHILD_KILLED);
	tn_actor_kill("blocker.2"); /* is being served */
	TN_EXPECT_EQUAL(tn_actor_end("blocker.2").cause, TN_CHILD_KILLED);
	expect_alive(second);
	tn_actor_kill("server.2");
	tn_cap_release(second.handle);
	end_server(server);
}

/* The object goes, its server lives on. */
static void object_destroyed_while_called(struct tn_env *env)
{
	enum { VICTIMS = 6 };
	char name[TN_TEST_NAME_MAX + 1];
	tn_any_cap other = { 0 };
	uint64_t back;
	(void)env;
	steps_cap server = start_server();
	struct tn_accounts before = tn_actor_accounts("main");
	TN_REQUIRE_OK(steps_other(server, &other));
	steps_cap target = { other.handle };
	tn_actor_put("target", other.handle);
	struct tn_accounts servers = tn_actor_accounts("server");
	for (uint32_t i = 1; i <= VICTIMS; i++) {
		tn_format(name, sizeof(name), "victim.%u", i);
		tn_actor_start(name);
	}
	TN_EXPECT_ERROR(steps_destroy_other_under(server, VICTIMS), TN_OK);
	uint64_t destroyed = now();
	TN_EXPECT_ERROR(steps_echo(target, 1, &back), TN_ERR_GONE);
	for (uint32_t i = 1; i <= VICTIMS; i++) {
		tn_format(name, sizeof(name), "victim.%u", i);
		expect_gone(name);
	}
	expect_at_once(destroyed);
	struct tn_accounts without = tn_actor_accounts("server");
	TN_EXPECT_EQUAL(without.caps_used, servers.caps_used - 1); /* the object */
	tn_actor_put("target", server.handle); /* the stage lets go of the dead one */
	tn_cap_release(other.handle);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	expect_alive(server);
	end_server(server);
}

/* Its handler is under way: that call is in flight, too, whichever of core and server is faster. */
static void object_destroyed_by_its_handler(struct tn_env *env)
{
	enum { ROUNDS = 100 };
	uint64_t back;
	(void)env;
	steps_cap server = start_server();
	struct tn_accounts before = tn_actor_accounts("main");
	for (unsigned i = 0; i < ROUNDS; i++) {
		tn_any_cap other = { 0 };
		TN_REQUIRE_OK(steps_other(server, &other));
		steps_cap target = { other.handle };
		TN_EXPECT_ERROR(steps_destroy_own(target), TN_ERR_GONE);
		TN_EXPECT_ERROR(steps_echo(target, 1, &back), TN_ERR_GONE);
		tn_cap_release(other.handle);
	}
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	expect_alive(server);
	end_server(server);
}

static uint64_t served_of(steps_cap server, uint64_t flooder)
{
	uint64_t echoes = 0;
	TN_EXPECT_ERROR(steps_served(server, flooder, &echoes), TN_OK);
	return echoes;
}

/* Three call as fast as they can: each is served, whatever the two others do. */
static void flood(struct tn_env *env)
{
	enum { CALLS = 300, CALLS_MAX = 1000000 };
	unsigned calls = 0;
	(void)env;
	steps_cap server = start_server();
	tn_actor_put("target", server.handle);
	tn_actor_start("flooder.1");
	tn_actor_start("flooder.2");
	tn_actor_await("flooder.1");
	tn_actor_await("flooder.2");
	uint64_t first = served_of(server, 1), second = served_of(server, 2);
	do
		expect_alive(server);
	while (++calls < CALLS || (calls < CALLS_MAX && (served_of(server, 1) - first < CALLS ||
							 served_of(server, 2) - second < CALLS)));
	TN_EXPECT(calls < CALLS_MAX);
	TN_EXPECT(!tn_actor_has_ended("flooder.1"));
	tn_actor_kill("flooder.1");
	expect_alive(server);
	tn_actor_kill("server");
	expect_gone("flooder.2");
	tn_cap_release(server.handle);
}

/* -- the client dies -- */

static void client_in_mid_call(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("mortal");
	tn_actor_await("mortal-held");
	tn_actor_kill("mortal");
	expect_alive(server);
	end_server(server);
}

static void client_while_queued(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("mortal.first"); /* waits for the end of "mortal" */
	tn_actor_start("mortal");
	let_others_run(30);
	tn_actor_kill("mortal");
	struct tn_child_end first = tn_actor_end("mortal.first");
	TN_EXPECT_EQUAL(first.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(first.value, TN_OK);
	expect_alive(server);
	end_server(server);
}

static void client_with_transfer_under_way(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	expect_alive(server);
	struct tn_accounts before = tn_actor_accounts("server");
	for (unsigned i = 0; i < 3; i++) {
		tn_actor_start("transferrer");
		TN_EXPECT_EQUAL(tn_actor_end("transferrer").cause, TN_CHILD_KILLED);
		expect_alive(server);
	}
	struct tn_accounts after = tn_actor_accounts("server");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	end_server(server);
}

static void client_whose_capability_is_kept(struct tn_env *env)
{
	uint64_t back;
	(void)env;
	steps_cap server = start_server();
	struct tn_accounts before = tn_actor_accounts("server");
	tn_actor_start("giver");
	TN_EXPECT_EQUAL(tn_actor_end("giver").cause, TN_CHILD_EXITED);
	TN_EXPECT_ERROR(steps_call_kept(server, 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(steps_drop_kept(server), TN_OK);
	struct tn_accounts after = tn_actor_accounts("server");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	expect_alive(server);
	end_server(server);
}

/* -- chains -- */

static void end_of_a_chain(struct tn_env *env)
{
	uint64_t back = 0;
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("middle.1");
	steps_cap middle = { tn_actor_get("middle.1") };
	TN_EXPECT_ERROR(steps_echo(middle, 5, &back), TN_OK);
	tn_actor_kill("server");
	TN_EXPECT_ERROR(steps_echo(middle, 5, &back), TN_ERR_GONE);
	TN_EXPECT(!tn_actor_has_ended("middle.1"));
	tn_actor_kill("middle.1");
	tn_cap_release(middle.handle);
	tn_cap_release(server.handle);
}

/*
 * A call through eight waits at the ninth, which is busy; the fourth dies. Its caller gets the
 * error through all that are before it; nobody else ends, and those behind it wait as before.
 */
static void middle_of_a_chain(struct tn_env *env)
{
	static const char *const names[] = { "middle.1", "middle.2", "middle.3", "middle.4",
					     "middle.5", "middle.6", "middle.7", "middle.8" };
	enum { MIDDLES = sizeof(names) / sizeof(names[0]), DEAD = 3 };
	steps_cap middle[MIDDLES];
	uint64_t back = 0;
	(void)env;
	steps_cap server = start_server();
	for (unsigned i = 0; i < MIDDLES; i++) {
		tn_actor_start(names[i]);
		middle[i].handle = tn_actor_get(names[i]);
	}
	TN_EXPECT_ERROR(steps_echo(middle[MIDDLES - 1], 5, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 5);
	tn_actor_start("blocker.3");
	tn_actor_await("blocker.3");
	tn_actor_put("target", middle[MIDDLES - 1].handle);
	tn_actor_start("waiter.10");
	tn_actor_await("waiter.10");
	let_others_run(30);
	uint64_t killed = now();
	tn_actor_kill(names[DEAD]);
	expect_gone("waiter.10");
	expect_at_once(killed);
	TN_EXPECT_ERROR(steps_echo(middle[MIDDLES - 1], 5, &back), TN_ERR_GONE);
	tn_actor_kill("server");
	expect_gone("blocker.3");
	TN_EXPECT_ERROR(steps_echo(middle[DEAD - 1], 5, &back), TN_ERR_GONE);
	for (unsigned i = 0; i < MIDDLES; i++) {
		TN_EXPECT_EQUAL(tn_actor_has_ended(names[i]), i == DEAD);
		tn_actor_kill(names[i]);
		tn_cap_release(middle[i].handle);
	}
	tn_cap_release(server.handle);
}

/* A calls B calls A: those two wait for each other, nobody else does, until one is killed. */
static void circle_is_broken(struct tn_env *env)
{
	(void)env;
	steps_cap server = start_server();
	tn_actor_start("cycle.a");
	tn_actor_start("cycle.b");
	tn_actor_await("cycling");
	let_others_run(30);
	expect_alive(server);
	TN_EXPECT(!tn_actor_has_ended("cycle.a"));
	tn_actor_kill("cycle.b");
	struct tn_child_end end = tn_actor_end("cycle.a");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, TN_ERR_GONE);
	end_server(server);
}

/* -- all comes back -- */

static void live_and_die(unsigned calls)
{
	tn_actor_start("server");
	let_others_run(calls);
	tn_actor_kill("server");
}

/* Killed after ever more of its life; what its parent has is the same before and after. */
static void at_any_moment(struct tn_env *env)
{
	(void)env;
	live_and_die(100); /* what the stage's heap needs is there now */
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned calls = 0; calls < 40; calls++)
		live_and_die(calls);
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "server-dies-before-it-fetches", before_it_fetches },
		{ "server-dies-in-the-handler", in_the_handler },
		{ "server-dies-before-its-reply", before_its_reply },
		{ "server-dies-after-its-reply", after_its_reply },
		{ "server-exits-in-the-handler", exits_in_the_handler },
		{ "server-faults-in-the-handler", faults_in_the_handler },
		{ "server-dies-with-many-callers", with_many_callers },
		{ "server-that-never-answers", never_answers },
		{ "object-destroyed-while-called", object_destroyed_while_called },
		{ "object-destroyed-by-its-handler", object_destroyed_by_its_handler },
		{ "flood-starves-nobody", flood },
		{ "successor-is-another", a_successor_is_another },
		{ "client-dies-in-mid-call", client_in_mid_call },
		{ "client-dies-while-queued", client_while_queued },
		{ "client-dies-with-transfer-under-way", client_with_transfer_under_way },
		{ "client-dies-whose-capability-is-kept", client_whose_capability_is_kept },
		{ "end-of-a-chain-dies", end_of_a_chain },
		{ "middle-of-a-chain-dies", middle_of_a_chain },
		{ "circle-is-broken-by-a-death", circle_is_broken },
		{ "death-at-any-moment", at_any_moment },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "server", play_server },
		{ "holder", play_holder },
		{ "queuer", play_queuer },
		{ "blocker", play_blocker },
		{ "waiter", play_waiter },
		{ "victim", play_victim },
		{ "flooder", play_flooder },
		{ "mortal", play_mortal },
		{ "transferrer", play_transferrer },
		{ "giver", play_giver },
		{ "cycle", play_cycle },
		{ "middle", play_middle },
		{ "trio", play_trio },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-death", cases, roles);
}
