/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Priorities, CPUs, and their limits. What is said of threads is kept and told alike everywhere;
 * the order in which they run is looked at where the features PRIORITY and PRIORITY_INHERITANCE say
 * that there is one. All threads are kept on CPU 0 for that.
 */
#include <tenon/feature.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/thread.h>

enum { LOW = 4, MIDDLE = 8, HIGH = 12, STEPS_MAX = 8, ALL = TN_PRIORITY_MAX };

static tn_cpu_cap cpu;
static tn_pd_cap pd;

/* -- who ran when: one letter a step -- */

static char steps[STEPS_MAX + 1];
static uint32_t step_count;

static void step(char letter)
{
	uint32_t i = __atomic_fetch_add(&step_count, 1, __ATOMIC_SEQ_CST);
	if (i < STEPS_MAX)
		steps[i] = letter;
}

static void begin_steps(void)
{
	memset(steps, 0, sizeof(steps));
	step_count = 0;
}

/* Without an order all steps have been made nevertheless. */
static void expect_steps(enum tn_feature feature, const char *expected)
{
	if (tn_feature(feature, NULL))
		TN_EXPECT(tn_text_equal(steps, expected));
	TN_EXPECT_EQUAL(step_count, tn_text_length(expected));
}

static void run(void *letter)
{
	step(*(const char *)letter);
}

static struct tn_thread *make(const char *letter, uint32_t priority)
{
	struct tn_thread *thread = NULL;
	TN_MUST(tn_thread_create(letter, priority, 0, run, (void *)(uintptr_t)letter, &thread));
	TN_MUST(tn_thread_set_affinity(thread, 1));
	return thread;
}

static void join(struct tn_thread *thread)
{
	TN_MUST(tn_thread_join(thread));
}

/* -- order -- */

static void the_most_urgent_runs_first(struct tn_env *env)
{
	(void)env;
	begin_steps();
	TN_REQUIRE_OK(tn_thread_set_affinity(NULL, 1));
	struct tn_thread *low = make("l", LOW), *middle = make("m", MIDDLE),
			 *high = make("h", HIGH);
	step('-'); /* this one is more urgent than all of them, until it waits */
	join(low);
	join(high);
	join(middle);
	expect_steps(TN_FEATURE_PRIORITY, "-hml");
}

static void a_lowered_thread_gives_way(struct tn_env *env)
{
	(void)env;
	begin_steps();
	struct tn_thread *thread = make("t", MIDDLE);
	step('-');
	TN_EXPECT_ERROR(tn_thread_set_priority(NULL, LOW), TN_OK);
	step('.');
	TN_EXPECT_ERROR(tn_thread_set_priority(NULL, TN_PRIORITY_DEFAULT), TN_OK);
	join(thread);
	expect_steps(TN_FEATURE_PRIORITY, "-t.");
}

static void a_raised_thread_overtakes(struct tn_env *env)
{
	(void)env;
	begin_steps();
	struct tn_thread *first = make("1", LOW), *second = make("2", LOW);
	TN_EXPECT_ERROR(tn_thread_set_priority(second, MIDDLE), TN_OK);
	join(first);
	join(second);
	expect_steps(TN_FEATURE_PRIORITY, "21");
}

/* -- a call is served at its caller's priority -- */

#define WORK(RPC, I)          \
	RPC(I, do_it)         \
	/* Lets others in. */ \
	RPC(I, let_in)

TN_RPC_INTERFACE(work, WORK)

static work_cap server;
static struct tn_semaphore high_may, middle_may;

/* Core is called meanwhile, so that whoever is more urgent gets its turn. */
static tn_error do_it(void *self, struct tn_request *request)
{
	uint32_t priority;
	uint64_t mask;
	(void)self;
	(void)request;
	TN_MUST(tn_cpu_limits(cpu, pd, &priority, &mask));
	step('s');
	return TN_OK;
}

static tn_error let_in(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	tn_semaphore_up(&high_may);
	tn_semaphore_up(&middle_may);
	step('f');
	return TN_OK;
}

