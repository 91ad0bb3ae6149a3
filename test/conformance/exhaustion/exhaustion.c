/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Quota. For each thing that costs, a spender with little RAM, or with few capabilities, takes
 * it until it gets an error, gives all back, and compares its accounts. "spender.ram.3" takes the
 * third kind with little RAM. Beside it a server goes on serving main.
 */

#include <tenon/test.h>

enum { MANY = 1200, SPARE = 100 * 1024, HEAP_BLOCK = 8000, GIFTS = 600 };

#define GIVER(RPC, I)                                              \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))     \
	RPC(I, gift, In(uint32_t, i), OutCap(tn_signal_cap, gift)) \
	RPC(I, take, InCap(tn_any_cap, cap))                       \
	RPC(I, drop_all)

TN_RPC_INTERFACE(giver, GIVER)

/* -- the giver: a server that others depend on -- */

static struct {
	struct tn_object object;
	struct tn_signal gifts[GIFTS];
	tn_handle taken[MANY];
	unsigned taken_count;
} giving;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error gift(void *self, struct tn_request *request, uint32_t i, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	if (i >= GIFTS)
		return TN_ERR_ARGUMENT;
	*cap = giving.gifts[i].cap;
	return TN_OK;
}

static tn_error take(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	if (giving.taken_count == MANY)
		return TN_ERR_LIMIT;
	giving.taken[giving.taken_count++] = cap.handle;
	return tn_cap_retain(cap.handle);
}

static tn_error drop_all(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	while (giving.taken_count)
		tn_cap_release(giving.taken[--giving.taken_count]);
	return TN_OK;
}

static void play_giver(struct tn_env *env)
{
	static const struct giver_ops ops = {
		.echo = echo, .gift = gift, .take = take, .drop_all = drop_all
	};
	giver_cap cap;
	for (unsigned i = 0; i < GIFTS; i++)
		TN_MUST(tn_signal_create(tn_env_entrypoint(env), &giving.gifts[i]));
	TN_MUST(giver_serve(tn_env_entrypoint(env), &giving.object, &ops, NULL, &cap));
	tn_actor_put("giver", cap.handle);
}

/* -- what costs -- */

static struct {
	struct tn_env *env;
	giver_cap giver;
	tn_error expected;
	tn_dataspace_cap one;
	union {
		tn_dataspace_cap dataspace;
		void *address;
		tn_signal_cap gift;
		struct tn_session session;
	} of[MANY];
	union {
		struct tn_signal signal;
		struct tn_object object;
	} * identities;
} spending;

static tn_error take_dataspace(unsigned i)
{
	return tn_dataspace_alloc(TN_PAGE_SIZE, &spending.of[i].dataspace);
}

static void give_dataspace(unsigned i)
{
	tn_dataspace_free(spending.of[i].dataspace);
}

static tn_error take_attachment(unsigned i)
{
	spending.of[i].address = NULL;
	return tn_attach(spending.one, 0, 0, TN_RIGHT_READ, &spending.of[i].address);
}

static void give_attachment(unsigned i)
{
	(void)tn_detach(spending.of[i].address);
}

static tn_error take_signal(unsigned i)
{
	return tn_signal_create(tn_env_entrypoint(spending.env), &spending.identities[i].signal);
}

static void give_signal(unsigned i)
{
	tn_signal_destroy(&spending.identities[i].signal);
}

static tn_error take_object(unsigned i)
{
	return tn_object_create(tn_env_entrypoint(spending.env), &spending.identities[i].object);
}

static void give_object(unsigned i)
{
	tn_object_destroy(&spending.identities[i].object);
}

static tn_error take_heap(unsigned i)
{
	spending.of[i].address = tn_heap_alloc(HEAP_BLOCK);
	return spending.of[i].address ? TN_OK : spending.expected;
}

static void give_heap(unsigned i)
{
	tn_heap_free(spending.of[i].address);
}

/* Received with a reply: the client pays. */
static tn_error take_received(unsigned i)
{
	return giver_gift(spending.giver, i, &spending.of[i].gift);
}

static void give_received(unsigned i)
{
	tn_cap_release(spending.of[i].gift.handle);
}

/* Given to a server that keeps it: the client pays for that, too. */
static tn_error take_given(unsigned i)
{
	tn_error error = take_signal(i);
	tn_any_cap any = { spending.identities[i].signal.cap.handle };
	if (error != TN_OK)
		return error;
	error = giver_take(spending.giver, any);
	if (error != TN_OK)
		give_signal(i);
	return error;
}

static void give_given(unsigned i)
{
	if (i == 0 && giver_drop_all(spending.giver) != TN_OK)
		tn_exit(1);
	give_signal(i);
}

static tn_error take_session(unsigned i)
{
	const struct tn_quota none = { 0, 0 };
	return tn_session_open("ROM", "test-exhaustion", none, &tn_rom_interface,
			       &spending.of[i].session);
}

static void give_session(unsigned i)
{
	tn_session_close(&spending.of[i].session);
}

