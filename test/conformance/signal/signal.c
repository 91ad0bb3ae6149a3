/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signals. The catcher has several, and notes which handlers have run; after each it submits
 * main's own signal, so that main waits for nothing else.
 */

#include <tenon/test.h>
#include <tenon/time.h>

enum { SIGNALS = 12, BUSY = 0, AGAIN = 1, HOLDS = 8, LAST = 9 };

#define CATCHER(RPC, I)                                                  \
	RPC(I, tell, InCap(tn_signal_cap, told))                         \
	RPC(I, signal, In(uint32_t, i), OutCap(tn_signal_cap, signal))   \
	/* How often the handler of the i-th has run. */                 \
	RPC(I, runs, In(uint32_t, i), Out(uint32_t, runs))               \
	/* Within one request: submit the i-th, then destroy it. */      \
	RPC(I, submit_and_destroy, In(uint32_t, i))                      \
	/* Within one request: submit both, then wait for the second. */ \
	RPC(I, submit_and_wait, In(uint32_t, kept), In(uint32_t, waited))

TN_RPC_INTERFACE(catcher, CATCHER)

static struct {
	struct tn_object object;
	struct tn_signal signals[SIGNALS];
	uint32_t runs[SIGNALS];
	bool heard_one; /* of the last ones */
	tn_signal_cap told;
} catching;

/* -- the catcher -- */

static uint32_t index_of(const struct tn_signal *signal)
{
	return (uint32_t)(signal - catching.signals);
}

/* Unlike tn_actor_await(), which waits for a signal. */
static void takes_none_until(const char *actor_has_ended)
{
	while (!tn_actor_has_ended(actor_has_ended))
		;
}

static void caught(void *argument)
{
	struct tn_signal *signal = argument;
	uint32_t i = index_of(signal);
	catching.runs[i]++;
	if (i == BUSY && catching.runs[i] == 1) { /* main submits it again while this runs */
		tn_actor_post("in-handler");
		tn_actor_await("submitted-again");
	}
	if (i == HOLDS) { /* so that what comes meanwhile is found all at once */
		const char *curtain = catching.runs[i] == 1 ? "curtain" : "curtain.again";
		tn_actor_post(curtain);
		takes_none_until(curtain);
	}
	if (i >= LAST && !catching.heard_one) {
		catching.heard_one = true;
		tn_actor_post("heard-one");
		takes_none_until("dying");
	}
	if (i == AGAIN && catching.runs[i] < 10)
		(void)tn_signal_submit(signal->cap);
	(void)tn_signal_submit(catching.told);
}

static tn_error tell(void *self, struct tn_request *request, tn_signal_cap told)
{
	(void)self;
	(void)request;
	catching.told = told;
	return tn_cap_retain(told.handle);
}

static tn_error give_signal(void *self, struct tn_request *request, uint32_t i, tn_signal_cap *cap)
{
	(void)self;
	(void)request;
	*cap = catching.signals[i].cap;
	return TN_OK;
}

static tn_error runs(void *self, struct tn_request *request, uint32_t i, uint32_t *count)
{
	(void)self;
	(void)request;
	*count = catching.runs[i];
	return TN_OK;
}

static tn_error submit_and_destroy(void *self, struct tn_request *request, uint32_t i)
{
	(void)self;
	(void)request;
	tn_error error = tn_signal_submit(catching.signals[i].cap);
	tn_signal_destroy(&catching.signals[i]);
	return error;
}

static tn_error submit_and_wait(void *self, struct tn_request *request, uint32_t kept,
				uint32_t waited)
{
	(void)self;
	(void)request;
	(void)tn_signal_submit(catching.signals[kept].cap);
	(void)tn_signal_submit(catching.signals[waited].cap);
	tn_signal_wait(&catching.signals[waited]);
	return TN_OK;
}

static void play_catcher(struct tn_env *env)
{
	static const struct catcher_ops ops = {
		.tell = tell,
		.signal = give_signal,
		.runs = runs,
		.submit_and_destroy = submit_and_destroy,
		.submit_and_wait = submit_and_wait,
	};
	catcher_cap cap;
	for (uint32_t i = 0; i < SIGNALS; i++) {
		catching.signals[i].handler = caught;
		catching.signals[i].argument = &catching.signals[i];
		TN_MUST(tn_signal_create(tn_env_entrypoint(env), &catching.signals[i]));
	}
	TN_MUST(catcher_serve(tn_env_entrypoint(env), &catching.object, &ops, NULL, &cap));
	tn_actor_put("catcher", cap.handle);
}

