/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The parent of the workers. It never waits for them. */

#include "soak.h"
#include <tenon/config.h>
#include <tenon/quota.h>
#include <tenon/text.h>

enum {
	NAME_MAX = 16,
	NEST_OF = 8,  /* one in so many is a nest */
	LONG_OF = 16, /* one gap in so many is long */
	LONGER = 12,
	EXIT_BROKEN = 1,
};

#define NS_PER_MS 1000000u

/* Small blocks of the heap stay with it: it gets all it will want before its accounts are taken. */
#define HEAP_RESERVE ((size_t)512 << 10)

struct worker {
	struct tn_child child;
	char name[NAME_MAX];
	bool alive;
	uint64_t started; /* 0: has joined */
	struct tn_object object;
	tn_handle peer;
	tn_signal_cap bell;
};

/* The end of each rest leads to the next phase. */
enum phase { WARMING, RESTING_BEFORE, RUNNING, RESTING_AFTER };

static struct {
	struct tn_env *env;
	uint64_t seed, random, kills_wanted, ms_wanted, pause_ms, pace;
	uint64_t warm_up, rests, rested;
	uint64_t birth_ns; /* from a start to joining, about: what all is paced by */
	struct tn_family family;
	struct worker workers[SOAK_WORKERS];
	uint32_t alive;
	tn_time_cap time;
	struct tn_signal tick;
	enum phase phase;
	uint64_t phase_start;
	uint64_t kills, exits, faults, not_started, starts;
	struct tally done;
	struct tn_quota_usage before;
	bool broken;
} director;

static uint64_t now(void)
{
	uint64_t ns = 0;
	return tn_time_now(director.time, &ns) == TN_OK ? ns : 0;
}

static void must(tn_error error, const char *what)
{
	if (error == TN_OK)
		return;
	tn_transcript("not ok soak: %s: %s", what, tn_error_text(error));
	tn_exit(EXIT_BROKEN);
}

static void wake_after(uint64_t ns)
{
	must(tn_time_deadline(director.time, now() + ns), "deadline");
}

static struct worker *of(struct tn_child *child)
{
	return TN_CONTAINER_OF(child, struct worker, child);
}

static void expect_equal(const char *what, uint64_t before, uint64_t after)
{
	if (before == after)
		return;
	director.broken = true;
	tn_transcript("not ok soak: %s: before %llu, after %llu", what, (unsigned long long)before,
		      (unsigned long long)after);
}

/* -- the hub -- */

static void forget(struct worker *worker)
{
	tn_cap_release(worker->peer);
	tn_cap_release(worker->bell.handle);
	worker->peer = 0;
	worker->bell.handle = 0;
}

static void note_birth(struct worker *worker)
{
	if (worker->started)
		director.birth_ns += (now() - worker->started) / 8 - director.birth_ns / 8;
	worker->started = 0;
}

/* Where the machine is so slow that all are killed unborn, births take longer than was thought. */
static void note_unborn(const struct worker *worker)
{
	uint64_t age = worker->started ? now() - worker->started : 0;
	if (age > director.birth_ns)
		director.birth_ns += (age - director.birth_ns) / 8;
}

/* Whoever has the object may join, what a nest has started as well: the last one counts. */
static tn_error join(void *self, struct tn_request *request, tn_any_cap object, tn_signal_cap bell,
		     uint64_t *seed)
{
	struct worker *worker = self;
	(void)request;
	tn_error error = tn_cap_retain(object.handle);
	if (error != TN_OK)
		return error;
	error = tn_cap_retain(bell.handle);
	if (error != TN_OK) {
		tn_cap_release(object.handle);
		return error;
	}
	note_birth(worker);
	forget(worker);
	worker->peer = object.handle;
	worker->bell = bell;
	*seed = soak_next(&director.random);
	return TN_OK;
}

