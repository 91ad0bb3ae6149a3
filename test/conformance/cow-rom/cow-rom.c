/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Who writes sees what it wrote, and nobody else does; what is not paid for waits. */
#include "../lz4-rom/content.h"
#include <tenon/quota.h>
#include <tenon/rom.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/thread.h>

enum { PAGES = 256, PAGE = CONTENT_PAGE, WORDS = PAGE / 8, CLIENTS = 12 };
enum { READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE };

/* As component/cow-rom/README.md says. */
static struct tn_quota price(uint32_t pages)
{
	struct tn_quota quota = { 48 << 10 | PAGES, 16 };
	if (pages)
		quota = (struct tn_quota){ quota.ram + (24 << 10) + pages * (6 << 10), 18 };
	return quota;
}

static volatile uint64_t *open_rom(struct tn_session *session, struct tn_quota quota)
{
	tn_dataspace_cap content = { 0 };
	uint64_t size = 0;
	void *at = NULL;
	TN_MUST(tn_session_open("ROM", "mine", quota, &tn_rom_interface, session));
	TN_MUST(tn_rom_dataspace((tn_rom_cap){ session->cap }, &size, &content));
	if (size != (uint64_t)PAGES * PAGE)
		tn_exit(9);
	TN_MUST(tn_attach(content, 0, 0, READ | WRITE, &at));
	tn_cap_release(content.handle);
	return at;
}

static void close_rom(struct tn_session *session, volatile uint64_t *at)
{
	(void)tn_detach((const void *)(uintptr_t)at);
	tn_session_close(session);
}

static uint64_t wrong_pages(volatile uint64_t *at)
{
	uint64_t wrong = 0;
	for (uint64_t page = 0; page < PAGES; page++)
		wrong += !content_page_is_right((const void *)(uintptr_t)at, page);
	return wrong;
}

static void read_only_what_is_there(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	volatile uint64_t *at = open_rom(&session, price(0));
	TN_EXPECT_EQUAL(wrong_pages(at), 0);
	close_rom(&session, at);
}

/* The rest of the page is as it was, and so are its neighbours. */
static void writes_are_seen(struct tn_env *env)
{
	static const uint32_t order[] = { 7, 0, 255, 100, 101, 99, 1, 254 };
	struct tn_session session;
	(void)env;
	volatile uint64_t *at = open_rom(&session, price(8));
	for (unsigned i = 0; i < 8; i++) {
		at[order[i] * WORDS + 5] = i;
		TN_EXPECT_EQUAL(wrong_pages(at), i + 1);
	}
	for (unsigned i = 0; i < 8; i++) {
		TN_EXPECT_EQUAL(at[order[i] * WORDS + 5], i);
		TN_EXPECT_EQUAL(at[order[i] * WORDS + 4], content_word(order[i]));
		at[order[i] * WORDS + 5] = content_word(order[i]);
	}
	TN_EXPECT_EQUAL(wrong_pages(at), 0);
	close_rom(&session, at);
}

/* Two sessions of one client are two views. */
static void views_are_apart(struct tn_env *env)
{
	struct tn_session one, other;
	(void)env;
	volatile uint64_t *a = open_rom(&one, price(1)), *b = open_rom(&other, price(1));
	a[0] = 1;
	TN_EXPECT_EQUAL(b[0], content_word(0));
	b[0] = 2;
	TN_EXPECT_EQUAL(a[0], 1);
	close_rom(&one, a);
	TN_EXPECT_EQUAL(b[0], 2);
	close_rom(&other, b);
}

/* Writes everywhere, waits for all others, and looks whether all of it is there. */
static void play_client(struct tn_env *env)
{
	const char *name = tn_env_name(env);
	uint64_t own = (uint64_t)name[7];
	struct tn_session session;
	volatile uint64_t *at = open_rom(&session, price(PAGES));
	for (uint64_t page = 0; page < PAGES; page++)
		if ((page ^ own) % 3)
			at[page * WORDS + own] = own << 32 | page;
	char event[] = "c has written";
	event[0] = name[7];
	tn_actor_post(event);
	tn_actor_await("all have written");
	for (uint64_t page = 0; page < PAGES; page++)
		for (uint64_t word = 0; word < WORDS; word++) {
			bool mine = (page ^ own) % 3 && word == own;
			if (at[page * WORDS + word] !=
			    (mine ? own << 32 | page : content_word(page)))
				tn_exit(1);
		}
	tn_exit(0);
}

