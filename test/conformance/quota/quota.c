/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Quota. For each row of the price table (core/price.h): what it costs, to the byte, who pays, of
 * which kind it is told to be, and that it comes back. Then donations, limits, and the dead. That
 * each can be exhausted is the matter of the test "exhaustion".
 */

#include <tenon/quota.h>
#include <tenon/thread.h>
#include <tenon/test.h>
#include <tenon/time.h>
#include <tenon/trace.h>

enum { PAGE = 4096, MANY = 4096 };

/* doc/architecture.md, section 7. */
enum {
	CAP = 320,
	IDENTITY = 256,
	CHANNEL = 3 * PAGE,
	DOMAIN = (64 + 192) * 1024,
	THREAD = 12 * PAGE,
	STACK = 16 * PAGE,
	DATASPACE = 4096,
	REGION = 512 + 1024 + 40 + /* of one page */
		 2 * PAGE, /* one page table each of two levels, in the area for all and sundry */
};

#define KEEPER(RPC, I)                                                \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))        \
	/* Keeps a capability, beyond the call. */                    \
	RPC(I, keep, InCap(tn_signal_cap, cap))                       \
	RPC(I, drop_all)                                              \
	/* An object at another entrypoint. */                        \
	RPC(I, desk, OutCap(tn_any_cap, cap))                         \
	/* The i-th of the keeper's own signals, made when needed. */ \
	RPC(I, give, In(uint32_t, i), OutCap(tn_signal_cap, cap))

TN_RPC_INTERFACE(keeper, KEEPER)

/* -- the keeper: a server with quota of its own -- */

static struct {
	struct tn_object object, desk;
	tn_handle kept[MANY];
	uint32_t count;
	struct tn_signal given[MANY];
} keeping;

static tn_error echo(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error keep(void *self, struct tn_request *request, tn_signal_cap cap)
{
	(void)self;
	(void)request;
	if (keeping.count == MANY)
		return TN_ERR_LIMIT;
	keeping.kept[keeping.count++] = cap.handle;
	return tn_cap_retain(cap.handle);
}

static tn_error drop_all(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	while (keeping.count)
		tn_cap_release(keeping.kept[--keeping.count]);
	return TN_OK;
}

static tn_error give(void *self, struct tn_request *request, uint32_t i, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	if (i >= MANY)
		return TN_ERR_LIMIT;
	struct tn_signal *signal = &keeping.given[i];
	tn_error error = TN_OK;
	if (!signal->cap.handle)
		error = tn_signal_create(keeping.object.entrypoint, signal);
	*cap = signal->cap;
	return error;
}

static tn_error desk(void *self, struct tn_request *request, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	cap->handle = keeping.desk.handle;
	return TN_OK;
}

static void play_keeper(struct tn_env *env)
{
	static const struct keeper_ops ops = {
		.echo = echo,
		.keep = keep,
		.drop_all = drop_all,
		.desk = desk,
		.give = give,
	};
	struct tn_entrypoint *other;
	keeper_cap cap;
	TN_MUST(tn_entrypoint_create("desk", TN_PRIORITY_DEFAULT, &other));
	TN_MUST(keeper_serve(other, &keeping.desk, &ops, NULL, &cap));
	TN_MUST(keeper_serve(tn_env_entrypoint(env), &keeping.object, &ops, NULL, &cap));
	tn_actor_put("keeper", cap.handle);
}

/* -- main: rich enough to exhaust -- */

static keeper_cap keeper;
static tn_dataspace_cap dataspaces[MANY];
static struct tn_signal signals[MANY];
static struct tn_object objects[MANY];
static tn_signal_cap received[MANY];

/* Whenever a case looks at the total, it is the sum of its parts. */
static struct tn_accounts accounts(struct tn_env *env)
{
	struct tn_quota_usage now = { 0 };
	uint64_t ram = 0, caps = 0;
	TN_EXPECT_ERROR(tn_quota_usage(env, &now), TN_OK);
	for (uint32_t kind = TN_USAGE_DOMAIN; kind < TN_USAGE_COUNT; kind++) {
		ram += now.by_kind[kind].ram;
		caps += now.by_kind[kind].caps;
	}
	TN_EXPECT_EQUAL(ram, now.total.ram_used);
	TN_EXPECT_EQUAL(caps, now.total.caps_used);
	const struct tn_usage *in = &now.by_kind[TN_USAGE_RECEIVED];
	const struct tn_usage *out = &now.by_kind[TN_USAGE_GIVEN];
	TN_EXPECT_EQUAL(in->ram - out->ram, now.total.ram_limit);
	TN_EXPECT_EQUAL(in->caps - out->caps, now.total.caps_limit);
	return now.total;
}

static void expect_difference(const struct tn_accounts *before, const struct tn_accounts *after,
			      uint64_t ram, uint64_t caps)
{
	TN_EXPECT_EQUAL(after->ram_used - before->ram_used, ram);
	TN_EXPECT_EQUAL(after->caps_used - before->caps_used, caps);
	TN_EXPECT_EQUAL(after->ram_limit, before->ram_limit);
	TN_EXPECT_EQUAL(after->caps_limit, before->caps_limit);
}

/* Nobody else notices. */
static void expect_keeper_well(void)
{
	uint64_t back = 0;
	TN_EXPECT_ERROR(keeper_echo(keeper, 42, &back), TN_OK);
	TN_EXPECT_EQUAL(back, 42);
}

/* Makes as many as there are means for; returns the number, and the error of the one too many. */
typedef tn_error (*make)(struct tn_env *env, unsigned i);
typedef void (*unmake)(unsigned i);

static unsigned exhaust(struct tn_env *env, make one, tn_error *error)
{
	unsigned n = 0;
	*error = TN_OK;
	while (n < MANY) {
		*error = one(env, n);
		if (*error != TN_OK)
			break;
		n++;
	}
	return n;
}

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("keeper", "", "", 4u << 20, 5000);
	keeper.handle = tn_actor_get("keeper");
	expect_keeper_well();
}