static tn_error peer(void *self, struct tn_request *request, uint32_t which, tn_any_cap *object,
		     tn_signal_cap *bell)
{
	const struct worker *worker = &director.workers[which % SOAK_WORKERS];
	(void)self;
	(void)request;
	if (!worker->peer)
		return TN_ERR_NOT_FOUND;
	object->handle = worker->peer;
	*bell = worker->bell;
	return TN_OK;
}

static tn_error tally(void *self, struct tn_request *request, struct tally done)
{
	struct tally *all = &director.done;
	(void)self;
	(void)request;
	all->calls += done.calls;
	all->failed += done.failed;
	all->transfers += done.transfers;
	all->signals += done.signals;
	all->sessions += done.sessions;
	all->threads += done.threads;
	return TN_OK;
}

static tn_error broken(void *self, struct tn_request *request, const char *what)
{
	const struct worker *worker = self;
	(void)request;
	director.broken = true;
	tn_transcript("not ok soak: %s: %s", worker->name, what);
	return TN_OK;
}

/* -- workers come and go -- */

static bool starting_allowed(void)
{
	return director.phase == WARMING || director.phase == RUNNING;
}

static void start(struct worker *worker)
{
	static const struct hub_ops ops = {
		.join = join, .peer = peer, .tally = tally, .broken = broken
	};
	uint32_t index = (uint32_t)(worker - director.workers);
	bool nest = soak_below(&director.random, NEST_OF) == 0;
	hub_cap cap;
	must(hub_serve(tn_env_entrypoint(director.env), &worker->object, &ops, worker, &cap),
	     "object");
	tn_format(worker->name, sizeof(worker->name), "%s.%u", nest ? "nest" : "worker", index);
	worker->child = (struct tn_child){
		.name = worker->name,
		.binary = "test-soak",
		.quota = { (uint64_t)(nest ? 5 : 2) << 20, nest ? 400 : 200 },
	};
	worker->alive = true;
	director.alive++;
	director.starts++;
	worker->started = now();
	tn_child_start(&director.family, &worker->child);
}

static void start_missing(void)
{
	for (uint32_t i = 0; i < SOAK_WORKERS; i++)
		if (!director.workers[i].alive)
			start(&director.workers[i]);
}

static void count_end(const struct tn_child_end *end)
{
	switch (end->cause) {
	case TN_CHILD_KILLED:
		director.kills++;
		break;
	case TN_CHILD_EXITED:
		director.exits++;
		if (end->value == SOAK_EXIT_WRONG)
			expect_equal("answers in a thread", 0, 1);
		break;
	case TN_CHILD_FAULTED:
		director.faults++;
		break;
	case TN_CHILD_NOT_STARTED:
		director.not_started++;
		tn_log("not started: %s", tn_error_text(end->error));
	}
}

/* Told to who counts from outside, who has the pause for it. */
static void rest_begun(void)
{
	if (director.pause_ms)
		tn_transcript("soak at rest");
	wake_after(director.pause_ms * NS_PER_MS);
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	struct worker *worker = of(child);
	(void)self;
	count_end(end);
	forget(worker);
	tn_object_destroy(&worker->object);
	worker->alive = false;
	director.alive--;
	if (starting_allowed())
		start(worker);
	else if (director.alive == 0)
		rest_begun();
}

/* Alive or not, and perhaps who asks: that is denied then, as is a nest, which serves nobody. */
static struct worker *any_worker(void)
{
	return &director.workers[soak_below(&director.random, SOAK_WORKERS)];
}

static void route(void *self, struct tn_child *client, const char *service, const char *label,
		  struct tn_route *to)
{
	struct worker *worker = of(client), *server = any_worker();
	(void)self;
	to->target = TN_ROUTE_PARENT;
	if (tn_text_equal(service, "Hub")) {
		to->target = TN_ROUTE_OWN;
		to->object = worker->object.handle;
		to->interface = &hub_interface;
	} else if (tn_text_equal(service, "Peer")) {
		bool serves = server->alive && server->name[0] == 'w' && server != worker;
		to->target = serves ? TN_ROUTE_CHILD : TN_ROUTE_DENY;
		to->reason = TN_ERR_DENIED;
		to->server = &server->child;
	}
	must(tn_child_label(client, label, to->label), "label");
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	(void)self;
	(void)child;
	return tn_text_equal(service, "Peer");
}

