/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * How fast others are while somebody attacks. "main" measures null calls and signals to a bystander
 * that has nothing to do with the attacker ("apart"), to the server that the attacker floods, too
 * ("beside"), and null calls to core; first while it is quiet, then beside each attacker, who does
 * one thing for good until it is killed. All have the same priority. Each figure is the mean of as
 * many operations as take the window while it is quiet: several time slices of any kernel.
 */
#include "../measure.h"
#include <tenon/rm.h>
#include <tenon/session.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/thread.h>

#define PEER(RPC, I)                                                              \
	RPC(I, null)                                                              \
	RPC(I, hold, InCap(tn_any_cap, cap))                                      \
	/* Whoever submits `ask` gets `answer` in return. */                      \
	RPC(I, signals, InCap(tn_signal_cap, answer), OutCap(tn_signal_cap, ask)) \
	/* One that is heard and means nothing. */                                \
	RPC(I, alarm, OutCap(tn_signal_cap, alarm))
TN_RPC_INTERFACE(peer, PEER)

#define WINDOW_NS   40000000ull
#define PATIENCE_NS (8 * WINDOW_NS)

enum { TRIAL = 2000, THREADS = 8, MEGABYTE = 1 << 20 };

/* -- servers: "bystander", and "target", which is the service "Target" as well -- */

static struct {
	struct tn_object object;
	struct tn_signal ask, alarm;
	tn_signal_cap answer;
} server;

static tn_error null(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error hold(void *self, struct tn_request *request, tn_any_cap cap)
{
	(void)self;
	(void)request;
	(void)cap;
	return TN_OK;
}

static tn_error signals(void *self, struct tn_request *request, tn_signal_cap answer,
			tn_signal_cap *ask)
{
	(void)self;
	(void)request;
	tn_error error = tn_cap_retain(answer.handle);
	server.answer = answer;
	*ask = server.ask.cap;
	return error;
}

static tn_error give_alarm(void *self, struct tn_request *request, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	*cap = server.alarm.cap;
	return TN_OK;
}

static void answer(void *argument)
{
	(void)argument;
	(void)!tn_signal_submit(server.answer);
}

static void hear(void *argument)
{
	(void)argument;
}

static tn_error visit(void *self, const struct tn_session_request *request, tn_handle *object)
{
	(void)self;
	(void)request;
	*object = server.object.handle;
	return TN_OK;
}

static void leave(void *self, uint32_t id)
{
	(void)self;
	(void)id;
}

static void play_server(struct tn_env *env)
{
	static const struct peer_ops ops = {
		.null = null, .hold = hold, .signals = signals, .alarm = give_alarm
	};
	static struct tn_service service = {
		.name = "Target", .interface = &peer_interface, .open = visit, .close = leave
	};
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	peer_cap cap;
	server.ask.handler = answer;
	server.alarm.handler = hear;
	TN_MUST(tn_signal_create(entrypoint, &server.ask));
	TN_MUST(tn_signal_create(entrypoint, &server.alarm));
	TN_MUST(peer_serve(entrypoint, &server.object, &ops, NULL, &cap));
	if (tn_text_equal(tn_env_name(env), "target"))
		TN_MUST(tn_service_announce(&service));
	tn_actor_put(tn_env_name(env), cap.handle);
}

/* -- attackers: each does this for good -- */

static struct {
	tn_pd_cap pd;
	peer_cap target;
	tn_signal_cap alarm;
	tn_region_map_cap map;
	tn_dataspace_cap page;
	volatile char *shown;
} attacker;

static void spin(void)
{
	for (volatile unsigned i = 0; i < 1000; i++)
		;
}

static void call(void)
{
	(void)!peer_null(attacker.target);
}

static void submit(void)
{
	(void)!tn_signal_submit(attacker.alarm);
}

static void open_and_close(void)
{
	const struct tn_quota quota = { 4096, 1 };
	struct tn_session session;
	if (tn_session_open("Target", "", quota, &peer_interface, &session) == TN_OK)
		tn_session_close(&session);
}

static void transfer(void)
{
	(void)!peer_hold(attacker.target, (tn_any_cap){ attacker.alarm.handle });
}

/* Announced to nobody: each takes the one before back. */
static void transfer_for_nothing(void)
{
	struct tn_handles one = { .count = 1, .handle = { attacker.alarm.handle } };
	uint8_t mark;
	(void)!tn_pd_transfer_call(attacker.pd, attacker.target.handle, one, &mark);
}

static void write_line(void)
{
	tn_log_line("x", 1);
}

static void call_core(void)
{
	struct tn_accounts accounts;
	(void)!tn_pd_accounts(attacker.pd, &accounts);
}

static void take_memory(void)
{
	tn_dataspace_cap dataspace;
	if (tn_dataspace_alloc(MEGABYTE, &dataspace) == TN_OK)
		tn_dataspace_free(dataspace);
}

static void attach(void)
{
	void *at = NULL;
	if (tn_attach(attacker.page, 0, 0, TN_RIGHT_READ, &at) != TN_OK)
		return;
	(void)*(volatile char *)at;
	(void)!tn_detach(at);
}

/* Where nothing is. */
static void fault(void)
{
	char byte;
	(void)!tn_guarded_copy(&byte, (const void *)0x345678, 1);
}

static void revoke_memory(void)
{
	uint64_t at, size;
	if (tn_region_map_attach(attacker.map, attacker.page, 0, 0, 0, TN_RIGHT_READ, &at, &size) !=
	    TN_OK)
		return;
	(void)*attacker.shown;
	(void)!tn_region_map_detach(attacker.map, 0, &at, &size);
}

static void revoke_capability(void)
{
	tn_any_cap object;
	if (tn_pd_object_create(attacker.pd, 0, 1, &object) != TN_OK)
		return;
	(void)!peer_hold(attacker.target, object);
	while (tn_pd_object_destroy(attacker.pd, object) == TN_ERR_AGAIN)
		;
}

static void nothing(void *argument)
{
	(void)argument;
}

static void make_thread(void)
{
	struct tn_thread *thread;
	if (tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, nothing, NULL, &thread) == TN_OK)
		(void)!tn_thread_join(thread);
}