static void many_clients(struct tn_env *env)
{
	char name[] = "client.a", event[] = "c has written";
	(void)env;
	for (unsigned i = 0; i < CLIENTS; i++) {
		name[7] = (char)('a' + i);
		tn_actor_start_with(name, "", "", 4 << 20, 200);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		event[0] = (char)('a' + i);
		tn_actor_await(event);
	}
	tn_actor_post("all have written");
	for (unsigned i = 0; i < CLIENTS; i++) {
		name[7] = (char)('a' + i);
		struct tn_child_end ended = tn_actor_end(name);
		TN_EXPECT_EQUAL(ended.cause, TN_CHILD_EXITED);
		TN_EXPECT_EQUAL(ended.value, 0);
	}
}

/* Less than a session costs. */
static void not_paid(struct tn_env *env)
{
	struct tn_session session;
	struct tn_quota quota = price(0);
	(void)env;
	quota.ram--;
	TN_EXPECT_ERROR(tn_session_open("ROM", "mine", quota, &tn_rom_interface, &session),
			TN_ERR_OUT_OF_RAM);
	quota = price(0);
	quota.caps--;
	TN_EXPECT_ERROR(tn_session_open("ROM", "mine", quota, &tn_rom_interface, &session),
			TN_ERR_OUT_OF_CAPS);
}

static void write_all(void *argument)
{
	volatile uint64_t *at = argument;
	for (uint64_t page = 0; page < 8; page++)
		at[page * WORDS] = page;
}

static uint32_t waiting(struct tn_env *env)
{
	uint32_t threads = 0;
	TN_EXPECT_ERROR(tn_pd_waiting(tn_env_pd(env), &threads), TN_OK);
	return threads;
}

/* Three of eight pages are paid for; the thread waits until the others are. */
static void waits_for_quota(struct tn_env *env)
{
	struct tn_session session;
	struct tn_thread *writer;
	struct tn_quota more = { (24 << 10) + 5 * (6 << 10), 2 };
	volatile uint64_t *at = open_rom(&session, price(3));
	TN_REQUIRE_OK(tn_thread_create("writer", 16, 0, write_all, (void *)(uintptr_t)at, &writer));
	while (!waiting(env) || at[2 * WORDS] != 2)
		; /* a call each time: others run */
	TN_EXPECT_EQUAL(at[3 * WORDS], content_word(3));
	TN_REQUIRE_OK(tn_session_upgrade(&session, more));
	TN_REQUIRE_OK(tn_thread_join(writer));
	for (uint64_t page = 0; page < 8; page++)
		TN_EXPECT_EQUAL(at[page * WORDS], page);
	close_rom(&session, at);
}

static void play_poor(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	volatile uint64_t *at = open_rom(&session, price(1));
	at[0] = 1;
	tn_actor_post(tn_env_name(env));
	at[WORDS] = 1;
	tn_exit(0);
}

/* Killed while it waits for what it has not paid. */
static void killed_while_waiting(struct tn_env *env)
{
	(void)env;
	tn_actor_start("poor.1");
	tn_actor_await("poor.1");
	TN_EXPECT(!tn_actor_has_ended("poor.1"));
	tn_actor_kill("poor.1");
	read_only_what_is_there(env);
}

/* What was donated comes back, to the last byte and capability, however it was used. */
static void quota_comes_back(struct tn_env *env)
{
	struct tn_accounts before = { 0 }, after = { 0 };
	struct tn_session session;
	for (uint32_t i = 0; i < 40; i++) {
		TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &before));
		volatile uint64_t *at = open_rom(&session, price(i));
		for (uint64_t page = 0; page < i; page++)
			at[(page * 37 % PAGES) * WORDS] = page;
		close_rom(&session, at);
		TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &after));
		TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
		TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
		if (i > 2)
			TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "read-only-what-is-there", read_only_what_is_there },
		{ "writes-are-seen", writes_are_seen },
		{ "views-are-apart", views_are_apart },
		{ "many-clients", many_clients },
		{ "not-paid", not_paid },
		{ "waits-for-quota", waits_for_quota },
		{ "killed-while-waiting", killed_while_waiting },
		{ "quota-comes-back", quota_comes_back },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "client", play_client },
						     { "poor", play_poor },
						     { NULL, NULL } };
	tn_test_main(env, "test-cow-rom", cases, roles);
}