static void call(void *argument)
{
	(void)argument;
	TN_MUST(work_do_it(server));
	step('c');
}

static void call_when_told(void *argument)
{
	tn_semaphore_down(&high_may);
	call(argument);
}

static void run_when_told(void *argument)
{
	(void)argument;
	tn_semaphore_down(&middle_may);
	step('m');
}

static void call_first(void *argument)
{
	(void)argument;
	TN_MUST(work_let_in(server));
	step('l');
}

static struct tn_thread *make_that(void (*function)(void *argument), uint32_t priority)
{
	struct tn_thread *thread = NULL;
	TN_MUST(tn_thread_create("thread", priority, 0, function, NULL, &thread));
	TN_MUST(tn_thread_set_affinity(thread, 1));
	return thread;
}

static struct tn_entrypoint *make_server(struct tn_object *object)
{
	static const struct work_ops ops = { .do_it = do_it, .let_in = let_in };
	struct tn_entrypoint *entrypoint = NULL;
	TN_MUST(tn_entrypoint_create("server", LOW, &entrypoint));
	TN_MUST(work_serve(entrypoint, object, &ops, NULL, &server));
	TN_MUST(work_do_it(server)); /* it is ready to serve now */
	begin_steps();
	return entrypoint;
}

static void a_call_is_served_at_the_callers_priority(struct tn_env *env)
{
	struct tn_object object = { .self = NULL };
	(void)env;
	struct tn_entrypoint *entrypoint = make_server(&object);
	struct tn_thread *middle = make("m", MIDDLE), *caller = make_that(call, HIGH);
	join(caller);
	join(middle);
	expect_steps(TN_FEATURE_PRIORITY_INHERITANCE, "scm");
	TN_EXPECT_ERROR(tn_entrypoint_destroy(entrypoint), TN_OK);
}

/* Who waits in front of a server that works for somebody else makes it more urgent, too. */
static void a_waiting_caller_counts(struct tn_env *env)
{
	struct tn_object object = { .self = NULL };
	(void)env;
	struct tn_entrypoint *entrypoint = make_server(&object);
	struct tn_thread *high = make_that(call_when_told, HIGH), *low = make_that(call_first, LOW);
	struct tn_thread *middle = make_that(run_when_told, MIDDLE);
	join(low);
	join(middle);
	join(high);
	expect_steps(TN_FEATURE_PRIORITY_INHERITANCE, "fscml");
	TN_EXPECT_ERROR(tn_entrypoint_destroy(entrypoint), TN_OK);
}

static void step_of(const char *letter)
{
	TN_MUST(work_do_it(server));
	step(*letter);
}

static void call_more_urgently(void *argument)
{
	(void)argument;
	tn_semaphore_down(&middle_may); /* the second one to be let in */
	step_of("h");
}

static void call_less_urgently(void *argument)
{
	(void)argument;
	tn_semaphore_down(&high_may);
	step_of("m");
}

/* Both come while the server is busy; who came first does not count. */
static void the_most_urgent_caller_is_served_first(struct tn_env *env)
{
	struct tn_object object = { .self = NULL };
	(void)env;
	struct tn_entrypoint *entrypoint = make_server(&object);
	struct tn_thread *middle = make_that(call_less_urgently, MIDDLE),
			 *high = make_that(call_more_urgently, HIGH),
			 *low = make_that(call_first, LOW);
	join(low);
	join(middle);
	join(high);
	expect_steps(TN_FEATURE_PRIORITY_INHERITANCE, "fshsml");
	TN_EXPECT_ERROR(tn_entrypoint_destroy(entrypoint), TN_OK);
}

/* -- what is told -- */

static uint64_t cpus(void)
{
	uint32_t priority;
	uint64_t mask = 0;
	TN_MUST(tn_cpu_limits(cpu, pd, &priority, &mask));
	return mask;
}