/* -- what things cost -- */

static void price_of_a_dataspace(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	TN_REQUIRE_OK(tn_dataspace_alloc(5 * PAGE - 7, &dataspaces[0]));
	after = accounts(env);
	expect_difference(&before, &after, DATASPACE + 5 * PAGE + CAP, 1);
	tn_dataspace_free(dataspaces[0]);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

static void price_of_an_attachment(struct tn_env *env)
{
	struct tn_accounts before, after;
	void *address = NULL;
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &dataspaces[0]));
	before = accounts(env);
	TN_REQUIRE_OK(tn_attach(dataspaces[0], 0, 0, TN_RIGHT_READ, &address));
	after = accounts(env);
	expect_difference(&before, &after, REGION, 0);
	TN_EXPECT_ERROR(tn_detach(address), TN_OK);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
	tn_dataspace_free(dataspaces[0]);
}

/* By where it is: a table of each level for each span that it touches. */
static void price_of_page_tables(struct tn_env *env)
{
	static const struct {
		uint64_t address;
		uint32_t pages, tables;
	} places[] = {
		{ 0x50000000, 1, 2 },          /* of the first two levels */
		{ 0x501ff000, 2, 3 },          /* across 2 MiB */
		{ 0x7ffff000, 2, 4 },          /* across a gigabyte */
		{ 0x8000000000 - PAGE, 1, 2 }, /* the last page of the first 512 GiB */
		{ 0x8000000000 - PAGE, 2, 6 }, /* across that end: two of each of three levels */
		{ 0x8000000000, 1, 3 },
	};
	TN_REQUIRE_OK(tn_dataspace_alloc(2 * PAGE, &dataspaces[0]));
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		void *address = (void *)places[i].address;
		struct tn_accounts before = accounts(env), after;
		TN_REQUIRE_OK(tn_attach(dataspaces[0], 0, places[i].pages * PAGE,
					TN_RIGHT_READ | TN_RIGHT_WRITE, &address));
		after = accounts(env);
		expect_difference(&before, &after,
				  512 + 1024 + 40 * places[i].pages +
					  (uint64_t)places[i].tables * PAGE,
				  0);
		*(volatile char *)address = 1; /* they are there */
		TN_EXPECT_ERROR(tn_detach(address), TN_OK);
		after = accounts(env);
		expect_difference(&before, &after, 0, 0);
	}
	tn_dataspace_free(dataspaces[0]);
}