static void spin_for_good(void *argument)
{
	(void)argument;
	for (;;)
		spin();
}

static void spin_on_many(void)
{
	struct tn_thread *thread;
	for (unsigned i = 1; i < THREADS; i++)
		TN_MUST(tn_thread_create("x", TN_PRIORITY_DEFAULT, 0, spin_for_good, NULL,
					 &thread));

	spin_for_good(NULL);
}

static const struct attack {
	const char *name;
	void (*once)(void);
} attacks[] = {
	{ "spin", spin },
	{ "calls", call },
	{ "signals", submit },
	{ "sessions", open_and_close },
	{ "transfers", transfer },
	{ "transfers-unused", transfer_for_nothing },
	{ "lines", write_line },
	{ "core-calls", call_core },
	{ "memory", take_memory },
	{ "attach", attach },
	{ "faults", fault },
	{ "revoke-memory", revoke_memory },
	{ "revoke-caps", revoke_capability },
	{ "threads", make_thread },
	{ "spin-8", spin_on_many },
};
enum { ATTACKS = sizeof(attacks) / sizeof(attacks[0]) };

static void make_managed(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_dataspace_cap managed;
	void *at = NULL;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	TN_MUST(tn_rm_create((tn_rm_cap){ session.cap }, TN_PAGE_SIZE, &attacker.map, &managed));
	TN_MUST(tn_attach(managed, 0, 0, TN_RIGHT_READ, &at));
	attacker.shown = at;
}

static void play_attacker(struct tn_env *env)
{
	const char *which = tn_env_name(env) + sizeof("attacker.") - 1;
	const struct attack *attack = attacks;
	char ready[TN_TEST_NAME_MAX + 1];
	while (!tn_text_equal(attack->name, which))
		attack++;
	attacker.pd = tn_env_pd(env);
	attacker.target.handle = tn_actor_get("target");
	TN_MUST(peer_alarm(attacker.target, &attacker.alarm));
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &attacker.page));
	make_managed();
	tn_format(ready, sizeof(ready), "ready.%s", which);
	tn_actor_post(ready);
	for (;;)
		attack->once();
}

/* -- main measures -- */

