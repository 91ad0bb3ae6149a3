/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Timeouts: in order, and never early. How late they are is nobody's promise. */

#include <tenon/test.h>
#include <tenon/timeout.h>

enum { MANY = 10000, SOME = 100, SESSIONS = 120, PERIODS = 20, PERIOD_US = 1000 };

/* A timeout that notes when it ran. */
struct probe {
	struct tn_timeout timeout;
	uint64_t not_before;
	unsigned runs;
};

static struct tn_timeouts timeouts;
static struct probe probes[MANY];
static struct {
	unsigned ran, early, disordered;
	uint64_t last; /* not_before of the one that ran last */
} seen;

static uint64_t now(void)
{
	uint64_t us = 0;
	TN_EXPECT_ERROR(tn_timeouts_now(&timeouts, &us), TN_OK);
	return us;
}

static void ran(void *argument)
{
	struct probe *probe = argument;
	probe->runs++;
	seen.ran++;
	seen.early += now() < probe->not_before;
	seen.disordered += probe->not_before < seen.last;
	seen.last = probe->not_before;
}

static void reset(unsigned count)
{
	memset(&seen, 0, sizeof(seen));
	memset(probes, 0, sizeof(probes));
	for (unsigned i = 0; i < count; i++) {
		probes[i].timeout.handler = ran;
		probes[i].timeout.argument = &probes[i];
	}
}

static void start_timer(void)
{
	tn_actor_start_with("timer", "timer", "Timer", (uint64_t)4 << 20, 1500);
}

static bool begin(struct tn_env *env, unsigned count)
{
	start_timer();
	reset(count);
	return TN_EXPECT_ERROR(tn_timeouts_open(&timeouts, tn_env_entrypoint(env)), TN_OK);
}

static void end(void)
{
	tn_timeouts_close(&timeouts);
	tn_actor_kill("timer");
}

static void expect_all(unsigned count)
{
	while (seen.ran < count)
		tn_timeouts_wait(&timeouts);
	TN_EXPECT_EQUAL(seen.ran, count);
	TN_EXPECT_EQUAL(seen.early, 0);
	TN_EXPECT_EQUAL(seen.disordered, 0);
	for (unsigned i = 0; i < count; i++)
		TN_REQUIRE(probes[i].runs == 1 && !tn_timeout_is_set(&probes[i].timeout));
}

static bool set_at(unsigned i, uint64_t us)
{
	probes[i].not_before = us;
	return TN_EXPECT_ERROR(tn_timeout_at(&timeouts, &probes[i].timeout, us), TN_OK);
}

/* Any order in, the order of deadlines out. */
static void set_and_expect(struct tn_env *env, unsigned count, uint64_t within)
{
	uint32_t random = 7;
	if (!begin(env, count))
		return;
	uint64_t start = now();
	for (unsigned i = 0; i < count; i++) {
		random = random * 1664525 + 1013904223;
		TN_REQUIRE(set_at(i, start + within + random % within));
	}
	expect_all(count);
	end();
}

static void order(struct tn_env *env)
{
	set_and_expect(env, SOME, 5000);
}

static void many(struct tn_env *env)
{
	set_and_expect(env, MANY, 400000);
}

static void equal(struct tn_env *env)
{
	static unsigned at[SOME];
	TN_REQUIRE(begin(env, SOME));
	uint64_t when = now() + 3000;
	for (unsigned i = 0; i < SOME; i++)
		TN_REQUIRE(set_at((i * 37) % SOME, when));
	/* Those of the same deadline run in the order in which they were set. */
	struct tn_tree_node *node = tn_tree_first(&timeouts.set);
	for (unsigned i = 0; node; i++, node = tn_tree_next(node))
		at[i] = (unsigned)(TN_CONTAINER_OF(node, struct probe, timeout.node) - probes);
	for (unsigned i = 0; i < SOME; i++)
		TN_EXPECT_EQUAL(at[i], (i * 37) % SOME);
	expect_all(SOME);
	end();
}