/* Submits what is under "thrown" when "throw" is posted, and exits with the result. */
static void play_thrower(struct tn_env *env)
{
	tn_signal_cap cap = { tn_actor_get("thrown") };
	(void)env;
	tn_exit((int)tn_error_number(tn_signal_submit(cap)));
}

static const char *const last_words[SIGNALS - LAST] = { "last.0", "last.1", "last.2" };

/* Is there until it is killed. */
static void play_curtain(struct tn_env *env)
{
	(void)env;
}

static void say_last_words(void)
{
	for (uint32_t i = 0; i < SIGNALS - LAST; i++) {
		tn_signal_cap cap = { tn_actor_get(last_words[i]) };
		TN_MUST(tn_signal_submit(cap));
	}
}

static void play_speaker(struct tn_env *env)
{
	(void)env;
	say_last_words();
	tn_exit(0);
}

/* Core keeps its capability, too: to tell of a time that never comes. */
static void play_watcher(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	(void)env;
	TN_MUST(tn_session_open("TIME", "", none, &tn_time_interface, &session));
	tn_signal_cap cap = { tn_actor_get(last_words[0]) };
	TN_MUST(tn_time_watch((tn_time_cap){ session.cap }, cap));
	tn_actor_post("watches");
}

static void play_dying(struct tn_env *env)
{
	struct tn_signal never = { .handler = NULL };
	say_last_words();
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &never));
	tn_actor_post("said");
	tn_signal_wait(&never);
}

/* -- main -- */

static catcher_cap catcher;
static struct tn_signal told;

static tn_signal_cap get_signal(uint32_t i)
{
	tn_signal_cap cap = { 0 };
	TN_EXPECT_ERROR(catcher_signal(catcher, i, &cap), TN_OK);
	return cap;
}

static uint32_t count_runs(uint32_t i)
{
	uint32_t count = 0;
	TN_EXPECT_ERROR(catcher_runs(catcher, i, &count), TN_OK);
	return count;
}

static void wait_for_runs(uint32_t i, uint32_t wanted)
{
	while (count_runs(i) < wanted)
		tn_signal_wait(&told);
}

static void start(struct tn_env *env)
{
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &told));
	tn_actor_start("catcher");
	catcher.handle = tn_actor_get("catcher");
	TN_EXPECT_ERROR(catcher_tell(catcher, told.cap), TN_OK);
}

static void before_the_wait(struct tn_env *env)
{
	struct tn_signal own = { .handler = NULL };
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &own));
	for (unsigned i = 0; i < 3; i++) {
		TN_EXPECT_ERROR(tn_signal_submit(own.cap), TN_OK);
		tn_signal_wait(&own);
	}
	tn_signal_destroy(&own);
}

static void from_another_component(struct tn_env *env)
{
	(void)env;
	tn_actor_put("thrown", told.cap.handle);
	tn_actor_start("thrower");
	tn_signal_wait(&told);
	TN_EXPECT_EQUAL(tn_actor_end("thrower").value, TN_OK);
}

static void many_coalesce(struct tn_env *env)
{
	enum { MANY = 5000 };
	tn_signal_cap signal = get_signal(2);
	(void)env;
	for (unsigned i = 0; i < MANY; i++)
		TN_EXPECT_ERROR(tn_signal_submit(signal), TN_OK);
	wait_for_runs(2, 1);
	TN_EXPECT(count_runs(2) <= MANY + 1);
	tn_cap_release(signal.handle);
}

static void while_its_handler_runs(struct tn_env *env)
{
	tn_signal_cap signal = get_signal(BUSY);
	(void)env;
	TN_EXPECT_ERROR(tn_signal_submit(signal), TN_OK);
	tn_actor_await("in-handler");
	TN_EXPECT_ERROR(tn_signal_submit(signal), TN_OK);
	tn_actor_post("submitted-again");
	wait_for_runs(BUSY, 2);
	tn_cap_release(signal.handle);
}

static void by_its_own_handler(struct tn_env *env)
{
	tn_signal_cap signal = get_signal(AGAIN);
	(void)env;
	TN_EXPECT_ERROR(tn_signal_submit(signal), TN_OK);
	wait_for_runs(AGAIN, 10);
	tn_cap_release(signal.handle);
}