/* A page in each of many gigabytes, until nothing is left: an error, and all comes back. */
static void page_tables_run_out(struct tn_env *env)
{
	enum { APART = 1 << 30, FIRST = 4, MOST = 2000 };
	struct tn_accounts before = accounts(env), after;
	unsigned count = 0;
	tn_error error = TN_OK;
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &dataspaces[0]));
	for (; count < MOST; count++) {
		void *address = (void *)((uint64_t)(FIRST + count) * APART);
		error = tn_attach(dataspaces[0], 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address);
		if (error != TN_OK)
			break;
		*(volatile char *)address = 1;
	}
	TN_EXPECT_ERROR(error, TN_ERR_OUT_OF_RAM);
	TN_EXPECT(count > 0 && count <= (before.ram_limit - before.ram_used) / (512 + 2 * PAGE));
	tn_dataspace_free(dataspaces[0]); /* takes all of them away */
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

static void price_of_a_signal(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[0]));
	after = accounts(env);
	expect_difference(&before, &after, IDENTITY + CAP, 1);
	tn_signal_destroy(&signals[0]);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

static void price_of_an_object(struct tn_env *env)
{
	static const struct keeper_ops nothing;
	struct tn_accounts before = accounts(env), after;
	keeper_cap cap;
	TN_REQUIRE_OK(keeper_serve(tn_env_entrypoint(env), &objects[0], &nothing, NULL, &cap));
	after = accounts(env);
	expect_difference(&before, &after, IDENTITY + CAP, 1);
	tn_object_destroy(&objects[0]);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

static void price_of_what_is_received(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	TN_REQUIRE_OK(keeper_give(keeper, 0, &received[0]));
	TN_REQUIRE_OK(keeper_give(keeper, 0, &received[1])); /* the same: costs nothing */
	after = accounts(env);
	expect_difference(&before, &after, CAP, 1);
	tn_cap_release(received[0].handle);
	tn_cap_release(received[1].handle);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

/* The sender pays for what it leaves at a server; the server does not. */
static void price_of_what_is_left(struct tn_env *env)
{
	struct tn_accounts before, after, server_before, server_after;
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[0]));
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[1]));
	TN_REQUIRE_OK(keeper_keep(keeper, signals[0].cap)); /* makes a channel, too */
	before = accounts(env);
	server_before = tn_actor_accounts("keeper");
	TN_REQUIRE_OK(keeper_keep(keeper, signals[1].cap));
	after = accounts(env);
	server_after = tn_actor_accounts("keeper");
	expect_difference(&before, &after, CAP, 1);
	expect_difference(&server_before, &server_after, 0, 0);
	TN_EXPECT_ERROR(keeper_drop_all(keeper), TN_OK);
	tn_signal_destroy(&signals[0]);
	tn_signal_destroy(&signals[1]);
}

