/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Whatever a pager or its client does, others do not notice, and all of it comes back. */
#include "pagers.h"
#include <tenon/text.h>
#include <tenon/thread.h>

static good_cap good;
static tn_dataspace_cap shown;

static void start(struct tn_env *env)
{
	(void)env;
	tn_actor_start("good");
	good.handle = tn_actor_get("good");
	TN_REQUIRE_OK(good_content(good, &shown));
}

/* Another client of core and of a pager, meanwhile. */
static void expect_others_served(void)
{
	void *address = NULL;
	TN_REQUIRE_OK(tn_attach(shown, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	for (uint32_t i = 0; i < PAGES; i++)
		at[i * WORDS] = i + 77;
	for (uint32_t i = 0; i < PAGES; i++)
		TN_EXPECT_EQUAL(at[i * WORDS], i + 77);
	TN_EXPECT_ERROR(tn_detach(address), TN_OK);
}

/* -- bad pagers -- */

/* Writes and reads all of it, twice; or without end, where it may have been faster at times. */
static void play_victim(struct tn_env *env)
{
	char pager[] = "bad.?";
	void *address = NULL;
	pager[4] = tn_env_name(env)[7];
	tn_dataspace_cap content = { tn_actor_get(pager) };
	TN_MUST(tn_attach(content, 0, 0, READ | WRITE, &address));
	volatile uint32_t *at = address;
	bool endless = pager[4] == 'a' + TAKES_AWAY || pager[4] == 'a' + FREES;
	for (uint32_t i = 0; i < 2 * PAGES || endless; i++)
		at[i % PAGES * WORDS] = at[(i + 1) % PAGES * WORDS] + 1;
	tn_exit(0);
}

static void run_badness(unsigned badness, bool goes_on, struct tn_child_end *end)
{
	char pager[] = "bad.?", victim[] = "victim.?", event[] = "bad.? goes on";
	pager[4] = victim[7] = event[4] = (char)('a' + badness);
	struct tn_accounts before = tn_actor_accounts("test");
	tn_actor_start(pager);
	tn_actor_start(victim);
	if (goes_on)
		tn_actor_await(event);
	expect_others_served();
	if (goes_on)
		tn_actor_kill(victim);
	else
		*end = tn_actor_end(victim);
	expect_others_served();
	tn_actor_kill(pager);
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
}

static void pager_ends(struct tn_env *env)
{
	static const unsigned ends[] = { ENDS_AT_ONCE, ENDS_LATER, ENDS_ANSWERING, DESTROYS };
	(void)env;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct tn_child_end end = { 0 };
		run_badness(ends[i], false, &end);
		TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
		TN_EXPECT(end.fault.kind == TN_FAULT_READ || end.fault.kind == TN_FAULT_WRITE);
	}
}

static void pager_answers_badly(struct tn_env *env)
{
	static const unsigned bad[] = { SILENT, LACKS_RIGHTS, TAKES_AWAY, FREES, ANSWERS_WRONG };
	(void)env;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		run_badness(bad[i], true, NULL);
}

static void pager_floods(struct tn_env *env)
{
	struct tn_child_end end = { 0 };
	(void)env;
	run_badness(FLOODS, false, &end);
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
}

/* -- what is not one's own -- */

static void maps_of_others(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	tn_region_map_cap map = { 0 }, wrong = { shown.handle };
	tn_dataspace_cap wrong_dataspace = { 0 };
	struct tn_region_fault fault;
	struct tn_session session;
	uint64_t at, size;
	(void)env;
	TN_REQUIRE_OK(good_map(good, &map));
	TN_REQUIRE_OK(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	/* By its creator alone. */
	TN_EXPECT_ERROR(tn_rm_destroy((tn_rm_cap){ session.cap }, map), TN_ERR_DENIED);
	/* A dataspace is no map, and the other way round. */
	TN_EXPECT(tn_region_map_fault_next(wrong, &fault) != TN_OK);
	TN_EXPECT(tn_region_map_detach(wrong, 0, &at, &size) != TN_OK);
	TN_EXPECT_ERROR(tn_rm_destroy((tn_rm_cap){ session.cap }, wrong), TN_ERR_CAPABILITY);
	wrong_dataspace.handle = map.handle;
	TN_EXPECT_ERROR(tn_region_map_attach(map, wrong_dataspace, 0, 0, 0, READ, &at, &size),
			TN_ERR_CAPABILITY);
	wrong_dataspace.handle = session.cap;
	TN_EXPECT_ERROR(tn_region_map_attach(map, wrong_dataspace, 0, 0, 0, READ, &at, &size),
			TN_ERR_CAPABILITY);
	/* Handles that nobody has given. */
	uint32_t random = 1;
	for (unsigned i = 0; i < 2000; i++) {
		random = random * 1664525u + 1013904223u;
		wrong_dataspace.handle = shown.handle ^ (random >> 8 | 1u << 12);
		TN_EXPECT(tn_region_map_attach(map, wrong_dataspace, 0, 0, 0, READ, &at, &size) !=
			  TN_OK);
	}
	tn_session_close(&session);
	tn_cap_release(map.handle);
	expect_others_served();
}

struct place {
	uint64_t address, offset, size;
};

/* Sums that wrap around, and ends that lie beyond. */
static void arithmetic(struct tn_env *env)
{
	static const struct place places[] = {
		{ 0, 0, UINT64_MAX - PAGE + 1 },
		{ PAGE, 0, UINT64_MAX - PAGE + 1 },
		{ UINT64_MAX - PAGE + 1, 0, PAGE },
		{ UINT64_MAX - PAGE + 1, 0, 2 * PAGE },
		{ 0, UINT64_MAX - PAGE + 1, PAGE },
		{ 0, UINT64_MAX - PAGE + 1, 2 * PAGE },
		{ 0, PAGE, UINT64_MAX - PAGE + 1 },
		{ PAGES * PAGE, 0, PAGE },
		{ (PAGES - 1) * PAGE, 0, 2 * PAGE },
		{ 0, 2 * PAGE, PAGE },
		{ 0, PAGE, 2 * PAGE },
		{ 1, 0, PAGE },
		{ 0, 1, PAGE },
		{ 0, 0, 1 },
		{ (uint64_t)1 << 63, 0, PAGE },
		{ (uint64_t)1 << 47, 0, PAGE },
	};
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_region_map_cap map = { 0 };
	tn_dataspace_cap content = { 0 }, memory = { 0 };
	uint64_t at, size;
	uint32_t reserved;
	(void)env;
	TN_REQUIRE_OK(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	TN_REQUIRE_OK(tn_rm_create((tn_rm_cap){ session.cap }, PAGES * PAGE, &map, &content));
	TN_REQUIRE_OK(tn_dataspace_alloc(2 * PAGE, &memory));
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *p = &places[i];
		TN_EXPECT_ERROR(tn_region_map_attach(map, memory, p->address, p->offset, p->size,
						     READ, &at, &size),
				TN_ERR_ARGUMENT);
		TN_EXPECT(tn_region_map_detach(map, p->address, &at, &size) == TN_ERR_NOT_FOUND);
	}
	TN_EXPECT_ERROR(tn_region_map_find(map, UINT64_MAX, 1, &at, &size, &reserved),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_find(map, 0, UINT64_MAX, &at, &size, &reserved),
			TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_region_map_reserve(map, TN_ANYWHERE, UINT64_MAX - PAGE + 1, &at),
			TN_ERR_LIMIT);
	TN_EXPECT_ERROR(tn_region_map_reserve(map, PAGE, UINT64_MAX - PAGE + 1, &at),
			TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_region_map_unreserve(map, UINT64_MAX), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_region_map_attach(map, memory, PAGE, 0, 0, READ, &at, &size), TN_OK);
	for (uint64_t i = 0; i < 3; i++)
		TN_EXPECT_ERROR(tn_region_map_attach(map, memory, i * PAGE, 0, 2 * PAGE, READ, &at,
						     &size),
				TN_ERR_CONFLICT);
	tn_dataspace_free(memory);
	TN_EXPECT_ERROR(tn_rm_destroy((tn_rm_cap){ session.cap }, map), TN_OK);
	tn_cap_release(map.handle);
	tn_cap_release(content.handle);
	tn_session_close(&session);
}

/* -- copies and messages while memory goes -- */

static void guarded_copies(struct tn_env *env)
{
	static unsigned char own[PAGES * PAGE];
	void *address = NULL;
	(void)env;
	TN_REQUIRE_OK(tn_attach(shown, 0, 0, READ | WRITE, &address));
	TN_REQUIRE_OK(good_evict(good, 1));
	for (unsigned i = 0; i < 400; i++) {
		volatile unsigned char *at = address;
		at[i % PAGES * PAGE] = 1; /* so that there is something at times */
		tn_error from = tn_guarded_copy(own, address, sizeof(own));
		tn_error to = tn_guarded_copy(address, own, sizeof(own));
		TN_EXPECT(from == TN_OK || from == TN_ERR_FAULT);
		TN_EXPECT(to == TN_OK || to == TN_ERR_FAULT);
		tn_error within = tn_guarded_copy((unsigned char *)address + PAGE, address, PAGE);
		TN_EXPECT(within == TN_OK || within == TN_ERR_FAULT);
	}
	TN_REQUIRE_OK(good_evict(good, 0));
	TN_EXPECT_ERROR(tn_detach(address), TN_OK);
}

/* Arguments are fetched from there, and results put there, while it is taken away. */
static void messages(struct tn_env *env)
{
	unsigned char got[ECHO_MAX];
	void *address = NULL;
	(void)env;
	TN_REQUIRE_OK(tn_attach(shown, 0, 0, READ | WRITE, &address));
	unsigned char *at = address, *in = at + PAGE - 1000, *out = at + 3 * PAGE - 1000;
	for (unsigned i = 0; i < ECHO_MAX; i++)
		in[i] = (unsigned char)(i * 7);
	TN_REQUIRE_OK(good_evict(good, 1));
	for (unsigned round = 0; round < 200; round++) {
		size_t length = 0;
		in[0] = (unsigned char)round;
		TN_REQUIRE_OK(good_echo(good, in, ECHO_MAX, out, &length));
		TN_EXPECT_EQUAL(length, ECHO_MAX);
		memcpy(got, out, ECHO_MAX);
		TN_EXPECT_EQUAL(got[0], (unsigned char)round);
		for (unsigned i = 1; i < ECHO_MAX; i++)
			TN_EXPECT(got[i] == (unsigned char)(i * 7));
	}
	TN_REQUIRE_OK(good_evict(good, 0));
	TN_EXPECT_ERROR(tn_detach(address), TN_OK);
}

/* -- a bad client -- */

static void fault_for_ever(void *argument)
{
	volatile uint32_t *at = argument;
	for (uint32_t i = 0;; i++)
		at[i % PAGES * WORDS] = i;
}

/* All threads that it may have touch what goes each time. */
static void play_toucher(struct tn_env *env)
{
	tn_dataspace_cap content = { tn_actor_get("content") };
	void *address = NULL;
	struct tn_thread *thread;
	TN_MUST(tn_attach(content, 0, 0, READ | WRITE, &address));
	for (unsigned i = 0; i < 8; i++)
		TN_MUST(tn_thread_create("toucher", 10, 0, fault_for_ever, address, &thread));
	tn_actor_post(tn_env_name(env));
	fault_for_ever(address);
}

static void client_faults_for_ever(struct tn_env *env)
{
	(void)env;
	tn_actor_put("content", shown.handle);
	TN_REQUIRE_OK(good_evict(good, 1));
	tn_actor_start("toucher");
	tn_actor_await("toucher");
	for (unsigned i = 0; i < 20; i++)
		TN_EXPECT(tn_actor_accounts("good").ram_used > 0);
	tn_actor_kill("toucher");
	TN_REQUIRE_OK(good_evict(good, 0));
	expect_others_served();
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "start", start },
		{ "pager-ends", pager_ends },
		{ "pager-answers-badly", pager_answers_badly },
		{ "pager-floods", pager_floods },
		{ "maps-of-others", maps_of_others },
		{ "arithmetic", arithmetic },
		{ "guarded-copies", guarded_copies },
		{ "messages", messages },
		{ "client-faults-for-ever", client_faults_for_ever },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "good", play_good },       { "bad", play_bad }, { "victim", play_victim },
		{ "toucher", play_toucher }, { NULL, NULL },
	};
	tn_test_main(env, "test-hostile-pager", cases, roles);
}
