/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* TRACE sessions: who is seen by whom, every subject once while others come and go, figures. */

#include <tenon/feature.h>
#include <tenon/sync.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/thread.h>
#include <tenon/trace.h>

enum { SUBJECTS_MAX = 256, THREADS = 40, ACTORS = 20 };

static const struct tn_quota none = { 0, 0 };
static struct tn_trace_subject subjects[SUBJECTS_MAX];
static unsigned count;

static tn_trace_cap open(const char *label, struct tn_session *session)
{
	tn_trace_cap trace = { 0 };
	TN_EXPECT_ERROR(tn_session_open("TRACE", label, none, &tn_trace_interface, session), TN_OK);
	trace.handle = session->cap;
	return trace;
}

/* One page, added to what was read before. */
static bool read_on(tn_trace_cap trace, uint64_t *cursor)
{
	size_t size = 0;
	if (count > SUBJECTS_MAX - TN_TRACE_PAGE)
		return false;
	if (!TN_EXPECT_ERROR(tn_trace_read(trace, *cursor, cursor, &subjects[count], &size), TN_OK))
		return false;
	TN_EXPECT(size % sizeof(subjects[0]) == 0 && size <= TN_TRACE_PAGE_SIZE);
	count += (unsigned)(size / sizeof(subjects[0]));
	return *cursor != 0;
}

static void read_all(tn_trace_cap trace)
{
	uint64_t cursor = 0;
	count = 0;
	while (read_on(trace, &cursor))
		;
	TN_EXPECT(cursor == 0);
}

static unsigned seen(const char *label)
{
	unsigned n = 0;
	for (unsigned i = 0; i < count; i++)
		n += tn_text_equal(subjects[i].label, label);
	return n;
}

static const struct tn_trace_subject *find(const char *label)
{
	for (unsigned i = 0; i < count; i++)
		if (tn_text_equal(subjects[i].label, label))
			return &subjects[i];
	TN_EXPECT_EQUAL(seen(label), 1);
	return &subjects[0];
}

static void expect_ids_unique(void)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k < i; k++)
			TN_EXPECT(subjects[i].id != subjects[k].id);
}

/* -- who is seen -- */

static void only_itself(struct tn_env *env)
{
	struct tn_session session;
	struct tn_accounts own = { 0 };
	tn_trace_cap trace = open("", &session);
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &own));
	read_all(trace);
	TN_EXPECT_EQUAL(count, 1);
	TN_EXPECT(tn_text_equal(subjects[0].label, "init -> test -> main"));
	TN_EXPECT(tn_text_equal(subjects[0].thread, "main"));
	TN_EXPECT_EQUAL(subjects[0].ram_limit, own.ram_limit);
	TN_EXPECT_EQUAL(subjects[0].ram_used, own.ram_used);
	TN_EXPECT_EQUAL(subjects[0].caps_limit, own.caps_limit);
	TN_EXPECT_EQUAL(subjects[0].caps_used, own.caps_used);
	TN_EXPECT_EQUAL(subjects[0].priority, TN_PRIORITY_DEFAULT);
	TN_EXPECT_EQUAL(subjects[0].state, TN_PD_RUNNING);
	tn_session_close(&session);
}

/* Exits with the number of those that it should not see. */
static void play_eye(struct tn_env *env)
{
	struct tn_session session;
	char own[TN_LABEL_MAX + 1];
	if (tn_text_equal(tn_env_name(env), "eye.2"))
		return; /* to be looked at */
	tn_format(own, sizeof(own), "init -> test -> %s", tn_env_name(env));
	read_all(open("", &session));
	int strangers = (int)(count - seen(own)) + (seen(own) != 1);
	read_all(open("main", &session)); /* "init -> test -> eye -> main": nobody */
	tn_exit(strangers + (int)count);
}

/* A name that begins like another one is not below it. */
static void no_neighbours(struct tn_env *env)
{
	(void)env;
	tn_actor_start("eye.2");
	tn_actor_start("eye");
	struct tn_child_end end = tn_actor_end("eye");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
}

static void the_family(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	read_all(open("family", &session));
	TN_EXPECT_EQUAL(seen("init -> test"), 1);
	TN_EXPECT_EQUAL(seen("init -> test -> main"), 1);
	TN_EXPECT_EQUAL(seen("init -> test -> eye.2"), 1);
	TN_EXPECT_EQUAL(seen("init"), 0);
	tn_session_close(&session);
	tn_actor_kill("eye.2");
}

/* -- page by page -- */

static struct tn_semaphore go;

static void wait_for_go(void *argument)
{
	(void)argument;
	tn_semaphore_down(&go);
}