/* The first capability to an entrypoint brings a channel along; the last one takes it away. */
static void price_of_a_channel(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	tn_any_cap cap = { 0 };
	TN_REQUIRE_OK(keeper_desk(keeper, &cap));
	after = accounts(env);
	expect_difference(&before, &after, CHANNEL + CAP, 1);
	tn_cap_release(cap.handle);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

/* Core's services: core charges the parents on the way, who take the price of a session from here.
 */
static void price_of_a_session(struct tn_env *env)
{
	static const struct {
		const char *service, *label;
		const struct tn_interface *interface;
	} services[] = {
		{ "LOG", "", &tn_log_interface },     { "TIME", "", &tn_time_interface },
		{ "CPU", "", &tn_cpu_interface },     { "ROM", "test-quota", &tn_rom_interface },
		{ "TRACE", "", &tn_trace_interface },
	};
	const struct tn_quota none = { 0, 0 };
	for (unsigned i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct tn_session session;
		struct tn_accounts before = accounts(env), after;
		TN_REQUIRE_OK(tn_session_open(services[i].service, services[i].label, none,
					      services[i].interface, &session));
		after = accounts(env);
		TN_EXPECT_EQUAL(after.ram_used - before.ram_used, CAP);
		TN_EXPECT_EQUAL(after.caps_used - before.caps_used, 1);
		TN_EXPECT_EQUAL(before.ram_limit - after.ram_limit, TN_CHILD_SESSION_RAM);
		TN_EXPECT_EQUAL(before.caps_limit - after.caps_limit, TN_CHILD_SESSION_CAPS);
		tn_session_close(&session);
		after = accounts(env);
		expect_difference(&before, &after, 0, 0);
	}
}

static void price_of_a_signal_with_core(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session first, second;
	struct tn_accounts before, after;
	TN_REQUIRE_OK(tn_session_open("TIME", "", none, &tn_time_interface, &first));
	TN_REQUIRE_OK(tn_session_open("TIME", "", none, &tn_time_interface, &second));
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[0]));
	tn_time_cap time = { first.cap }, other = { second.cap };
	before = accounts(env);
	TN_REQUIRE_OK(tn_time_watch(time, signals[0].cap));
	TN_REQUIRE_OK(tn_time_watch(time, signals[0].cap)); /* in place of the first */
	after = accounts(env);
	expect_difference(&before, &after, CHANNEL + CAP, 1);
	TN_REQUIRE_OK(tn_time_watch(other, signals[0].cap)); /* the channel is there */
	after = accounts(env);
	expect_difference(&before, &after, CHANNEL + 2 * CAP, 2);
	tn_session_close(&first);
	tn_session_close(&second);
	tn_signal_destroy(&signals[0]);
}

