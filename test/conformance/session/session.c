/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The life of a session: opened, refused, upgraded, closed; and what deaths do to it. */

#include "desk.h"

static const struct tn_quota none = { 0, 0 };
static const struct tn_quota some = { DESK_RAM, DESK_CAPS };

/* A session that stays open and tells the counts. */
static struct tn_session observer;

static tn_error open_desk(const char *label, struct tn_quota quota, struct tn_session *session)
{
	return tn_session_open("Desk", label, quota, &desk_interface, session);
}

static desk_cap of(const struct tn_session *session)
{
	desk_cap cap = { session->cap };
	return cap;
}

static struct desk_counts counts(void)
{
	struct desk_counts now = { 0 };
	TN_EXPECT_ERROR(desk_counts(of(&observer), &now), TN_OK);
	return now;
}

static void start_desk(void)
{
	tn_actor_start_with("desk", "", "Desk", TN_ACTOR_RAM, TN_ACTOR_CAPS);
}

static void expect_same(struct tn_accounts after, struct tn_accounts before)
{
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

static void start(struct tn_env *env)
{
	(void)env;
	start_desk(); /* may announce after we ask */
	TN_REQUIRE_OK(open_desk("observer", some, &observer));
	TN_EXPECT_EQUAL(counts().opened, 1);
}

/*
 * The runtime makes its signal for the progress of sessions the first time that it has to wait for
 * one, which depends on who is faster: once, and at its exact price.
 */
static void expect_same_but_one_signal(struct tn_accounts now, struct tn_accounts before)
{
	static bool made;
	if (!made && now.caps_used == before.caps_used + 1) {
		made = true;
		before.caps_used++;
		before.ram_used += 512;
	}
	expect_same(now, before);
}

static void opened_and_closed(struct tn_env *env)
{
	struct tn_session session;
	uint64_t back = 0;
	(void)env;
	for (unsigned i = 0; i < 3; i++) {
		struct desk_counts before = counts();
		struct tn_accounts own = tn_actor_accounts("main");
		struct tn_accounts server = tn_actor_accounts("desk");
		TN_REQUIRE_OK(open_desk("", some, &session));
		TN_EXPECT_ERROR(desk_echo(of(&session), 5, &back), TN_OK);
		TN_EXPECT_EQUAL(counts().last_open.ram, some.ram);
		TN_EXPECT_EQUAL(counts().last_open.caps, some.caps);
		struct tn_accounts donated = tn_actor_accounts("desk");
		TN_EXPECT_EQUAL(donated.ram_limit, server.ram_limit + some.ram);
		TN_EXPECT_EQUAL(donated.caps_limit, server.caps_limit + some.caps);
		desk_cap closed = of(&session);
		tn_session_close(&session);
		TN_EXPECT_EQUAL(counts().closed, before.closed + 1);
		TN_EXPECT(desk_echo(closed, 5, &back) != TN_OK);
		expect_same_but_one_signal(tn_actor_accounts("main"), own);
		expect_same(tn_actor_accounts("desk"), server);
	}
}

static void label_is_a_path(struct tn_env *env)
{
	static const char wanted[] = "main" TN_LABEL_SEPARATOR "what I gave";
	char text[TN_LABEL_MAX + 1] = "";
	struct tn_session session;
	(void)env;
	TN_REQUIRE_OK(open_desk("what I gave", none, &session));
	TN_EXPECT_ERROR(desk_label(of(&session), text), TN_OK);
	TN_EXPECT(memcmp(text, wanted, sizeof(wanted)) == 0);
	tn_session_close(&session);
}

static void labels_at_their_bound(struct tn_env *env)
{
	char text[TN_LABEL_MAX + 2];
	struct tn_session session;
	const size_t fits = TN_LABEL_MAX - (sizeof("main" TN_LABEL_SEPARATOR) - 1);
	(void)env;
	memset(text, 'x', sizeof(text));
	text[fits] = 0;
	TN_REQUIRE_OK(open_desk(text, none, &session));
	tn_session_close(&session);
	text[fits] = 'x';
	text[fits + 1] = 0;
	TN_EXPECT_ERROR(open_desk(text, none, &session), TN_ERR_TOO_LONG);
	text[fits + 1] = 'x';
	text[TN_LABEL_MAX + 1] = 0;
	TN_EXPECT_ERROR(open_desk(text, none, &session), TN_ERR_TOO_LONG);
	TN_EXPECT_ERROR(open_desk("line\nbreak", none, &session), TN_ERR_ARGUMENT);
}

/* -- refused -- */

static void refused_by_the_server(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main"), server = tn_actor_accounts("desk");
	TN_EXPECT_ERROR(open_desk("refuse", some, &session), TN_ERR_BUSY);
	TN_EXPECT_EQUAL(counts().refused, 1);
	expect_same(tn_actor_accounts("main"), own);
	expect_same(tn_actor_accounts("desk"), server);
}

static void too_little_for_the_server(struct tn_env *env)
{
	const struct tn_quota no_ram = { DESK_RAM - 1, DESK_CAPS };
	const struct tn_quota no_caps = { DESK_RAM, DESK_CAPS - 1 };
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main");
	TN_EXPECT_ERROR(open_desk("strict", no_ram, &session), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(open_desk("strict", no_caps, &session), TN_ERR_OUT_OF_CAPS);
	TN_REQUIRE_OK(open_desk("strict", some, &session));
	tn_session_close(&session);
	expect_same(tn_actor_accounts("main"), own);
}

static void more_than_the_client_has(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main");
	const struct tn_quota all_ram = { own.ram_limit - own.ram_used, 0 };
	const struct tn_quota all_caps = { 0, own.caps_limit - own.caps_used };
	const struct tn_quota absurd = { UINT64_MAX, UINT64_MAX };
	TN_EXPECT_ERROR(open_desk("", all_ram, &session), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(open_desk("", all_caps, &session), TN_ERR_OUT_OF_CAPS);
	TN_EXPECT(open_desk("", absurd, &session) != TN_OK);
	expect_same(tn_actor_accounts("main"), own);
}

static void denied_by_the_parent(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main");
	TN_EXPECT_ERROR(tn_session_open("Denied", "", some, &desk_interface, &session),
			TN_ERR_DENIED);
	/* init has no route, core has no such service: both say so. */
	TN_EXPECT_ERROR(tn_session_open("Unrouted", "", some, &desk_interface, &session),
			TN_ERR_NO_SERVICE);
	TN_EXPECT_ERROR(tn_session_open("Unknown", "", some, &desk_interface, &session),
			TN_ERR_NO_SERVICE);
	TN_EXPECT_ERROR(tn_session_open("", "", some, &desk_interface, &session), TN_ERR_ARGUMENT);
	expect_same(tn_actor_accounts("main"), own);
}

/* -- interfaces -- */

static void fewer_functions_are_compatible(struct tn_env *env)
{
	static const struct tn_interface old = { "desk", desk_old_function_count,
						 desk_old_functions_ };
	struct tn_session session;
	uint64_t back = 0;
	(void)env;
	TN_REQUIRE_OK(tn_session_open("Desk", "", none, &old, &session));
	desk_old_cap cap = { session.cap };
	TN_EXPECT_ERROR(desk_old_echo(cap, 8, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 8);
	tn_session_close(&session);
}

static void all_else_is_a_mismatch(struct tn_env *env)
{
	static const struct tn_interface newer = { "desk", desk_new_function_count,
						   desk_new_functions_ };
	static const struct tn_interface other = { "desk", desk_other_function_count,
						   desk_other_functions_ };
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main"), server = tn_actor_accounts("desk");
	TN_EXPECT_ERROR(tn_session_open("Desk", "", some, &newer, &session), TN_ERR_MISMATCH);
	TN_EXPECT_ERROR(tn_session_open("Desk", "", some, &other, &session), TN_ERR_MISMATCH);
	TN_EXPECT_ERROR(tn_session_open("Desk", "", some, &desk_old_interface, &session),
			TN_ERR_MISMATCH); /* another name */
	TN_EXPECT_ERROR(tn_session_open("ROM", "test-session", none, &desk_interface, &session),
			TN_ERR_MISMATCH); /* at core */
	TN_EXPECT_ERROR(tn_session_open("Stage", "", none, &desk_interface, &session),
			TN_ERR_MISMATCH); /* at the parent itself */
	expect_same(tn_actor_accounts("main"), own);
	expect_same(tn_actor_accounts("desk"), server);
}

/* -- upgraded -- */

static void upgraded(struct tn_env *env)
{
	const struct tn_quota more = { 8192, 3 };
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main"), server = tn_actor_accounts("desk");
	TN_REQUIRE_OK(open_desk("", some, &session));
	TN_EXPECT_ERROR(tn_session_upgrade(&session, more), TN_OK);
	TN_EXPECT_EQUAL(counts().upgraded, 1);
	TN_EXPECT_EQUAL(counts().last_upgrade.ram, more.ram);
	TN_EXPECT_EQUAL(counts().last_upgrade.caps, more.caps);
	struct tn_accounts donated = tn_actor_accounts("desk");
	TN_EXPECT_EQUAL(donated.ram_limit, server.ram_limit + some.ram + more.ram);
	const struct tn_quota too_much = { UINT64_MAX / 2, 0 };
	TN_EXPECT_ERROR(tn_session_upgrade(&session, too_much), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_EQUAL(counts().upgraded, 1);
	tn_session_close(&session);
	expect_same(tn_actor_accounts("main"), own);
	expect_same(tn_actor_accounts("desk"), server);
}

/* A server that has spent what was donated keeps that, nothing else; it comes back at its end. */
static void spent_by_the_server(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main"), server = tn_actor_accounts("desk");
	const uint64_t unused = server.ram_limit - server.ram_used;
	TN_REQUIRE_OK(open_desk("", some, &session));
	TN_REQUIRE_OK(desk_spend(of(&observer), unused));
	tn_session_close(&session);
	struct tn_accounts poorer = tn_actor_accounts("main");
	TN_EXPECT(poorer.ram_limit < own.ram_limit);
	TN_EXPECT(poorer.ram_limit >= own.ram_limit - some.ram);
	TN_EXPECT_EQUAL(poorer.caps_limit, own.caps_limit);
	TN_EXPECT_ERROR(desk_unspend(of(&observer)), TN_OK);
}

static void of_core(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	struct tn_accounts own = tn_actor_accounts("main");
	struct tn_accounts stage = tn_actor_accounts("test");
	for (unsigned i = 0; i < 10; i++) {
		TN_REQUIRE_OK(
			tn_session_open("ROM", "test-session", some, &tn_rom_interface, &session));
		tn_session_close(&session);
	}
	TN_EXPECT_ERROR(tn_session_open("ROM", "no such", some, &tn_rom_interface, &session),
			TN_ERR_NOT_FOUND);
	/* As many functions, but others. */
	TN_EXPECT_ERROR(tn_session_open("ROM", "test-session", some, &tn_log_interface, &session),
			TN_ERR_MISMATCH);
	expect_same(tn_actor_accounts("main"), own);
	expect_same(tn_actor_accounts("test"), stage);
}

/* -- deaths -- */

static void play_visitor(struct tn_env *env)
{
	struct tn_session session;
	uint64_t back;
	(void)env;
	TN_MUST(open_desk("visitor", some, &session));
	TN_MUST(desk_echo(of(&session), 1, &back));
	tn_exit(0); /* without closing */
}

static void client_dies(struct tn_env *env)
{
	struct tn_signal bell = { .handler = NULL };
	const tn_signal_cap no_bell = { 0 };
	(void)env;
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &bell));
	TN_REQUIRE_OK(desk_ring_at_close(of(&observer), bell.cap));
	struct desk_counts before = counts();
	struct tn_accounts server = tn_actor_accounts("desk");
	for (uint32_t i = 1; i <= 3; i++) {
		tn_actor_start("visitor");
		tn_signal_wait(&bell);
		TN_EXPECT_EQUAL(tn_actor_end("visitor").cause, TN_CHILD_EXITED);
		TN_EXPECT_EQUAL(counts().closed, before.closed + i);
	}
	expect_same(tn_actor_accounts("desk"), server);
	TN_EXPECT_ERROR(desk_ring_at_close(of(&observer), no_bell), TN_OK);
	tn_signal_destroy(&bell);
}

static void play_blocked(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	tn_actor_post("asking");
	tn_exit((int)tn_error_number(tn_session_open("Slow", "", some, &desk_interface, &session)));
}

/* A server that never answers holds up its client alone; a client that waits can be killed. */
static void server_stays_silent(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("silent", "", "Slow", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	tn_actor_start("blocked");
	tn_actor_await("asking");
	TN_EXPECT(counts().opened > 0);
	TN_EXPECT(!tn_actor_has_ended("blocked"));
	tn_actor_kill("blocked");
	tn_actor_start("blocked");
	tn_actor_kill("silent");
	struct tn_child_end end = tn_actor_end("blocked");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	tn_error why = tn_error_of((uint32_t)end.value);
	/* It came before the server's death, or after: no server, in both cases. */
	TN_EXPECT(why == TN_ERR_GONE || why == TN_ERR_NO_SERVICE);
}

static void play_silent(struct tn_env *env)
{
	(void)env;
}

static void server_dies(struct tn_env *env)
{
	struct tn_session session;
	uint64_t back;
	(void)env;
	tn_session_close(&observer);
	struct tn_accounts own = tn_actor_accounts("main");
	TN_REQUIRE_OK(open_desk("", some, &session));
	TN_EXPECT_ERROR(desk_die(of(&session)), TN_ERR_GONE);
	(void)tn_actor_end("desk");
	TN_EXPECT_ERROR(desk_echo(of(&session), 1, &back), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_session_upgrade(&session, some), TN_ERR_GONE);
	tn_session_close(&session);
	expect_same(tn_actor_accounts("main"), own);
	TN_EXPECT_ERROR(open_desk("", some, &session), TN_ERR_NO_SERVICE);
	start_desk();
	TN_REQUIRE_OK(open_desk("", some, &session));
	TN_EXPECT_ERROR(desk_echo(of(&session), 1, &back), TN_OK);
	tn_session_close(&session);
	expect_same(tn_actor_accounts("main"), own);
}

static void announced_without_permission(struct tn_env *env)
{
	struct tn_service service = { .name = "Forbidden", .interface = &desk_interface };
	(void)env;
	TN_EXPECT_ERROR(tn_service_announce(&service), TN_ERR_DENIED);
}

/* Made up requests to the parent: nobody's session but one's own can be reached. */
static void made_up_ids(struct tn_env *env)
{
	tn_parent_cap parent = tn_env_parent(env);
	uint32_t state, reason;
	tn_any_cap cap = { 0 };
	for (uint32_t id = 0; id < 200; id++) {
		tn_any_cap any = { parent.handle };
		TN_EXPECT_ERROR(tn_parent_request_deliver(parent, id, any), TN_ERR_ARGUMENT);
		TN_EXPECT_ERROR(tn_parent_request_deny(parent, id, 0), TN_ERR_ARGUMENT);
		TN_EXPECT_ERROR(tn_parent_request_done(parent, id), TN_ERR_ARGUMENT);
	}
	TN_EXPECT_ERROR(tn_parent_session_collect(parent, 1000000, &state, &reason, &cap),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_parent_session_upgrade(parent, 1000000, 1, 1), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_parent_session_close(parent, 1000000), TN_ERR_ARGUMENT);
}

/* -- what is another child's -- */

static struct tn_session tenancy;

static tn_error echo_through(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	return desk_echo(of(&tenancy), value, back);
}

/* Has a session, and uses it whenever it is asked to. */
static void play_tenant(struct tn_env *env)
{
	static const struct desk_ops ops = { .echo = echo_through };
	static struct tn_object object;
	desk_cap cap;
	TN_MUST(open_desk("tenant", some, &tenancy));
	TN_MUST(desk_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put("tenant", cap.handle);
}

enum { IDS = 1000 };

/* Has one session of its own, with the stage; tries every id that the parent has given so far. */
static void play_thief(struct tn_env *env)
{
	tn_parent_cap parent = tn_env_parent(env);
	uint32_t state, reason, refused = 0;
	tn_any_cap cap = { 0 };
	for (uint32_t id = 0; id < IDS; id++)
		refused += tn_parent_session_upgrade(parent, id, 1, 1) == TN_ERR_ARGUMENT &&
			   tn_parent_session_close(parent, id) == TN_ERR_ARGUMENT &&
			   tn_parent_session_collect(parent, id, &state, &reason, &cap) ==
				   TN_ERR_ARGUMENT;
	tn_exit(refused == IDS - 1 ? 0 : 1);
}

static void sessions_of_siblings(struct tn_env *env)
{
	uint64_t back = 0;
	(void)env;
	tn_actor_start("tenant");
	desk_cap tenant = { tn_actor_get("tenant") };
	struct desk_counts before = counts();
	struct tn_accounts desk = tn_actor_accounts("desk"), its = tn_actor_accounts("tenant");
	tn_actor_start("thief");
	struct tn_child_end end = tn_actor_end("thief");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
	TN_EXPECT_EQUAL(counts().closed, before.closed);
	TN_EXPECT_EQUAL(counts().upgraded, before.upgraded);
	TN_EXPECT_ERROR(desk_echo(tenant, 31, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 31);
	expect_same(tn_actor_accounts("tenant"), its);
	expect_same(tn_actor_accounts("desk"), desk);
	tn_cap_release(tenant.handle);
	tn_actor_kill("tenant");
}

/* Ends the actor with the number of the line that it does not hold on. */
#define HASTY(call, expected)                        \
	do                                           \
		if ((call) != (expected))            \
			tn_exit(__LINE__ % 100 + 1); \
	while (0)

static void answer_in_any_way(tn_parent_cap parent, uint32_t id, tn_any_cap cap)
{
	HASTY(tn_parent_request_deliver(parent, id, cap), TN_ERR_ARGUMENT);
	HASTY(tn_parent_request_deny(parent, id, tn_error_number(TN_ERR_BUSY)), TN_ERR_ARGUMENT);
	HASTY(tn_parent_request_done(parent, id), TN_ERR_ARGUMENT);
}

static uint32_t fetch(tn_parent_cap parent, uint32_t wanted)
{
	char service[TN_SERVICE_NAME_MAX + 1], label[TN_LABEL_MAX + 1], interface[32];
	uint32_t kind, id = 0, functions;
	uint64_t ram, caps, digest;
	TN_MUST(tn_parent_request_next(parent, &kind, &id, service, label, &ram, &caps, &functions,
				       &digest, interface));
	HASTY(kind, wanted);
	return id;
}

/* A server by hand: answers before it has asked, in the wrong way, and twice. */
static void play_hasty(struct tn_env *env)
{
	static struct tn_signal requests;
	tn_parent_cap parent = tn_env_parent(env);
	tn_any_cap cap = { parent.handle };
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &requests));
	TN_MUST(tn_parent_announce(parent, "Slow", requests.cap));
	tn_actor_await("hasty-asked");
	for (uint32_t id = 0; id < IDS; id++)
		answer_in_any_way(parent, id, cap);
	uint32_t id = fetch(parent, TN_REQUEST_OPEN);
	HASTY(tn_parent_request_done(parent, id), TN_ERR_ARGUMENT);
	HASTY(tn_parent_request_deliver(parent, id, cap), TN_OK);
	answer_in_any_way(parent, id, cap);
	tn_actor_post("hasty-delivered");
	tn_actor_await("hasty-closed");
	answer_in_any_way(parent, id, cap);
	HASTY(fetch(parent, TN_REQUEST_CLOSE), id);
	HASTY(tn_parent_request_deliver(parent, id, cap), TN_ERR_ARGUMENT);
	HASTY(tn_parent_request_deny(parent, id, tn_error_number(TN_ERR_BUSY)), TN_ERR_ARGUMENT);
	HASTY(tn_parent_request_done(parent, id), TN_OK);
	answer_in_any_way(parent, id, cap);
	fetch(parent, TN_REQUEST_NONE);
	tn_exit(0);
}

static uint32_t collect(tn_parent_cap parent, uint32_t id, tn_any_cap *cap)
{
	uint32_t state = 0, reason = 0;
	TN_EXPECT_ERROR(tn_parent_session_collect(parent, id, &state, &reason, cap), TN_OK);
	return state;
}

static void answered_unasked(struct tn_env *env)
{
	tn_parent_cap parent = tn_env_parent(env);
	struct tn_accounts own = tn_actor_accounts("main");
	tn_any_cap cap = { 0 };
	uint32_t id = 0;
	tn_actor_start_with("hasty", "", "Slow", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	TN_REQUIRE_OK(
		tn_parent_session_open(parent, "Slow", "", some.ram, some.caps, desk_function_count,
				       tn_interface_digest(&desk_interface, desk_function_count),
				       "desk", &id));
	TN_EXPECT_EQUAL(collect(parent, id, &cap), TN_SESSION_PENDING);
	tn_actor_post("hasty-asked");
	tn_actor_await("hasty-delivered");
	TN_EXPECT_EQUAL(collect(parent, id, &cap), TN_SESSION_READY);
	tn_cap_release(cap.handle);
	TN_EXPECT_ERROR(tn_parent_session_close(parent, id), TN_OK);
	tn_actor_post("hasty-closed");
	struct tn_child_end end = tn_actor_end("hasty");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
	TN_EXPECT_EQUAL(collect(parent, id, &cap), TN_SESSION_DENIED);
	expect_same(tn_actor_accounts("main"), own);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "opened-and-closed", opened_and_closed },
		{ "label-is-a-path", label_is_a_path },
		{ "labels-at-their-bound", labels_at_their_bound },
		{ "refused-by-the-server", refused_by_the_server },
		{ "too-little-for-the-server", too_little_for_the_server },
		{ "more-than-the-client-has", more_than_the_client_has },
		{ "denied-by-the-parent", denied_by_the_parent },
		{ "fewer-functions-are-compatible", fewer_functions_are_compatible },
		{ "all-else-is-a-mismatch", all_else_is_a_mismatch },
		{ "upgraded", upgraded },
		{ "of-core", of_core },
		{ "client-dies", client_dies },
		{ "server-stays-silent", server_stays_silent },
		{ "announced-without-permission", announced_without_permission },
		{ "made-up-ids", made_up_ids },
		{ "sessions-of-siblings", sessions_of_siblings },
		{ "answered-unasked", answered_unasked },
		{ "spent-by-the-server", spent_by_the_server },
		{ "server-dies", server_dies },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "desk", play_desk },       { "visitor", play_visitor },
		{ "blocked", play_blocked }, { "silent", play_silent },
		{ "tenant", play_tenant },   { "thief", play_thief },
		{ "hasty", play_hasty },     { NULL, NULL }
	};
	tn_test_main(env, "test-session", cases, roles);
}