/* Many to one: none is lost for another one. */
static void many_to_one(struct tn_env *env)
{
	(void)env;
	for (uint32_t i = 3; i < 6; i++) {
		tn_signal_cap signal = get_signal(i);
		TN_EXPECT_ERROR(tn_signal_submit(signal), TN_OK);
		tn_cap_release(signal.handle);
	}
	for (uint32_t i = 3; i < 6; i++)
		wait_for_runs(i, 1);
}

static void a_hundred_to_one(struct tn_env *env)
{
	enum { HUNDRED = 100 };
	static struct tn_signal signals[HUNDRED];
	for (unsigned i = 0; i < HUNDRED; i++)
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[i]));
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < HUNDRED; i++)
			TN_EXPECT_ERROR(tn_signal_submit(signals[i].cap), TN_OK);
		for (unsigned i = 0; i < HUNDRED; i++)
			tn_signal_wait(&signals[(i * 37 + round) % HUNDRED]);
	}
	for (unsigned i = 0; i < HUNDRED; i++)
		tn_signal_destroy(&signals[i]);
}

/* More than a port may have places for: it takes some together. */
static void six_hundred_at_once(struct tn_env *env)
{
	enum { MANY = 600 };
	struct tn_signal *signals = tn_heap_alloc(MANY * sizeof(*signals));
	TN_REQUIRE(signals);
	for (unsigned i = 0; i < MANY; i++) {
		signals[i] = (struct tn_signal){ .handler = NULL };
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[i]));
	}
	for (unsigned i = 0; i < MANY; i++)
		TN_EXPECT_ERROR(tn_signal_submit(signals[i].cap), TN_OK);
	for (unsigned i = 0; i < MANY; i++)
		tn_signal_wait(&signals[(i * 37) % MANY]);
	for (unsigned i = 0; i < MANY; i++)
		tn_signal_destroy(&signals[i]);
	tn_heap_free(signals);
}

static void wait_keeps_the_others(struct tn_env *env)
{
	(void)env;
	uint32_t before = count_runs(6);
	TN_EXPECT_ERROR(catcher_submit_and_wait(catcher, 6, 7), TN_OK);
	wait_for_runs(6, before + 1);
}

static void destroyed_while_pending(struct tn_env *env)
{
	tn_signal_cap dead = get_signal(5), alive = get_signal(4);
	(void)env;
	uint32_t before = count_runs(5), alive_before = count_runs(4);
	TN_EXPECT_ERROR(catcher_submit_and_destroy(catcher, 5), TN_OK);
	tn_error late = tn_signal_submit(dead);
	TN_EXPECT(late == TN_ERR_GONE || late == TN_OK);
	TN_EXPECT_ERROR(tn_signal_submit(alive), TN_OK);
	wait_for_runs(4, alive_before + 1);
	TN_EXPECT_EQUAL(count_runs(5), before);
	tn_cap_release(dead.handle);
	tn_cap_release(alive.handle);
}

enum { STORM = 8 };

static void storm_name(char name[TN_TEST_NAME_MAX + 1], uint32_t i)
{
	tn_format(name, TN_TEST_NAME_MAX + 1, "storm.%u", i);
}

static void play_storm(struct tn_env *env)
{
	char name[TN_TEST_NAME_MAX + 1];
	tn_signal_cap signals[STORM];
	(void)env;
	for (uint32_t i = 0; i < STORM; i++) {
		storm_name(name, i);
		signals[i].handle = tn_actor_get(name);
	}
	for (;;)
		for (uint32_t i = 0; i < STORM; i++)
			(void)tn_signal_submit(signals[i]);
}

/* Another one submits all the time: what is destroyed takes none of the others with it. */
static void dissolved_in_flight(struct tn_env *env)
{
	static struct tn_signal signals[STORM];
	char name[TN_TEST_NAME_MAX + 1];
	for (uint32_t i = 0; i < STORM; i++) {
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &signals[i]));
		storm_name(name, i);
		tn_actor_put(name, signals[i].cap.handle);
	}
	tn_actor_start("storm");
	for (uint32_t dead = 0; dead < STORM; dead++) {
		for (uint32_t i = dead; i < STORM; i++)
			tn_signal_wait(&signals[i]);
		tn_signal_destroy(&signals[dead]);
	}
	TN_EXPECT(!tn_actor_has_ended("storm"));
	tn_actor_kill("storm");
}