/* A PD pays for itself, of what it was given; what is left of that returns with it. */
static void price_of_a_domain(struct tn_env *env)
{
	const struct tn_quota quota = { DOMAIN + PAGE, 7 }, little = { DOMAIN - 1, 7 };
	struct tn_session session;
	struct tn_accounts before = accounts(env), after, its = { 0 };
	TN_EXPECT_ERROR(tn_session_open("PD", "", little, &tn_pd_interface, &session),
			TN_ERR_OUT_OF_RAM);
	TN_REQUIRE_OK(tn_session_open("PD", "", quota, &tn_pd_interface, &session));
	tn_pd_cap pd = { session.cap };
	TN_REQUIRE_OK(tn_pd_accounts(pd, &its));
	TN_EXPECT_EQUAL(its.ram_limit, quota.ram);
	TN_EXPECT_EQUAL(its.ram_used, DOMAIN);
	TN_EXPECT_EQUAL(its.caps_limit, quota.caps);
	TN_EXPECT_EQUAL(its.caps_used, 1);
	after = accounts(env);
	TN_EXPECT_EQUAL(before.ram_limit - after.ram_limit, quota.ram + TN_CHILD_SESSION_RAM);
	tn_session_close(&session);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

/* -- by kind -- */

static struct tn_quota_usage usage(struct tn_env *env)
{
	struct tn_quota_usage now = { 0 };
	TN_EXPECT_ERROR(tn_quota_usage(env, &now), TN_OK);
	return now;
}

/* One more thing of that kind; beside what was told with this function nothing has changed. */
static void add(struct tn_quota_usage *expected, enum tn_usage_kind kind, uint64_t ram,
		uint64_t caps)
{
	expected->by_kind[kind].ram += ram;
	expected->by_kind[kind].caps += caps;
	expected->by_kind[kind].count++;
}

static void expect_usage(struct tn_env *env, const struct tn_quota_usage *expected)
{
	struct tn_quota_usage now = usage(env);
	for (uint32_t kind = 0; kind < TN_USAGE_COUNT; kind++) {
		const struct tn_usage *is = &now.by_kind[kind], *was = &expected->by_kind[kind];
		if (is->ram != was->ram || is->caps != was->caps || is->count != was->count)
			tn_log("%s: not as expected", tn_usage_name(kind));
		TN_EXPECT_EQUAL(is->ram, was->ram);
		TN_EXPECT_EQUAL(is->caps, was->caps);
		TN_EXPECT_EQUAL(is->count, was->count);
	}
}

static void told_at_birth(struct tn_env *env)
{
	struct tn_quota_usage now = usage(env);
	const struct tn_usage *domain = &now.by_kind[TN_USAGE_DOMAIN];
	const struct tn_usage *birth = &now.by_kind[TN_USAGE_RECEIVED];
	TN_EXPECT_EQUAL(domain->ram, DOMAIN);
	TN_EXPECT_EQUAL(domain->caps, 1);
	TN_EXPECT_EQUAL(domain->count, 1);
	TN_EXPECT_EQUAL(birth->ram, now.total.ram_limit + now.by_kind[TN_USAGE_GIVEN].ram);
	TN_EXPECT_EQUAL(birth->count, 1);
	TN_EXPECT_EQUAL(now.by_kind[TN_USAGE_THREAD].count, 0);
	TN_EXPECT(tn_usage_name(TN_USAGE_COUNT)[0] == '?');
	struct tn_usage none;
	TN_EXPECT_ERROR(tn_pd_usage(tn_env_pd(env), TN_USAGE_COUNT, &none), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_pd_usage(tn_env_pd(env), UINT32_MAX, &none), TN_ERR_ARGUMENT);
}

static void nothing_to_do(void *argument)
{
	(void)argument;
}

static void told_by_kind(struct tn_env *env)
{
	struct tn_quota_usage before = usage(env), now = before;
	struct tn_thread *thread;
	void *address = NULL;
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &dataspaces[0]));
	add(&now, TN_USAGE_DATASPACE, DATASPACE + PAGE, 0);
	add(&now, TN_USAGE_CAPABILITY, CAP, 1);
	expect_usage(env, &now);
	TN_REQUIRE_OK(tn_attach(dataspaces[0], 0, 0, TN_RIGHT_READ, &address));
	add(&now, TN_USAGE_REGION, REGION, 0);
	expect_usage(env, &now);
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[0]));
	add(&now, TN_USAGE_OBJECT, IDENTITY, 0);
	add(&now, TN_USAGE_CAPABILITY, CAP, 1);
	expect_usage(env, &now);
	tn_signal_destroy(&signals[0]);
	tn_dataspace_free(dataspaces[0]);
	expect_usage(env, &before);
	TN_REQUIRE_OK(tn_thread_create("idle", 1, STACK, nothing_to_do, NULL, &thread));
	now = usage(env);
	TN_EXPECT_EQUAL(now.by_kind[TN_USAGE_THREAD].ram, THREAD + STACK);
	TN_EXPECT_EQUAL(now.by_kind[TN_USAGE_THREAD].count, 1);
	TN_EXPECT_ERROR(tn_thread_join(thread), TN_OK);
	TN_EXPECT_EQUAL(usage(env).by_kind[TN_USAGE_THREAD].ram, 0);
}

static void told_of_the_heap(struct tn_env *env)
{
	struct tn_heap_usage before = usage(env).heap, now;
	void *large = tn_heap_alloc(100 * 1024), *small = tn_heap_alloc(100);
	TN_EXPECT(large && small);
	now = usage(env).heap;
	TN_EXPECT_EQUAL(now.blocks, before.blocks + 2);
	TN_EXPECT(now.used >= before.used + 100 * 1024 + 100);
	TN_EXPECT(now.held >= now.used);
	tn_heap_free(large);
	tn_heap_free(small);
	now = usage(env).heap;
	TN_EXPECT_EQUAL(now.used, before.used);
	TN_EXPECT_EQUAL(now.blocks, before.blocks);
	TN_EXPECT(now.held < before.held + 100 * 1024);
}