static void threads_by_pages(struct tn_env *env)
{
	static struct tn_thread *threads[THREADS];
	struct tn_session session;
	tn_trace_cap trace = open("", &session);
	char name[TN_THREAD_NAME_MAX + 1];
	(void)env;
	for (unsigned i = 0; i < THREADS; i++) {
		tn_format(name, sizeof(name), "t%u", i);
		TN_REQUIRE_OK(tn_thread_create(name, 3, 0, wait_for_go, NULL, &threads[i]));
	}
	read_all(trace);
	TN_EXPECT_EQUAL(count, THREADS + 1);
	TN_EXPECT(tn_text_equal(subjects[THREADS].thread, "t39"));
	TN_EXPECT_EQUAL(subjects[THREADS].priority, 3);
	expect_ids_unique();
	for (unsigned i = 0; i < THREADS; i++)
		tn_semaphore_up(&go);
	for (unsigned i = 0; i < THREADS; i++)
		TN_EXPECT_ERROR(tn_thread_join(threads[i]), TN_OK);
	read_all(trace);
	TN_EXPECT_EQUAL(count, 1);
	tn_session_close(&session);
}

/* Between the pages some go, read already or not, and others come: who stays is told once. */
static void others_come_and_go(struct tn_env *env)
{
	struct tn_session session;
	tn_trace_cap trace = open("family", &session);
	char name[TN_TEST_NAME_MAX + 1], label[TN_LABEL_MAX + 1];
	uint64_t cursor = 0;
	(void)env;
	for (unsigned i = 0; i < ACTORS; i++) {
		tn_format(name, sizeof(name), "still.%u", i);
		tn_actor_start_with(name, "", "", 1 << 20, 60);
	}
	count = 0;
	TN_EXPECT(read_on(trace, &cursor));
	tn_actor_kill("still.1");
	tn_actor_kill("still.18");
	tn_actor_start_with("still.new", "", "", 1 << 20, 60);
	while (read_on(trace, &cursor))
		;
	for (unsigned i = 0; i < ACTORS; i++) {
		if (i == 1 || i == 18)
			continue;
		tn_format(label, sizeof(label), "init -> test -> still.%u", i);
		TN_EXPECT_EQUAL(seen(label), 1);
	}
	TN_EXPECT(seen("init -> test -> still.new") <= 1);
	expect_ids_unique();
	tn_session_close(&session);
}

static void nonsense(struct tn_env *env)
{
	static const uint64_t cursors[] = {
		UINT64_MAX, UINT64_MAX - 1,        UINT32_MAX,           (uint64_t)1 << 63,
		1,          (uint64_t)16383 << 32, (uint64_t)16384 << 32
	};
	struct tn_session session;
	tn_trace_cap trace = open("family", &session);
	(void)env;
	for (unsigned i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		uint64_t cursor = cursors[i];
		count = 0;
		while (read_on(trace, &cursor))
			;
		TN_EXPECT(cursor == 0);
	}
	tn_session_close(&session);
}

/* -- figures -- */

static void costs_a_session(struct tn_env *env)
{
	struct tn_session session;
	struct tn_accounts before = { 0 }, after = { 0 };
	tn_session_close((open("", &session), &session));
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &before));
	tn_session_close((open("", &session), &session));
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &after));
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
}

static void play_busy(struct tn_env *env)
{
	volatile bool for_ever = true;
	(void)env;
	while (for_ever)
		;
}

static void play_still(struct tn_env *env)
{
	(void)env;
}

/*
 * Until the busy one has used what shows on any clock; CPU time never goes back, and is 0 where it
 * is not counted.
 */
static void busy_and_idle(struct tn_env *env)
{
	const uint64_t enough = 30 * 1000 * 1000;
	struct tn_session session;
	tn_trace_cap trace = open("family", &session);
	uint64_t busy = 0, before;
	(void)env;
	tn_actor_start("busy");
	bool counted = tn_feature(TN_FEATURE_CPU_TIME, NULL);
	for (unsigned i = 0; i < (counted ? 1000000 : 100) && busy < enough; i++) {
		before = busy;
		read_all(trace);
		busy = find("init -> test -> busy")->cpu_ns;
		TN_EXPECT(busy >= before);
	}
	TN_EXPECT(counted ? busy >= enough : !busy);
	TN_EXPECT(find("init -> test -> still.0")->cpu_ns <= busy);
	tn_actor_kill("busy");
	tn_session_close(&session);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "only-itself", only_itself },
		{ "no-neighbours", no_neighbours },
		{ "the-family", the_family },
		{ "threads-by-pages", threads_by_pages },
		{ "others-come-and-go", others_come_and_go },
		{ "nonsense", nonsense },
		{ "costs-a-session", costs_a_session },
		{ "busy-and-idle", busy_and_idle },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "eye", play_eye }, { "still", play_still }, { "busy", play_busy }, { NULL, NULL }
	};
	tn_test_main(env, "test-trace", cases, roles);
}