/* -- many senders -- */

enum { SENDERS = 6 };

/* Submits the one that all senders have, and one of its own; again whenever it is told to. */
static void play_sender(struct tn_env *env)
{
	const char *name = tn_env_name(env);
	tn_signal_cap common = { tn_actor_get("common") }, own = { tn_actor_get(name) };
	struct tn_signal go = { .handler = NULL };
	char answer[TN_TEST_NAME_MAX + 1];
	tn_format(answer, sizeof(answer), "go-%s", name);
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &go));
	tn_actor_put(answer, go.cap.handle);
	for (;;) {
		tn_signal_wait(&go);
		(void)tn_signal_submit(common);
		(void)tn_signal_submit(own);
	}
}

static struct {
	struct tn_signal common, own[SENDERS];
	tn_signal_cap go[SENDERS];
	char name[SENDERS][TN_TEST_NAME_MAX + 1];
} senders;

static void start_senders(struct tn_env *env)
{
	TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &senders.common));
	tn_actor_put("common", senders.common.cap.handle);
	for (unsigned i = 0; i < SENDERS; i++) {
		char answer[TN_TEST_NAME_MAX + 1];
		tn_format(senders.name[i], sizeof(senders.name[i]), "sender.%u", i);
		tn_format(answer, sizeof(answer), "go-%s", senders.name[i]);
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &senders.own[i]));
		tn_actor_put(senders.name[i], senders.own[i].cap.handle);
		tn_actor_start(senders.name[i]);
		senders.go[i].handle = tn_actor_get(answer);
	}
}

static void end_senders(void)
{
	for (unsigned i = 0; i < SENDERS; i++) {
		tn_actor_kill(senders.name[i]);
		tn_cap_release(senders.go[i].handle);
		tn_signal_destroy(&senders.own[i]);
	}
	tn_signal_destroy(&senders.common);
}

/* Six components have the same signal: whichever submits it, it arrives, one by one and at once. */
static void from_many_components(struct tn_env *env)
{
	enum { ROUNDS = 20 };
	start_senders(env);
	for (unsigned i = 0; i < SENDERS * ROUNDS; i++) {
		TN_EXPECT_ERROR(tn_signal_submit(senders.go[i % SENDERS]), TN_OK);
		tn_signal_wait(&senders.common);
		tn_signal_wait(&senders.own[i % SENDERS]);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < SENDERS; i++)
			TN_EXPECT_ERROR(tn_signal_submit(senders.go[i]), TN_OK);
		tn_signal_wait(&senders.common);
		for (unsigned i = 0; i < SENDERS; i++)
			tn_signal_wait(&senders.own[(i * 5 + round) % SENDERS]);
	}
	end_senders();
}

/*
 * Dissolved while six submit it: what they submit beside it still arrives, and of the dissolved one
 * nothing is left, here or there.
 */
static void dissolved_under_many(struct tn_env *env)
{
	struct tn_accounts before[SENDERS];
	start_senders(env);
	for (unsigned i = 0; i < SENDERS; i++) {
		TN_EXPECT_ERROR(tn_signal_submit(senders.go[i]), TN_OK);
		tn_signal_wait(&senders.own[i]);
		before[i] = tn_actor_accounts(senders.name[i]);
	}
	struct tn_accounts with = tn_actor_accounts("main");
	for (unsigned i = 0; i < SENDERS; i++)
		TN_EXPECT_ERROR(tn_signal_submit(senders.go[i]), TN_OK);
	tn_signal_destroy(&senders.common);
	for (unsigned i = 0; i < SENDERS; i++)
		tn_signal_wait(&senders.own[i]);
	for (unsigned i = 0; i < SENDERS; i++) {
		TN_EXPECT_ERROR(tn_signal_submit(senders.go[i]), TN_OK);
		tn_signal_wait(&senders.own[i]);
	}
	struct tn_accounts without = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(without.caps_used, with.caps_used - 1);
	for (unsigned i = 0; i < SENDERS; i++) {
		struct tn_accounts after = tn_actor_accounts(senders.name[i]);
		TN_EXPECT_EQUAL(after.caps_used, before[i].caps_used); /* dead, not released */
		TN_EXPECT_EQUAL(after.ram_used, before[i].ram_used);
	}
	end_senders();
}