static void expect_schedule(tn_pd_cap of, uint32_t thread, uint32_t priority, uint64_t mask)
{
	uint32_t is_priority = 99;
	uint64_t is_mask = 0;
	TN_EXPECT_ERROR(tn_cpu_thread_schedule(cpu, of, thread, &is_priority, &is_mask), TN_OK);
	TN_EXPECT_EQUAL(is_priority, priority);
	TN_EXPECT_EQUAL(is_mask, mask);
}

static void the_beginning(struct tn_env *env)
{
	uint32_t priority = 0;
	uint64_t mask = 0;
	cpu = tn_env_cpu(env);
	pd = tn_env_pd(env);
	TN_EXPECT_ERROR(tn_cpu_limits(cpu, pd, &priority, &mask), TN_OK);
	TN_EXPECT_EQUAL(priority, ALL);
	TN_EXPECT_EQUAL(mask & 1, 1);
	TN_EXPECT_EQUAL(mask & (mask + 1), 0); /* all from 0 on */
	if (!tn_feature(TN_FEATURE_SEVERAL_CPUS, NULL))
		TN_EXPECT_EQUAL(mask, 1);
	expect_schedule(pd, 0, TN_PRIORITY_DEFAULT, mask);
}

static void affinity(struct tn_env *env)
{
	uint64_t all = cpus(), none = all == UINT64_MAX ? 0 : ~all;
	(void)env;
	TN_EXPECT_ERROR(tn_thread_set_affinity(NULL, 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_thread_set_affinity(NULL, none), TN_ERR_ARGUMENT);
	expect_schedule(pd, 0, TN_PRIORITY_DEFAULT, all);
	TN_EXPECT_ERROR(tn_thread_set_affinity(NULL, 1 | none), TN_OK);
	expect_schedule(pd, 0, TN_PRIORITY_DEFAULT, 1);
	TN_EXPECT_ERROR(tn_thread_set_affinity(NULL, UINT64_MAX), TN_OK);
	expect_schedule(pd, 0, TN_PRIORITY_DEFAULT, all);
	TN_EXPECT_ERROR(tn_cpu_thread_affinity(cpu, pd, 400, 1), TN_ERR_NOT_FOUND);
}

static void priorities(struct tn_env *env)
{
	(void)env;
	TN_EXPECT_ERROR(tn_thread_set_priority(NULL, ALL + 1), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_thread_set_priority(NULL, ALL), TN_OK);
	expect_schedule(pd, 0, ALL, cpus());
	TN_EXPECT_ERROR(tn_thread_set_priority(NULL, TN_PRIORITY_DEFAULT), TN_OK);
	expect_schedule(pd, 0, TN_PRIORITY_DEFAULT, cpus());
	TN_EXPECT_ERROR(tn_cpu_thread_priority(cpu, (tn_pd_cap){ cpu.handle }, 0, 1),
			TN_ERR_CAPABILITY);
}

/* -- limits, in actors of their own: they are for good -- */

static void wrong_limits(struct tn_env *env)
{
	uint64_t all = cpus();
	(void)env;
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, pd, ALL + 1, 1), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, pd, ALL, 0), TN_ERR_ARGUMENT);
	if (all != UINT64_MAX)
		TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, pd, ALL, ~all), TN_ERR_ARGUMENT);
	TN_EXPECT_EQUAL(cpus(), all);
}

/* A PD session of one's own: a child that is started with a parent which never answers. */
struct child {
	struct tn_session session;
	struct tn_object parent;
	tn_pd_cap pd;
};

static void open_child(struct child *child)
{
	static const struct tn_parent_ops nothing;
	tn_parent_cap parent;
	TN_MUST(tn_session_open("PD", "child", (struct tn_quota){ 1u << 20, 50 }, &tn_pd_interface,
				&child->session));
	child->pd.handle = child->session.cap;
	TN_MUST(tn_parent_serve(tn_thread_self_entrypoint(), &child->parent, &nothing, NULL,
				&parent));
}

static void start_child(struct child *child)
{
	TN_MUST(tn_pd_start(child->pd, (tn_any_cap){ child->parent.handle }));
}

static void close_child(struct child *child)
{
	tn_session_close(&child->session);
	tn_object_destroy(&child->parent);
}