static struct {
	tn_pd_cap pd;
	struct ends {
		peer_cap peer;
		tn_signal_cap ask;
		struct tn_signal answer;
	} apart, beside;
} own;

static void round_trip(struct ends *ends)
{
	bench_check(tn_signal_submit(ends->ask), "submit");
	tn_signal_wait(&ends->answer);
}

static void call_apart(void)
{
	bench_check(peer_null(own.apart.peer), "call");
}

static void signal_apart(void)
{
	round_trip(&own.apart);
}

static void call_beside(void)
{
	bench_check(peer_null(own.beside.peer), "call");
}

static void signal_beside(void)
{
	round_trip(&own.beside);
}

static void call_to_core(void)
{
	struct tn_accounts accounts;
	bench_check(tn_pd_accounts(own.pd, &accounts), "core");
}

static struct measured {
	const char *name;
	void (*operation)(void);
	uint64_t count; /* as many as take the window while it is quiet */
} measured[] = {
	{ "apart.call", call_apart, 0 },   { "apart.signal", signal_apart, 0 },
	{ "beside.call", call_beside, 0 }, { "beside.signal", signal_beside, 0 },
	{ "core.call", call_to_core, 0 },
};
enum { MEASURED = sizeof(measured) / sizeof(measured[0]) };

/* What one takes, in hundredths of a nanosecond: the mean of `count`, or of as many as are done
 * when it lasts. */
static uint64_t time_of(void operation(void), uint64_t count)
{
	uint64_t start = bench_now(), taken = 0, done = 0;
	for (uint64_t batch = 1; done < count && taken < PATIENCE_NS; batch *= 2) {
		for (uint64_t i = 0; i < batch; i++)
			operation();
		done += batch;
		taken = bench_now() - start;
	}
	return taken * 100 / done;
}

/* In hundredths of a nanosecond. */
static void report(const char *name, const char *attack, uint64_t each)
{
	unsigned long long whole = each / 100, rest = each % 100;
	tn_transcript("bench {\"name\": \"enemies.%s.%s\", \"unit\": \"ns\", \"min\": %llu.%02llu, "
		      "\"median\": %llu.%02llu, \"p99\": %llu.%02llu}",
		      name, attack, whole, rest, whole, rest, whole, rest);
}

static void measure_all(const char *attack)
{
	for (unsigned i = 0; i < MEASURED; i++)
		report(measured[i].name, attack, time_of(measured[i].operation, measured[i].count));
}

static void meet(struct tn_env *env, const char *name, struct ends *ends)
{
	ends->peer.handle = tn_actor_get(name);
	bench_check(tn_signal_create(tn_env_entrypoint(env), &ends->answer), "signal");
	bench_check(peer_signals(ends->peer, ends->answer.cap, &ends->ask), "signals");
}

static void quiet(struct tn_env *env)
{
	own.pd = tn_env_pd(env);
	bench_init();
	tn_actor_start("bystander");
	tn_actor_start_with("target", "", "Target", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	meet(env, "bystander", &own.apart);
	meet(env, "target", &own.beside);
	for (unsigned i = 0; i < MEASURED; i++) {
		struct measured *m = &measured[i];
		(void)time_of(m->operation, TRIAL);
		m->count = WINDOW_NS * 100 / (time_of(m->operation, TRIAL) + 1) + 1;
	}
	measure_all("quiet");
}

static void beside_each(struct tn_env *env)
{
	char name[TN_TEST_NAME_MAX + 1], ready[TN_TEST_NAME_MAX + 1];
	(void)env;
	for (unsigned i = 0; i < ATTACKS; i++) {
		tn_format(name, sizeof(name), "attacker.%s", attacks[i].name);
		tn_format(ready, sizeof(ready), "ready.%s", attacks[i].name);
		tn_actor_start_with(name, "", "", (uint64_t)16 << 20, 1000);
		tn_actor_await(ready);
		measure_all(attacks[i].name);
		tn_actor_kill(name);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = { { "quiet", quiet },
						     { "beside-each", beside_each },
						     { NULL, NULL } };
	static const struct tn_test_role roles[] = { { "bystander", play_server },
						     { "target", play_server },
						     { "attacker", play_attacker },
						     { NULL, NULL } };
	tn_test_main(env, "bench-enemies", cases, roles);
}
