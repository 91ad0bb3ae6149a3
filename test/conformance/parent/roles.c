/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "roles.h"

#define CHECK(condition)                   \
	do                                 \
		if (!(condition))          \
			tn_exit(__LINE__); \
	while (0)

static const struct tn_quota asked = { ASKED_RAM, ASKED_CAPS };
static struct tn_env *env;

static struct tn_accounts accounts(void)
{
	struct tn_accounts now;
	CHECK(tn_pd_accounts(tn_env_pd(env), &now) == TN_OK);
	return now;
}

/* Asks by the blocking call; exactly what was granted is there, and asking itself costs nothing. */
static void ask(struct tn_quota expected)
{
	bool some = expected.ram || expected.caps;
	struct tn_quota granted = { 0, 0 };
	struct tn_accounts before = accounts();
	tn_error error = tn_quota_request(env, asked, &granted);
	CHECK(error == (some ? TN_OK : TN_ERR_DENIED));
	CHECK(granted.ram == expected.ram && granted.caps == expected.caps);
	struct tn_accounts after = accounts();
	CHECK(after.ram_limit == before.ram_limit + expected.ram);
	CHECK(after.caps_limit == before.caps_limit + expected.caps);
	CHECK(after.ram_used == before.ram_used && after.caps_used == before.caps_used);
}

static void play_asker(void)
{
	tn_dataspace_cap large;
	CHECK(tn_dataspace_alloc(ASKED_RAM, &large) == TN_ERR_OUT_OF_RAM);
	ask(asked);
	CHECK(tn_dataspace_alloc(ASKED_RAM, &large) == TN_OK);
	ask(asked);
}

static void play_half(void)
{
	const struct tn_quota half = { ASKED_RAM / 2, ASKED_CAPS / 2 };
	ask(half);
}

static void play_denied(void)
{
	const struct tn_quota none = { 0, 0 };
	ask(none);
	ask(none);
}

/* Gets what the giver frees, or what the parent takes from the mute one. */
static void play_taker(void)
{
	struct tn_quota granted;
	CHECK(tn_quota_request(env, asked, &granted) == TN_OK);
	CHECK(granted.ram > 0 && accounts().ram_limit > granted.ram);
}

/* -- those that serve their entrypoint meanwhile -- */

static struct tn_signal decided, wanted_back;
static struct tn_heartbeat heartbeat;
static tn_dataspace_cap reserve;

static void on_decision(void *argument)
{
	struct tn_quota granted;
	(void)argument;
	CHECK(tn_quota_request_collect(env, &granted) == TN_OK);
	CHECK(granted.ram == ASKED_RAM && granted.caps == ASKED_CAPS);
	CHECK(tn_quota_request_collect(env, &granted) == TN_ERR_NOT_FOUND);
	tn_exit(0);
}

static void play_patient(void)
{
	decided.handler = on_decision;
	CHECK(tn_signal_create(tn_env_entrypoint(env), &decided) == TN_OK);
	CHECK(tn_quota_request_begin(env, asked, decided.cap) == TN_OK);
}

static void on_wish(void *argument)
{
	struct tn_quota quota = { 0, 0 };
	(void)argument;
	CHECK(tn_quota_wanted_back(env, &quota) == TN_OK);
	if (!quota.ram && !quota.caps)
		return;
	tn_dataspace_free(reserve);
	struct tn_accounts before = accounts();
	CHECK(tn_quota_yield(env, quota) == TN_OK);
	CHECK(accounts().ram_limit == before.ram_limit - GIVERS_RAM);
	CHECK(tn_quota_yield(env, quota) == TN_ERR_ARGUMENT); /* one answer for one wish */
}

static void play_giver(void)
{
	wanted_back.handler = on_wish;
	CHECK(tn_dataspace_alloc(GIVERS_RAM, &reserve) == TN_OK);
	CHECK(tn_signal_create(tn_env_entrypoint(env), &wanted_back) == TN_OK);
	CHECK(tn_quota_listen(env, wanted_back.cap) == TN_OK);
}

/* The parent sends a beat whenever it is asked, and grants when it has seen one answered. */
static void ask_again(void *argument)
{
	struct tn_quota granted;
	(void)argument;
	tn_error error = tn_quota_request_collect(env, &granted);
	if (error == TN_OK)
		tn_exit(0);
	CHECK(error == TN_ERR_DENIED);
	CHECK(tn_quota_request_begin(env, asked, decided.cap) == TN_OK);
}

static void play_alive(void)
{
	decided.handler = ask_again;
	CHECK(tn_signal_create(tn_env_entrypoint(env), &decided) == TN_OK);
	CHECK(tn_heartbeat_answer(&heartbeat, env) == TN_OK);
	CHECK(tn_quota_request_begin(env, asked, decided.cap) == TN_OK);
}

static void play_unheard(void)
{
	struct tn_quota granted;
	struct tn_accounts before = accounts();
	CHECK(tn_heartbeat_answer(&heartbeat, env) == TN_OK);
	tn_heartbeat_end(&heartbeat);
	CHECK(accounts().ram_used == before.ram_used && accounts().caps_used == before.caps_used);
	for (unsigned i = 0; i < 3; i++)
		CHECK(tn_quota_request(env, asked, &granted) == TN_ERR_DENIED);
}