/* What goes to a server is told as given, and what returns at close as received. */
static void told_of_donations(struct tn_env *env)
{
	const struct tn_quota donated = { 8192, 3 };
	struct tn_quota_usage before = usage(env), now;
	struct tn_session session;
	TN_REQUIRE_OK(tn_session_open("Stage", "", donated, &tn_stage_interface, &session));
	now = usage(env);
	uint64_t given = now.by_kind[TN_USAGE_GIVEN].ram - before.by_kind[TN_USAGE_GIVEN].ram;
	TN_EXPECT_EQUAL(before.total.ram_limit - now.total.ram_limit, given);
	TN_EXPECT_EQUAL(given, TN_CHILD_SESSION_RAM + donated.ram);
	tn_session_close(&session);
	now = usage(env);
	uint64_t back = now.by_kind[TN_USAGE_RECEIVED].ram - before.by_kind[TN_USAGE_RECEIVED].ram;
	TN_EXPECT_EQUAL(back, given);
	TN_EXPECT_EQUAL(now.total.ram_limit, before.total.ram_limit);
}

/* Opened, upgraded, upgraded by more than there is, closed: all is where it was. */
static void upgrade_and_back(struct tn_env *env)
{
	const struct tn_quota donated = { 8192, 3 }, more = { 4096, 2 };
	struct tn_accounts before = accounts(env), open, after;
	struct tn_session session;
	TN_REQUIRE_OK(tn_session_open("Stage", "", donated, &tn_stage_interface, &session));
	open = accounts(env);
	TN_REQUIRE_OK(tn_session_upgrade(&session, more));
	after = accounts(env);
	TN_EXPECT_EQUAL(open.ram_limit - after.ram_limit, more.ram);
	TN_EXPECT_EQUAL(open.caps_limit - after.caps_limit, more.caps);
	TN_EXPECT_EQUAL(open.ram_used, after.ram_used);
	open = after;
	const struct tn_quota ram = { open.ram_limit, 0 }, caps = { 0, open.caps_limit };
	TN_EXPECT_ERROR(tn_session_upgrade(&session, ram), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_upgrade(&session, caps), TN_ERR_OUT_OF_CAPS);
	after = accounts(env);
	expect_difference(&open, &after, 0, 0);
	tn_session_close(&session);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

/* -- limits -- */

static tn_error make_dataspace(struct tn_env *env, unsigned i)
{
	(void)env;
	return tn_dataspace_alloc(64 * PAGE, &dataspaces[i]);
}

/* To the last byte: what is left is exactly taken, then nothing more goes. */
static void to_the_last_byte(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), now;
	uint64_t left = before.ram_limit - before.ram_used - DATASPACE - CAP;
	void *address = NULL;
	TN_REQUIRE_OK(tn_dataspace_alloc(left & ~(uint64_t)(PAGE - 1), &dataspaces[0]));
	TN_EXPECT_ERROR(tn_dataspace_alloc(PAGE, &dataspaces[1]), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_attach(dataspaces[0], 0, PAGE, TN_RIGHT_READ, &address),
			TN_ERR_OUT_OF_RAM);
	now = accounts(env);
	uint64_t rest = now.ram_limit - now.ram_used;
	TN_EXPECT(rest < PAGE);
	/* To oneself: whether that much is there. */
	tn_any_cap self = { tn_env_pd(env).handle };
	TN_EXPECT_ERROR(tn_pd_transfer_quota(tn_env_pd(env), self, rest, 0), TN_OK);
	TN_EXPECT_ERROR(tn_pd_transfer_quota(tn_env_pd(env), self, rest + 1, 0), TN_ERR_OUT_OF_RAM);
	expect_keeper_well(); /* calls cost nothing */
	tn_dataspace_free(dataspaces[0]);
	now = accounts(env);
	expect_difference(&before, &now, 0, 0);
}

