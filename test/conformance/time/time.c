/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* TIME sessions, each with one deadline. */

#include <tenon/test.h>
#include <tenon/time.h>

#define SECOND ((uint64_t)1000000000)
enum { SESSIONS = 4, WATCHES = 20 };

static const struct tn_quota some = { 16384, 4 };
static struct tn_session sessions[SESSIONS];
static struct tn_signal reached[SESSIONS];

static tn_time_cap of(unsigned i)
{
	return (tn_time_cap){ sessions[i].cap };
}

static uint64_t now(void)
{
	uint64_t ns = 0;
	TN_EXPECT_ERROR(tn_time_now(of(0), &ns), TN_OK);
	return ns;
}

static void start(struct tn_env *env)
{
	for (unsigned i = 0; i < SESSIONS; i++) {
		TN_REQUIRE_OK(tn_session_open("TIME", "", some, &tn_time_interface, &sessions[i]));
		TN_REQUIRE_OK(tn_signal_create(tn_env_entrypoint(env), &reached[i]));
		TN_REQUIRE_OK(tn_time_watch(of(i), reached[i].cap));
	}
}

/* Those that are far do not hide the near one, whoever came first. */
static void earliest_first(struct tn_env *env)
{
	uint64_t begin = now();
	(void)env;
	TN_REQUIRE_OK(tn_time_deadline(of(0), begin + 20 * SECOND));
	TN_REQUIRE_OK(tn_time_deadline(of(1), begin + SECOND / 100));
	TN_REQUIRE_OK(tn_time_deadline(of(2), begin + 30 * SECOND));
	tn_signal_wait(&reached[1]);
	TN_EXPECT(now() >= begin + SECOND / 100);
	TN_EXPECT(now() < begin + 20 * SECOND);
	TN_EXPECT(!reached[0].pending && !reached[2].pending);
}

/* One that is over comes at once, and takes no other with it. */
static void in_the_past(struct tn_env *env)
{
	uint64_t begin = now();
	(void)env;
	TN_REQUIRE_OK(tn_time_deadline(of(0), begin + 20 * SECOND));
	TN_REQUIRE_OK(tn_time_deadline(of(3), 0));
	tn_signal_wait(&reached[3]);
	TN_REQUIRE_OK(tn_time_deadline(of(3), begin));
	tn_signal_wait(&reached[3]);
	TN_EXPECT(!reached[0].pending);
	TN_EXPECT(now() < begin + 20 * SECOND);
}

/* The signal before is let go. */
static void watched_again(struct tn_env *env)
{
	struct tn_accounts before = tn_actor_accounts("main");
	(void)env;
	for (unsigned i = 0; i < WATCHES; i++)
		TN_EXPECT_ERROR(tn_time_watch(of(1), reached[i % SESSIONS].cap), TN_OK);
	struct tn_accounts after = tn_actor_accounts("main");
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "earliest-first", earliest_first },
		{ "in-the-past", in_the_past },
		{ "watched-again", watched_again },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-time", cases, roles);
}