static const struct kind {
	const char *name;
	tn_error (*take)(unsigned i);
	void (*give)(unsigned i);
	bool costs_caps;
} kinds[] = {
	{ "dataspace", take_dataspace, give_dataspace, true },
	{ "attachment", take_attachment, give_attachment, false },
	{ "signal", take_signal, give_signal, true },
	{ "object", take_object, give_object, true },
	{ "heap", take_heap, give_heap, true },
	{ "received", take_received, give_received, true },
	{ "given", take_given, give_given, true },
	{ "session", take_session, give_session, true },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* -- the spender -- */

static struct tn_accounts own_accounts(void)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	TN_MUST(tn_pd_accounts(tn_env_pd(spending.env), &accounts));
	return accounts;
}

/* How many it got before the error that was expected. */
static unsigned exhaust(const struct kind *kind)
{
	tn_error error = TN_OK;
	unsigned n = 0;
	while (n < MANY && (error = kind->take(n)) == TN_OK)
		n++;
	unsigned got = n;
	while (n > 0)
		kind->give(--n);
	if (error == spending.expected && got > 0)
		return got;
	tn_log("%s: after %u: %s", kind->name, got, tn_error_text(error));
	tn_exit(1);
}

static void leave_little_ram(void)
{
	struct tn_accounts now = own_accounts();
	tn_dataspace_cap filler;
	TN_MUST(tn_dataspace_alloc(now.ram_limit - now.ram_used - SPARE, &filler));
}

static bool same(struct tn_accounts a, struct tn_accounts b)
{
	return a.ram_limit == b.ram_limit && a.ram_used == b.ram_used &&
	       a.caps_limit == b.caps_limit && a.caps_used == b.caps_used;
}

/* The first time what the runtime keeps for itself is added: tables that have grown. */
static void spend(const struct kind *kind)
{
	(void)exhaust(kind);
	struct tn_accounts before = own_accounts();
	unsigned first = exhaust(kind), second = exhaust(kind);
	struct tn_accounts after = own_accounts();
	if (!same(before, after))
		tn_log("%s: RAM %llu, then %llu; caps %llu, then %llu", kind->name,
		       (unsigned long long)before.ram_used, (unsigned long long)after.ram_used,
		       (unsigned long long)before.caps_used, (unsigned long long)after.caps_used);
	tn_exit(same(before, after) && first == second ? 0 : 2);
}

static void play_spender(struct tn_env *env)
{
	const char *what = tn_env_name(env) + sizeof("spender.") - 1;
	bool ram = what[0] == 'r';
	spending.env = env;
	spending.expected = ram ? TN_ERR_OUT_OF_RAM : TN_ERR_OUT_OF_CAPS;
	spending.giver.handle = tn_actor_get("giver");
	spending.identities = tn_heap_alloc(MANY * sizeof(*spending.identities));
	if (!spending.identities)
		tn_exit(3);
	memset(spending.identities, 0, MANY * sizeof(*spending.identities));
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &spending.one));
	if (ram)
		leave_little_ram();
	spend(&kinds[what[sizeof("ram.") - 1] - '0']);
}

/* -- main -- */

static giver_cap giver;

static void start(struct tn_env *env)
{
	uint64_t back = 0;
	(void)env;
	tn_actor_start_with("giver", "", "", (uint64_t)4 << 20, 1000);
	giver.handle = tn_actor_get("giver");
	TN_EXPECT_ERROR(giver_echo(giver, 1, &back), TN_OK);
}

static void run_spender(const char *limit, unsigned kind, uint64_t ram, uint64_t caps)
{
	char name[TN_TEST_NAME_MAX + 1];
	uint64_t back = 0;
	tn_format(name, sizeof(name), "spender.%s.%u", limit, kind);
	struct tn_accounts before = tn_actor_accounts("giver");
	tn_actor_start_with(name, "", "", ram, caps);
	struct tn_child_end end = tn_actor_end(name);
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
	struct tn_accounts after = tn_actor_accounts("giver"); /* nobody else's business */
	TN_EXPECT(same(before, after));
	TN_EXPECT_ERROR(giver_echo(giver, kind, &back), TN_OK);
	TN_EXPECT_EQUAL(back, kind);
}

static void out_of_ram(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < KINDS; i++)
		run_spender("ram", i, (uint64_t)2 << 20, 2000);
}

static void out_of_caps(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < KINDS; i++)
		if (kinds[i].costs_caps)
			run_spender("cap", i, (uint64_t)6 << 20, 120);
}

/* Quota moves between PDs as a whole or not at all, and never comes out of nothing. */
static void moved(struct tn_env *env)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_any_cap own = { pd.handle };
	(void)env;
	struct tn_accounts before = tn_actor_accounts("main");
	TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, own, 4096, 1), TN_OK);
	TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, own, before.ram_limit, 0), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, own, UINT64_MAX, 0), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_pd_transfer_quota(pd, own, 0, UINT64_MAX), TN_ERR_OUT_OF_CAPS);
	TN_EXPECT(same(before, tn_actor_accounts("main")));
}

static void all_comes_back(struct tn_env *env)
{
	(void)env;
	run_spender("ram", 0, (uint64_t)2 << 20, 2000);
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned i = 0; i < 3; i++)
		run_spender("ram", 0, (uint64_t)2 << 20, 2000);
	TN_EXPECT(same(before, tn_actor_accounts("test")));
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "out-of-ram", out_of_ram },
		{ "out-of-capabilities", out_of_caps },
		{ "moved", moved },
		{ "all-comes-back", all_comes_back },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "giver", play_giver },
						     { "spender", play_spender },
						     { NULL, NULL } };
	tn_test_main(env, "test-exhaustion", cases, roles);
}
