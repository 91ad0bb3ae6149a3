/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Exhaustion. For each row of the price table (core/price.h), and for what is made of them, a
 * spender with little RAM, or with few capabilities, takes it until it gets an error, and once more
 * with the same error, gives all back, and compares its accounts, in total and by kind.
 * "spender.ram.3" takes the third kind with little RAM. Beside it a server goes on serving main.
 * What one thing costs exactly is the matter of the test "quota".
 */

#include <tenon/quota.h>
#include <tenon/sync.h>
#include <tenon/test.h>
#include <tenon/thread.h>
#include <tenon/time.h>
#include <tenon/trace.h>

enum { MANY = 1200, HEAP_BLOCK = 8000, GIFTS = 600, DESKS = 12 };

/* What is left to a spender with little RAM: for small things, for large ones. */
enum { LITTLE = 100 * 1024, MORE = 1024 * 1024 };

#define GIVER(RPC, I)                                              \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))     \
	RPC(I, gift, In(uint32_t, i), OutCap(tn_signal_cap, gift)) \
	/* An object at an entrypoint of its own. */               \
	RPC(I, desk, In(uint32_t, i), OutCap(tn_any_cap, desk))    \
	RPC(I, take, InCap(tn_any_cap, cap))                       \
	RPC(I, drop_all)

TN_RPC_INTERFACE(giver, GIVER)

/* -- the giver: a server that others depend on -- */