static void cancel(struct tn_env *env)
{
	TN_REQUIRE(begin(env, 4));
	uint64_t start = now();
	TN_REQUIRE(set_at(0, start + 1000) && set_at(1, start + 2000) && set_at(2, start + 3000));
	tn_timeout_cancel(&timeouts, &probes[0].timeout);
	tn_timeout_cancel(&timeouts, &probes[0].timeout);
	tn_timeout_cancel(&timeouts, &probes[3].timeout);
	TN_EXPECT(!tn_timeout_is_set(&probes[0].timeout) && tn_timeout_is_set(&probes[1].timeout));
	TN_REQUIRE(set_at(1, start + 4000)); /* moved behind the other */
	while (seen.ran < 2)
		tn_timeouts_wait(&timeouts);
	TN_EXPECT_EQUAL(probes[0].runs, 0);
	TN_EXPECT_EQUAL(seen.disordered + seen.early, 0);
	end();
}

/* -- handlers that set and cancel -- */

static void set_again(void *argument)
{
	ran(argument);
	if (probes[0].runs < 5)
		TN_EXPECT_ERROR(tn_timeout_once(&timeouts, &probes[0].timeout, 0), TN_OK);
	tn_timeout_cancel(&timeouts, &probes[1].timeout);
}

static void from_handlers(struct tn_env *env)
{
	TN_REQUIRE(begin(env, 3));
	probes[0].timeout.handler = set_again;
	uint64_t when = now() + 1000;
	TN_REQUIRE(set_at(0, when) && set_at(1, when) && set_at(2, when + 1));
	while (probes[0].runs < 5 || probes[2].runs < 1)
		tn_timeouts_wait(&timeouts);
	TN_EXPECT_EQUAL(probes[1].runs, 0);
	TN_EXPECT_EQUAL(seen.early, 0);
	end();
}

/* -- periods -- */

static uint64_t period_start;

static void tick(void *argument)
{
	struct probe *probe = argument;
	uint64_t passed = now() - period_start;
	probe->runs++;
	seen.early += passed < probe->runs * PERIOD_US;
	/* The next one is a whole number of periods from the first, whatever happened. */
	seen.disordered += (probe->timeout.deadline - probe->not_before) % PERIOD_US != 0;
	if (probe->runs == PERIODS)
		tn_timeout_cancel(&timeouts, &probe->timeout);
}

static void periodic(struct tn_env *env)
{
	TN_REQUIRE(begin(env, 2));
	struct probe *probe = &probes[0];
	probe->timeout.handler = tick;
	period_start = now();
	TN_EXPECT_ERROR(tn_timeout_periodic(&timeouts, &probe->timeout, 0), TN_ERR_ARGUMENT);
	TN_REQUIRE_OK(tn_timeout_periodic(&timeouts, &probe->timeout, PERIOD_US));
	probe->not_before = probe->timeout.deadline;
	while (probe->runs < PERIODS)
		tn_timeouts_wait(&timeouts);
	TN_EXPECT_EQUAL(seen.early, 0);
	TN_EXPECT_EQUAL(seen.disordered, 0);
	/* Nothing of it is left: the next to run is another one. */
	TN_REQUIRE(set_at(1, now() + 3 * PERIOD_US));
	while (!probes[1].runs)
		tn_timeouts_wait(&timeouts);
	TN_EXPECT_EQUAL(probe->runs, PERIODS);
	end();
}

static void range(struct tn_env *env)
{
	TN_REQUIRE(begin(env, 2));
	struct tn_timeout *timeout = &probes[0].timeout;
	TN_EXPECT_ERROR(tn_timeout_once(&timeouts, timeout, UINT64_MAX), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_timeout_at(&timeouts, timeout, UINT64_MAX), TN_ERR_ARGUMENT);
	/* The server counts nanoseconds. */
	TN_EXPECT_ERROR(tn_timeout_once(&timeouts, timeout, UINT64_MAX / 2), TN_ERR_ARGUMENT);
	TN_EXPECT(!tn_timeout_is_set(timeout));
	TN_REQUIRE(set_at(0, 0) && set_at(1, 1)); /* long over: as soon as possible */
	expect_all(2);
	end();
}