static void a_child_keeps_its_limits(struct tn_env *env)
{
	struct child child = { .pd = { 0 } };
	(void)env;
	open_child(&child);
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, child.pd, MIDDLE, 1), TN_OK);
	expect_schedule(child.pd, 0, MIDDLE, 1);
	start_child(&child);
	expect_schedule(child.pd, 0, MIDDLE, 1);
	TN_EXPECT_ERROR(tn_cpu_thread_priority(cpu, child.pd, 0, HIGH), TN_OK);
	expect_schedule(child.pd, 0, MIDDLE, 1);
	TN_EXPECT_ERROR(tn_cpu_thread_priority(cpu, child.pd, 0, LOW), TN_OK);
	expect_schedule(child.pd, 0, LOW, 1);
	TN_EXPECT_ERROR(tn_cpu_thread_affinity(cpu, child.pd, 0, UINT64_MAX), TN_OK);
	expect_schedule(child.pd, 0, LOW, 1);
	TN_EXPECT_ERROR(tn_cpu_thread_affinity(cpu, child.pd, 0, 2), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, child.pd, 1, 2), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, child.pd, ALL, UINT64_MAX),
			TN_OK); /* no way back */
	TN_EXPECT_ERROR(tn_cpu_restrict_pd(cpu, child.pd, 1, 1), TN_OK);
	expect_schedule(child.pd, 0, 1, 1);
	close_child(&child);
}

static void nothing_to_do(void *argument)
{
	(void)argument;
}

/* Neither by a CPU session of its own nor by a child of its own does it get beyond. */
static void play_restricted(struct tn_env *env)
{
	struct child child = { .pd = { 0 } };
	struct tn_session own;
	struct tn_thread *thread;
	uint32_t priority = 99;
	uint64_t mask = 0;
	cpu = tn_env_cpu(env);
	pd = tn_env_pd(env);
	TN_MUST(tn_cpu_restrict_pd(cpu, pd, LOW, 1));
	TN_MUST(tn_session_open("CPU", "", (struct tn_quota){ 0, 0 }, &tn_cpu_interface, &own));
	cpu.handle = own.cap;
	TN_MUST(tn_cpu_thread_priority(cpu, pd, 0, ALL));
	TN_MUST(tn_cpu_thread_schedule(cpu, pd, 0, &priority, &mask));
	bool good = priority == LOW && mask == 1;
	TN_MUST(tn_thread_create("x", HIGH, 0, nothing_to_do, NULL, &thread));
	TN_MUST(tn_cpu_thread_schedule(cpu, pd, 1, &priority, &mask));
	good = good && priority == LOW && mask == 1;
	TN_MUST(tn_thread_join(thread));
	open_child(&child);
	start_child(&child);
	TN_MUST(tn_cpu_thread_schedule(cpu, child.pd, 0, &priority, &mask));
	good = good && priority == LOW && mask == 1;
	close_child(&child);
	tn_exit(good ? 0 : 1);
}

static void there_is_no_way_around(struct tn_env *env)
{
	(void)env;
	tn_actor_start("restricted");
	struct tn_child_end end = tn_actor_end("restricted");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "the-beginning", the_beginning },
		{ "priorities", priorities },
		{ "affinity", affinity },
		{ "the-most-urgent-runs-first", the_most_urgent_runs_first },
		{ "a-lowered-thread-gives-way", a_lowered_thread_gives_way },
		{ "a-raised-thread-overtakes", a_raised_thread_overtakes },
		{ "a-call-is-served-at-the-callers-priority",
		  a_call_is_served_at_the_callers_priority },
		{ "a-waiting-caller-counts", a_waiting_caller_counts },
		{ "the-most-urgent-caller-is-served-first",
		  the_most_urgent_caller_is_served_first },
		{ "wrong-limits", wrong_limits },
		{ "a-child-keeps-its-limits", a_child_keeps_its_limits },
		{ "there-is-no-way-around-limits", there_is_no_way_around },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "restricted", play_restricted },
						     { NULL, NULL } };
	tn_test_main(env, "test-schedule", cases, roles);
}