/* -- phases -- */

static void kill_one(void)
{
	struct worker *worker = any_worker();
	uint64_t gap = 2 * director.birth_ns * director.pace / 100;
	if (worker->alive) {
		note_unborn(worker);
		tn_child_kill(&worker->child);
	}
	if (soak_below(&director.random, LONG_OF) == 0)
		gap *= LONGER;
	wake_after(soak_next(&director.random) % (gap + 1));
}

static void kill_all(void)
{
	for (uint32_t i = 0; i < SOAK_WORKERS; i++)
		if (director.workers[i].alive)
			tn_child_kill(&director.workers[i].child);
	if (director.alive == 0)
		rest_begun();
}

/* What is to be reached by the next rest. */
static uint64_t share(uint64_t wanted)
{
	return wanted * (director.rested + 1) / director.rests;
}

static bool is_over(void)
{
	uint64_t ms = (now() - director.phase_start) / NS_PER_MS;
	if (director.phase == WARMING)
		return director.kills >= director.warm_up;
	return (director.kills_wanted && director.kills >= share(director.kills_wanted)) ||
	       (director.ms_wanted && ms >= share(director.ms_wanted));
}

static void compare(const struct tn_quota_usage *a, const struct tn_quota_usage *b)
{
	expect_equal("ram.limit", a->total.ram_limit, b->total.ram_limit);
	expect_equal("ram.used", a->total.ram_used, b->total.ram_used);
	expect_equal("caps.limit", a->total.caps_limit, b->total.caps_limit);
	expect_equal("caps.used", a->total.caps_used, b->total.caps_used);
	expect_equal("heap.used", a->heap.used, b->heap.used);
	expect_equal("heap.blocks", a->heap.blocks, b->heap.blocks);
	for (uint32_t kind = TN_USAGE_DOMAIN; kind < TN_USAGE_COUNT; kind++) {
		expect_equal(tn_usage_name(kind), a->by_kind[kind].ram, b->by_kind[kind].ram);
		expect_equal(tn_usage_name(kind), a->by_kind[kind].caps, b->by_kind[kind].caps);
		expect_equal(tn_usage_name(kind), a->by_kind[kind].count, b->by_kind[kind].count);
	}
}

static void summary(void)
{
	const struct tally *done = &director.done;
	uint64_t ms = (now() - director.phase_start) / NS_PER_MS;
	tn_transcript("soak seed=%llu ms=%llu kills=%llu exits=%llu faults=%llu starts=%llu",
		      (unsigned long long)director.seed, (unsigned long long)ms,
		      (unsigned long long)director.kills, (unsigned long long)director.exits,
		      (unsigned long long)director.faults, (unsigned long long)director.starts);
	tn_transcript("soak calls=%llu failed=%llu transfers=%llu signals=%llu sessions=%llu "
		      "threads=%llu",
		      (unsigned long long)done->calls, (unsigned long long)done->failed,
		      (unsigned long long)done->transfers, (unsigned long long)done->signals,
		      (unsigned long long)done->sessions, (unsigned long long)done->threads);
	tn_transcript("soak not-started=%llu birth-us=%llu ram=%llu caps=%llu",
		      (unsigned long long)director.not_started,
		      (unsigned long long)director.birth_ns / 1000,
		      (unsigned long long)director.before.total.ram_used,
		      (unsigned long long)director.before.total.caps_used);
}

static void run(void)
{
	director.phase = RUNNING;
	start_missing();
	kill_one();
}