/* Its sender dies while the receiver is busy with the first of them: the others count as well. */
static void last_words_of_the_dead(struct tn_env *env)
{
	tn_signal_cap holds = get_signal(HOLDS), last[SIGNALS - LAST];
	(void)env;
	tn_actor_start("curtain");
	for (uint32_t i = 0; i < SIGNALS - LAST; i++)
		last[i] = get_signal(LAST + i);
	TN_EXPECT_ERROR(tn_signal_submit(holds), TN_OK);
	tn_actor_await("curtain");
	for (uint32_t i = 0; i < SIGNALS - LAST; i++)
		tn_actor_put(last_words[i], last[i].handle);
	tn_actor_start("dying");
	tn_actor_await("said");
	tn_actor_kill("curtain");
	tn_actor_await("heard-one");
	tn_actor_kill("dying");
	for (uint32_t i = 0; i < SIGNALS - LAST; i++) {
		wait_for_runs(LAST + i, 1);
		tn_cap_release(last[i].handle);
	}
	tn_cap_release(holds.handle);
}

/* Core submits for the dead; who has the same signal for something else may be dead as well. */
static void last_words_of_many(struct tn_env *env)
{
	enum { SPEAKERS = 3 };
	tn_signal_cap holds = get_signal(HOLDS), last[SIGNALS - LAST];
	uint32_t before[SIGNALS - LAST];
	(void)env;
	tn_actor_start("curtain.again");
	for (uint32_t i = 0; i < SIGNALS - LAST; i++) {
		before[i] = count_runs(LAST + i);
		last[i] = get_signal(LAST + i);
		tn_actor_put(last_words[i], last[i].handle);
	}
	tn_actor_start("watcher");
	tn_actor_await("watches");
	TN_EXPECT_ERROR(tn_signal_submit(holds), TN_OK);
	tn_actor_await("curtain.again");
	for (unsigned i = 0; i < SPEAKERS; i++) {
		tn_actor_start("speaker");
		TN_EXPECT_EQUAL(tn_actor_end("speaker").value, 0);
		if (i == 0)
			tn_actor_kill("watcher");
	}
	tn_actor_kill("curtain.again");
	for (uint32_t i = 0; i < SIGNALS - LAST; i++) {
		wait_for_runs(LAST + i, before[i] + 1);
		tn_cap_release(last[i].handle);
	}
	tn_cap_release(holds.handle);
}

static void to_a_dead_receiver(struct tn_env *env)
{
	tn_signal_cap signal = get_signal(2);
	(void)env;
	tn_actor_kill("catcher");
	for (unsigned i = 0; i < 100; i++) {
		tn_error error = tn_signal_submit(signal);
		TN_EXPECT(error == TN_ERR_GONE || error == TN_OK);
	}
	tn_cap_release(signal.handle);
	TN_EXPECT_ERROR(tn_signal_submit(signal), TN_ERR_CAPABILITY);
	tn_cap_release(catcher.handle);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "submitted-before-the-wait", before_the_wait },
		{ "from-another-component", from_another_component },
		{ "many-coalesce", many_coalesce },
		{ "submitted-while-its-handler-runs", while_its_handler_runs },
		{ "submitted-by-its-own-handler", by_its_own_handler },
		{ "many-to-one", many_to_one },
		{ "a-hundred-to-one", a_hundred_to_one },
		{ "six-hundred-at-once", six_hundred_at_once },
		{ "wait-keeps-the-others", wait_keeps_the_others },
		{ "destroyed-while-pending", destroyed_while_pending },
		{ "dissolved-in-flight", dissolved_in_flight },
		{ "from-many-components", from_many_components },
		{ "dissolved-under-many", dissolved_under_many },
		{ "last-words-of-the-dead", last_words_of_the_dead },
		{ "last-words-of-many", last_words_of_many },
		{ "to-a-dead-receiver", to_a_dead_receiver },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "catcher", play_catcher }, { "thrower", play_thrower }, { "storm", play_storm },
		{ "sender", play_sender },   { "curtain", play_curtain }, { "dying", play_dying },
		{ "speaker", play_speaker }, { "watcher", play_watcher }, { NULL, NULL }
	};
	tn_test_main(env, "test-signal", cases, roles);
}