static void server_gone(struct tn_env *env)
{
	TN_REQUIRE(begin(env, 2));
	TN_REQUIRE(set_at(0, now() + 1000000));
	tn_actor_kill("timer");
	uint64_t us;
	TN_EXPECT_ERROR(tn_timeouts_now(&timeouts, &us), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_timeout_once(&timeouts, &probes[1].timeout, 1), TN_ERR_GONE);
	TN_EXPECT_ERROR(tn_timeout_at(&timeouts, &probes[1].timeout, 1), TN_ERR_GONE);
	TN_EXPECT(!tn_timeout_is_set(&probes[1].timeout));
	tn_timeouts_close(&timeouts);
}

/* -- the server itself: many sessions -- */

static struct {
	struct tn_session session;
	struct tn_signal expired;
} clients[SESSIONS];

static void expired(void *argument)
{
	(void)argument;
}

static bool open_client(unsigned i, struct tn_env *env)
{
	const struct tn_quota quota = { TN_TIMER_RAM, TN_TIMER_CAPS };
	clients[i].expired.handler = expired;
	tn_error error = tn_session_open("Timer", "", quota, &timer_interface, &clients[i].session);
	if (error == TN_OK)
		error = tn_signal_create(tn_env_entrypoint(env), &clients[i].expired);
	if (error == TN_OK)
		error = timer_watch((timer_cap){ clients[i].session.cap }, clients[i].expired.cap);
	return TN_EXPECT_ERROR(error, TN_OK);
}

static void close_client(unsigned i)
{
	tn_session_close(&clients[i].session);
	tn_signal_destroy(&clients[i].expired);
}

/* Set in one order, waited for in another; every third one is closed before. */
static void sessions(struct tn_env *env)
{
	uint64_t start = 0, us = 0;
	start_timer();
	for (unsigned i = 0; i < SESSIONS; i++)
		TN_REQUIRE(open_client(i, env));
	TN_REQUIRE_OK(timer_now((timer_cap){ clients[0].session.cap }, &start));
	for (unsigned i = 0; i < SESSIONS; i++) {
		timer_cap timer = { clients[i].session.cap };
		uint64_t after = 1000 + (i * 77) % SESSIONS * 100;
		TN_REQUIRE_OK(i % 2 ? timer_once(timer, after) : timer_periodic(timer, after));
	}
	for (unsigned i = 0; i < SESSIONS; i += 3)
		close_client(i);
	for (unsigned i = 0; i < SESSIONS; i++) {
		if (i % 3 == 0)
			continue;
		tn_signal_wait(&clients[i].expired);
		TN_REQUIRE_OK(timer_now((timer_cap){ clients[i].session.cap }, &us));
		TN_EXPECT(us - start + 1 >= 1000 + (i * 77) % SESSIONS * 100);
	}
	for (unsigned i = 0; i < SESSIONS; i++)
		if (i % 3)
			close_client(i);
	tn_actor_kill("timer");
}

/* A session whose client does not pay is refused, and the others do not notice. */
static void poor(struct tn_env *env)
{
	const struct tn_quota ram = { TN_TIMER_RAM - 1, TN_TIMER_CAPS };
	const struct tn_quota caps = { TN_TIMER_RAM, TN_TIMER_CAPS - 1 };
	struct tn_session session;
	TN_REQUIRE(begin(env, 1));
	TN_EXPECT_ERROR(tn_session_open("Timer", "", ram, &timer_interface, &session),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_open("Timer", "", caps, &timer_interface, &session),
			TN_ERR_OUT_OF_CAPS);
	TN_REQUIRE(set_at(0, now() + 100));
	expect_all(1);
	end();
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "timeout.order", order },
		{ "timeout.equal", equal },
		{ "timeout.cancel", cancel },
		{ "timeout.from_handlers", from_handlers },
		{ "timeout.periodic", periodic },
		{ "timeout.range", range },
		{ "timeout.many", many },
		{ "timeout.server_gone", server_gone },
		{ "timeout.sessions", sessions },
		{ "timeout.poor", poor },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-timeout", cases, roles);
}