static void begin(void)
{
	must(tn_quota_usage(director.env, &director.before), "usage");
	director.kills = director.exits = director.faults = director.starts = 0;
	director.not_started = 0;
	director.done = (struct tally){ .calls = 0 };
	director.phase_start = now();
	run();
}

/* Looks at the accounts at each rest, goes on after all but the last. */
static void take_stock(void)
{
	struct tn_quota_usage after;
	must(tn_quota_usage(director.env, &after), "usage");
	compare(&director.before, &after);
	summary();
	if (++director.rested < director.rests && !director.broken) {
		run();
		return;
	}
	expect_equal("children that did not start", 0, director.not_started);
	if (!director.done.calls || !director.done.transfers || !director.done.sessions)
		expect_equal("work done", 1, 0);
	if (director.broken)
		tn_exit(EXIT_BROKEN);
	tn_transcript("ok all-is-back");
	tn_exit(0);
}

static void rest(enum phase phase)
{
	director.phase = phase;
	kill_all();
}

/* What the dead have left at our own parent may take a moment to close. */
static bool at_rest(void)
{
	struct tn_session_info info = { .id = 0 };
	if (director.alive)
		return false;
	if (!tn_family_next_session(&director.family, &info))
		return true;
	wake_after(NS_PER_MS);
	return false;
}

static void tick(void *argument)
{
	(void)argument;
	switch (director.phase) {
	case WARMING:
	case RUNNING:
		if (is_over())
			rest(director.phase == WARMING ? RESTING_BEFORE : RESTING_AFTER);
		else
			kill_one();
		break;
	case RESTING_BEFORE:
		if (at_rest())
			begin();
		break;
	case RESTING_AFTER:
		if (at_rest())
			take_stock();
		break;
	}
}

static void reserve_heap(void)
{
	for (size_t size = 32; size <= 4096; size *= 2) {
		void *first = NULL;
		for (size_t taken = 0; taken < HEAP_RESERVE; taken += size) {
			void **block = tn_heap_alloc(size - 16);
			must(block ? TN_OK : TN_ERR_OUT_OF_RAM, "heap");
			*block = first;
			first = block;
		}
		while (first) {
			void *next = *(void **)first;
			tn_heap_free(first);
			first = next;
		}
	}
}

static void read_config(void)
{
	struct tn_config config;
	struct tn_kdl_node node;
	tn_config_read(&config, "config", &node);
	director.seed = tn_config_u64(&config, &node, "seed", 1, 0, UINT64_MAX);
	director.kills_wanted = tn_config_u64(&config, &node, "kills", 0, 0, UINT64_MAX);
	director.ms_wanted = tn_config_u64(&config, &node, "ms", 0, 0, UINT64_MAX);
	director.pace = tn_config_u64(&config, &node, "pace", 50, 1, 10000);
	/* Kills, until what stays at its highest mark is there. */
	director.warm_up = tn_config_u64(&config, &node, "warm-up", 36, 0, UINT32_MAX);
	director.rests = tn_config_u64(&config, &node, "rests", 1, 1, 1000);
	director.pause_ms = tn_config_u64(&config, &node, "pause-ms", 0, 0, 60000);
	if (!director.kills_wanted && !director.ms_wanted)
		tn_config_mistake(&config, config.text, "neither kills= nor ms=: no end");
	tn_config_end(&config);
	director.random = director.seed;
	director.birth_ns = 4 * NS_PER_MS;
}

void director_play(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route,
							.provides = provides,
							.ended = ended };
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	director.env = env;
	read_config();
	reserve_heap();
	must(tn_session_open("TIME", "", none, &tn_time_interface, &session), "TIME");
	director.time.handle = session.cap;
	director.tick.handler = tick;
	must(tn_signal_create(tn_env_entrypoint(env), &director.tick), "signal");
	must(tn_time_watch(director.time, director.tick.cap), "watch");
	director.family.policy = &policy;
	must(tn_family_init(&director.family, env), "family");
	director.phase_start = now();
	start_missing();
	kill_one();
}