/* -- those that do not behave -- */

static void play_hostile(void)
{
	tn_parent_cap parent = tn_env_parent(env);
	tn_signal_cap none = { 0 };
	uint32_t state;
	uint64_t ram, caps;
	CHECK(tn_signal_create(tn_env_entrypoint(env), &decided) == TN_OK);
	CHECK(tn_parent_resource_collect(parent, &state, &ram, &caps) == TN_OK);
	CHECK(state == TN_RESOURCE_NONE && !ram && !caps);
	CHECK(tn_parent_yield_request(parent, &ram, &caps) == TN_OK && !ram && !caps);
	CHECK(tn_parent_yield_done(parent, ASKED_RAM, 1) == TN_ERR_ARGUMENT);
	CHECK(tn_parent_notify(parent, TN_NOTICE_COUNT, decided.cap) == TN_ERR_ARGUMENT);
	CHECK(tn_parent_notify(parent, UINT32_MAX, none) == TN_ERR_ARGUMENT);
	CHECK(tn_parent_resource_request(parent, 1, 1, none) == TN_ERR_CAPABILITY);
	CHECK(tn_parent_resource_request(parent, UINT64_MAX, UINT64_MAX, decided.cap) == TN_OK);
	CHECK(tn_parent_resource_request(parent, 1, 1, decided.cap) == TN_ERR_BUSY);
}

/* Promises more than it has: the parent takes what is there, and not more than it wanted. */
static void on_liars_wish(void *argument)
{
	struct tn_accounts before = accounts();
	(void)argument;
	CHECK(tn_parent_yield_done(tn_env_parent(env), UINT64_MAX, UINT64_MAX) == TN_OK);
	struct tn_accounts after = accounts();
	CHECK(after.ram_used == before.ram_used && after.caps_used == before.caps_used);
	CHECK(before.ram_limit - after.ram_limit == ASKED_RAM);
	CHECK(before.caps_limit - after.caps_limit == ASKED_CAPS);
	tn_exit(0);
}

static void play_liar(void)
{
	wanted_back.handler = on_liars_wish;
	CHECK(tn_signal_create(tn_env_entrypoint(env), &wanted_back) == TN_OK);
	CHECK(tn_signal_create(tn_env_entrypoint(env), &decided) == TN_OK);
	CHECK(tn_quota_request_begin(env, asked, decided.cap) == TN_OK);
	CHECK(tn_quota_listen(env, wanted_back.cap) == TN_OK);
}

/* Ends with its request undecided. */
static void play_dying(void)
{
	CHECK(tn_signal_create(tn_env_entrypoint(env), &decided) == TN_OK);
	CHECK(tn_quota_request_begin(env, asked, decided.cap) == TN_OK);
	__builtin_trap();
}

/* -- a server whose quota is its clients' in part -- */

static struct tn_object desk;

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	(void)self;
	(void)request;
	(void)cap;
	*size = 0;
	return TN_ERR_NOT_FOUND;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	(void)changed;
	return TN_OK;
}

static tn_error open_desk(void *self, const struct tn_session_request *request, tn_handle *object)
{
	(void)self;
	CHECK(request->quota.ram == DONATED_RAM && request->quota.caps == DONATED_CAPS);
	*object = desk.handle;
	return TN_OK;
}

static void close_desk(void *self, uint32_t id)
{
	(void)self;
	(void)id;
}

static void play_server(void)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	static struct tn_service service = { .name = "Desk",
					     .interface = &tn_rom_interface,
					     .open = open_desk,
					     .close = close_desk };
	tn_rom_cap cap;
	CHECK(tn_rom_serve(tn_env_entrypoint(env), &desk, &ops, NULL, &cap) == TN_OK);
	CHECK(tn_service_announce(&service) == TN_OK);
}

/* Its request makes the parent take from the server all that it can. */
static void play_donor(void)
{
	const struct tn_quota donation = { DONATED_RAM, DONATED_CAPS }, none = { 0, 0 };
	struct tn_session session;
	struct tn_accounts before = accounts();
	CHECK(tn_session_open("Desk", "", donation, &tn_rom_interface, &session) == TN_OK);
	ask(none);
	tn_session_close(&session);
	struct tn_accounts after = accounts();
	CHECK(after.ram_limit == before.ram_limit && after.caps_limit == before.caps_limit);
}

void role_play(struct tn_env *environment)
{
	static const struct {
		const char *name;
		void (*play)(void);
		bool stays;
	} roles[] = {
		{ "asker", play_asker, false },     { "half", play_half, false },
		{ "denied", play_denied, false },   { "greedy", play_denied, false },
		{ "taker", play_taker, false },     { "robber", play_taker, false },
		{ "patient", play_patient, true },  { "giver", play_giver, true },
		{ "alive", play_alive, true },      { "unheard", play_unheard, false },
		{ "hostile", play_hostile, false }, { "liar", play_liar, true },
		{ "dying", play_dying, false },     { "server", play_server, true },
		{ "donor", play_donor, false },
	};
	env = environment;
	for (unsigned i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (!tn_text_equal(roles[i].name, tn_env_name(env)))
			continue;
		roles[i].play();
		if (!roles[i].stays)
			tn_exit(0);
	}
	/* "mute" plays nothing. */
}