static void impossible_sizes(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	TN_EXPECT_ERROR(tn_dataspace_alloc(0, &dataspaces[0]), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_dataspace_alloc(SIZE_MAX, &dataspaces[0]), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_dataspace_alloc(SIZE_MAX - PAGE + 1, &dataspaces[0]), TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_dataspace_alloc((size_t)1 << 40, &dataspaces[0]), TN_ERR_OUT_OF_RAM);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

static tn_error make_signal(struct tn_env *env, unsigned i)
{
	return tn_signal_create(tn_env_entrypoint(env), &signals[i]);
}

/* More than one has cannot be donated, and nothing is lost by trying. */
static void sessions_too_dear(struct tn_env *env)
{
	struct tn_accounts before = accounts(env), after;
	struct tn_session session;
	struct tn_quota ram = { before.ram_limit, 0 }, caps = { 0, before.caps_limit };
	TN_EXPECT_ERROR(tn_session_open("LOG", "x", ram, &tn_log_interface, &session),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_open("LOG", "x", caps, &tn_log_interface, &session),
			TN_ERR_OUT_OF_CAPS);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
}

/* Takes all there is, of everything, and stays. */
static void play_glutton(struct tn_env *env)
{
	tn_error error;
	(void)exhaust(env, make_signal, &error);
	(void)exhaust(env, make_dataspace, &error);
	tn_actor_post("full");
	for (;;)
		tn_signal_wait(&signals[0]);
}

static void one_who_takes_all_disturbs_nobody(struct tn_env *env)
{
	struct tn_accounts before, after;
	tn_actor_start("glutton");
	tn_actor_await("full");
	before = accounts(env);
	expect_keeper_well();
	TN_EXPECT_ERROR(tn_dataspace_alloc(1u << 20, &dataspaces[0]), TN_OK);
	tn_dataspace_free(dataspaces[0]);
	after = accounts(env);
	expect_difference(&before, &after, 0, 0);
	struct tn_accounts its = tn_actor_accounts("glutton");
	TN_EXPECT_EQUAL(its.caps_limit, its.caps_used);
	tn_actor_kill("glutton");
	expect_keeper_well();
}

/* A component that is killed gives back to the byte what it had, full or empty. */
static void the_killed_give_back(struct tn_env *env)
{
	(void)env;
	tn_actor_start("glutton.2");
	tn_actor_kill("glutton.2");
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned i = 0; i < 5; i++) {
		tn_actor_start("glutton.3");
		tn_actor_kill("glutton.3");
	}
	struct tn_accounts after = tn_actor_accounts("test");
	expect_difference(&before, &after, 0, 0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "told-at-birth", told_at_birth },
		{ "told-by-kind", told_by_kind },
		{ "told-of-the-heap", told_of_the_heap },
		{ "told-of-donations", told_of_donations },
		{ "price-of-a-dataspace", price_of_a_dataspace },
		{ "price-of-an-attachment", price_of_an_attachment },
		{ "price-of-page-tables", price_of_page_tables },
		{ "page-tables-run-out", page_tables_run_out },
		{ "price-of-a-signal", price_of_a_signal },
		{ "price-of-an-object", price_of_an_object },
		{ "price-of-a-channel", price_of_a_channel },
		{ "price-of-a-session", price_of_a_session },
		{ "price-of-a-signal-with-core", price_of_a_signal_with_core },
		{ "price-of-a-domain", price_of_a_domain },
		{ "upgrade-and-back", upgrade_and_back },
		{ "price-of-what-is-received", price_of_what_is_received },
		{ "price-of-what-is-left-at-a-server", price_of_what_is_left },
		{ "to-the-last-byte", to_the_last_byte },
		{ "impossible-sizes", impossible_sizes },
		{ "sessions-too-dear", sessions_too_dear },
		{ "one-who-takes-all-disturbs-nobody", one_who_takes_all_disturbs_nobody },
		{ "the-killed-give-back", the_killed_give_back },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "keeper", play_keeper },
		{ "glutton", play_glutton },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-quota", cases, roles);
}