static struct {
	struct tn_object object;
	struct tn_signal gifts[GIFTS];
	struct tn_object desks[DESKS];
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

static tn_error desk(void *self, struct tn_request *request, uint32_t i, tn_any_cap *cap)
{
	(void)self;
	(void)request;
	if (i >= DESKS)
		return TN_ERR_ARGUMENT;
	cap->handle = giving.desks[i].handle;
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
		.echo = echo, .gift = gift, .desk = desk, .take = take, .drop_all = drop_all
	};
	struct tn_entrypoint *entrypoint;
	giver_cap cap;
	for (unsigned i = 0; i < DESKS; i++) {
		TN_MUST(tn_entrypoint_create("desk", TN_PRIORITY_DEFAULT, &entrypoint));
		TN_MUST(giver_serve(entrypoint, &giving.desks[i], &ops, NULL, &cap));
	}
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
		tn_any_cap desk;
		struct tn_session session;
		struct {
			struct tn_thread *thread;
			struct tn_semaphore go; /* for it to end */
		} running;
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

/* The first capability to an entrypoint brings a channel along. */
static tn_error take_channel(unsigned i)
{
	return giver_desk(spending.giver, i, &spending.of[i].desk);
}

static void give_channel(unsigned i)
{
	tn_cap_release(spending.of[i].desk.handle);
}

static void wait_for_go(void *argument)
{
	tn_semaphore_down(argument);
}

static tn_error take_thread(unsigned i)
{
	spending.of[i].running.go = (struct tn_semaphore){ 0 };
	return tn_thread_create("spent", TN_PRIORITY_DEFAULT, 0, wait_for_go,
				&spending.of[i].running.go, &spending.of[i].running.thread);
}

static void give_thread(unsigned i)
{
	tn_semaphore_up(&spending.of[i].running.go);
	if (tn_thread_join(spending.of[i].running.thread) != TN_OK)
		tn_exit(4);
}

static tn_error open(unsigned i, const char *service, const char *label, struct tn_quota quota,
		     const struct tn_interface *interface)
{
	return tn_session_open(service, label, quota, interface, &spending.of[i].session);
}

static const struct tn_quota none = { 0, 0 };

static tn_error take_rom(unsigned i)
{
	return open(i, "ROM", "test-exhaustion", none, &tn_rom_interface);
}

static tn_error take_log(unsigned i)
{
	return open(i, "LOG", "", none, &tn_log_interface);
}

static tn_error take_cpu(unsigned i)
{
	return open(i, "CPU", "", none, &tn_cpu_interface);
}

static tn_error take_trace(unsigned i)
{
	return open(i, "TRACE", "", none, &tn_trace_interface);
}

/* A PD pays its own price of what is donated. */
static tn_error take_pd(unsigned i)
{
	const struct tn_quota quota = { 300 * 1024, 3 };
	return open(i, "PD", "", quota, &tn_pd_interface);
}

static void give_session(unsigned i)
{
	tn_session_close(&spending.of[i].session);
}

/* With a signal that core is handed: that costs the session's user, too. */
static tn_error take_time(unsigned i)
{
	tn_error error = open(i, "TIME", "", none, &tn_time_interface);
	if (error != TN_OK)
		return error;
	error = take_signal(i);
	tn_time_cap time = { spending.of[i].session.cap };
	if (error == TN_OK) {
		error = tn_time_watch(time, spending.identities[i].signal.cap);
		if (error != TN_OK)
			give_signal(i);
	}
	if (error != TN_OK)
		give_session(i);
	return error;
}

static void give_time(unsigned i)
{
	give_session(i);
	give_signal(i);
}

static const struct kind {
	const char *name;
	tn_error (*take)(unsigned i);
	void (*give)(unsigned i);
	uint64_t spare; /* RAM that is left when RAM is what is short */
	bool costs_caps;
} kinds[] = {
	{ "dataspace", take_dataspace, give_dataspace, LITTLE, true },
	{ "attachment", take_attachment, give_attachment, LITTLE, false },
	{ "signal", take_signal, give_signal, LITTLE, true },
	{ "object", take_object, give_object, LITTLE, true },
	{ "heap", take_heap, give_heap, LITTLE, true },
	{ "received", take_received, give_received, LITTLE, true },
	{ "given", take_given, give_given, LITTLE, true },
	{ "channel", take_channel, give_channel, LITTLE, false },
	{ "thread", take_thread, give_thread, MORE, false },
	{ "rom", take_rom, give_session, LITTLE, true },
	{ "log", take_log, give_session, LITTLE, true },
	{ "cpu", take_cpu, give_session, LITTLE, true },
	{ "trace", take_trace, give_session, LITTLE, true },
	{ "time", take_time, give_time, LITTLE, true },
	{ "pd", take_pd, give_session, MORE, true },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* -- the spender -- */

static struct tn_quota_usage usage(void)
{
	struct tn_quota_usage now;
	TN_MUST(tn_quota_usage(spending.env, &now));
	return now;
}

/* How many it got before the error that was expected, twice. */
static unsigned exhaust(const struct kind *kind)
{
	tn_error error = TN_OK;
	unsigned n = 0;
	while (n < MANY && (error = kind->take(n)) == TN_OK)
		n++;
	unsigned got = n;
	if (n < MANY && error == spending.expected)
		error = kind->take(n);
	while (n > 0)
		kind->give(--n);
	if (error == spending.expected && got > 0)
		return got;
	tn_log("%s: after %u: %s", kind->name, got, tn_error_text(error));
	tn_exit(1);
}

static void leave_little_ram(uint64_t spare)
{
	struct tn_accounts now = usage().total;
	tn_dataspace_cap filler;
	TN_MUST(tn_dataspace_alloc(now.ram_limit - now.ram_used - spare, &filler));
}

static bool same(struct tn_accounts a, struct tn_accounts b)
{
	return a.ram_limit == b.ram_limit && a.ram_used == b.ram_used &&
	       a.caps_limit == b.caps_limit && a.caps_used == b.caps_used;
}

/* The same use, kind by kind; transfers may have gone both ways. */
static bool same_use(const struct tn_quota_usage *a, const struct tn_quota_usage *b)
{
	for (uint32_t kind = TN_USAGE_DOMAIN; kind < TN_USAGE_COUNT; kind++) {
		const struct tn_usage *of_a = &a->by_kind[kind], *of_b = &b->by_kind[kind];
		if (of_a->ram == of_b->ram && of_a->caps == of_b->caps &&
		    of_a->count == of_b->count)
			continue;
		tn_log("%s: %llu bytes, then %llu; %llu of them, then %llu", tn_usage_name(kind),
		       (unsigned long long)of_a->ram, (unsigned long long)of_b->ram,
		       (unsigned long long)of_a->count, (unsigned long long)of_b->count);
		return false;
	}
	return same(a->total, b->total);
}

/* The first time what the runtime keeps for itself is added: tables that have grown. */
static void spend(const struct kind *kind)
{
	(void)exhaust(kind);
	struct tn_quota_usage before = usage();
	unsigned first = exhaust(kind), second = exhaust(kind);
	struct tn_quota_usage after = usage();
	bool equal = same_use(&before, &after) && first == second;
	if (!equal)
		tn_log("%s: %u of them, then %u; not all came back", kind->name, first, second);
	tn_exit(equal ? 0 : 2);
}

/* "ram.11": what is short, and which kind is spent. */
static const struct kind *kind_of(const char *what)
{
	unsigned which = 0;
	for (const char *digit = what + sizeof("ram.") - 1; *digit; digit++)
		which = which * 10 + (unsigned)(*digit - '0');
	if (which >= KINDS)
		tn_exit(5);
	return &kinds[which];
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
	const struct kind *kind = kind_of(what);
	if (ram)
		leave_little_ram(kind->spare);
	spend(kind);
}

/* -- main -- */

static giver_cap giver;

static void start(struct tn_env *env)
{
	uint64_t back = 0;
	(void)env;
	tn_actor_start_with("giver", "", "", (uint64_t)8 << 20, 1000);
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
		run_spender("ram", i, (uint64_t)4 << 20, 2000);
}

static void out_of_caps(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < KINDS; i++)
		if (kinds[i].costs_caps)
			run_spender("cap", i, (uint64_t)20 << 20, 120);
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
