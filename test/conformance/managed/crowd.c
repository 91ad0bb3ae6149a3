/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What many show is taken away in steps: others are served in between, and when it is said to be
 * done, nobody reaches it, whatever happens meanwhile. Here the test itself is the pager.
 */
#include "crowd.h"
#include <tenon/text.h>

enum { PLACES = 1500, MAPS = 200, PIECES = 2000, FAR = 300 };

static struct {
	tn_region_map_cap map;
	tn_dataspace_cap content, memory;
} own;

static void attach_memory(void)
{
	uint64_t at, size;
	TN_EXPECT_ERROR(tn_region_map_attach(own.map, own.memory, 0, 0, 0, READ | WRITE, &at,
					     &size),
			TN_OK);
}

static bool create(tn_rm_cap rm)
{
	void *at = NULL;
	if (!TN_EXPECT_ERROR(tn_rm_create(rm, PAGE, &own.map, &own.content), TN_OK) ||
	    !TN_EXPECT_ERROR(tn_dataspace_alloc(PAGE, &own.memory), TN_OK) ||
	    !TN_EXPECT_ERROR(tn_attach(own.memory, 0, 0, READ | WRITE, &at), TN_OK))
		return false;
	*(volatile uint32_t *)at = 4711;
	attach_memory();
	return true;
}

static void destroy(tn_rm_cap rm)
{
	tn_error error;
	do
		error = tn_rm_destroy(rm, own.map);
	while (error == TN_ERR_AGAIN);
	TN_EXPECT_ERROR(error, TN_OK);
	tn_cap_release(own.map.handle);
	tn_cap_release(own.content.handle);
	if (own.memory.handle)
		tn_dataspace_free(own.memory);
}

static tn_error detach_once(void)
{
	uint64_t at, size;
	return tn_region_map_detach(own.map, 0, &at, &size);
}

/* How often it was not done yet. */
static unsigned detach(void)
{
	unsigned steps = 0;
	tn_error error;
	while ((error = detach_once()) == TN_ERR_AGAIN)
		steps++;
	TN_EXPECT_ERROR(error, TN_OK);
	return steps;
}

/* -- those who see it -- */

static const volatile uint32_t *places[PLACES];

static void see(unsigned i, tn_dataspace_cap dataspace)
{
	void *at = NULL;
	TN_MUST(tn_attach(dataspace, 0, 0, READ, &at));
	places[i] = at;
	if (*places[i] != 4711)
		tn_exit(1);
}

/* When told to look, none of it is there. */
static void look(struct tn_env *env, unsigned count)
{
	uint32_t word;
	char event[] = "? is there";
	const char *name = tn_env_name(env);
	event[0] = name[tn_text_length(name) - 1];
	tn_actor_post(event);
	char taken[] = "? was taken";
	taken[0] = event[0];
	tn_actor_await(taken);
	for (unsigned i = 0; i < count; i++)
		if (tn_guarded_copy(&word, (const void *)(uintptr_t)places[i], 4) != TN_ERR_FAULT)
			tn_exit(2);
	tn_exit(0);
}

void play_crowd(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get(tn_env_name(env)) };
	for (unsigned i = 0; i < PLACES; i++)
		see(i, dataspace);
	look(env, PLACES);
}

void play_far(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { tn_actor_get(tn_env_name(env)) };
	for (unsigned i = 0; i < FAR; i++)
		see(i, dataspace);
	look(env, FAR);
}

/* By way of maps of its own, each of which shows it twice. */
void play_nested(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	tn_dataspace_cap inner = { tn_actor_get(tn_env_name(env)) };
	struct tn_session session;
	uint64_t at, size;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	for (unsigned i = 0; i < MAPS; i++) {
		tn_region_map_cap map;
		tn_dataspace_cap outer;
		TN_MUST(tn_rm_create((tn_rm_cap){ session.cap }, 2 * PAGE, &map, &outer));
		for (unsigned k = 0; k < 2; k++)
			TN_MUST(tn_region_map_attach(map, inner, k * PAGE, 0, 0, READ, &at, &size));
		see(i, outer);
	}
	look(env, MAPS);
}

static void begin(const char *actor, char letter)
{
	char event[] = "? is there";
	event[0] = letter;
	tn_actor_put(actor, own.content.handle);
	tn_actor_start_with(actor, "", "", 20u << 20, 1500);
	tn_actor_await(event);
}

static void expect_nothing_there(const char *actor, char letter)
{
	char event[] = "? was taken";
	event[0] = letter;
	tn_actor_post(event);
	struct tn_child_end ended = tn_actor_end(actor);
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(ended.value, 0);
}

/* -- cases -- */

void taken_in_steps(tn_rm_cap rm)
{
	TN_REQUIRE(create(rm));
	begin("crowd.a", 'a');
	TN_EXPECT(detach() > 3);
	expect_nothing_there("crowd.a", 'a');
	attach_memory();
	begin("nested.b", 'b');
	begin("crowd.c", 'c');
	TN_EXPECT(detach() > 3);
	expect_nothing_there("nested.b", 'b');
	expect_nothing_there("crowd.c", 'c');
	destroy(rm);
}

/* The place is taken until it is done; the memory may be freed, and that ends it, too. */
void taken_and_freed(tn_rm_cap rm)
{
	uint64_t at, size;
	TN_REQUIRE(create(rm));
	begin("crowd.d", 'd');
	TN_EXPECT_ERROR(detach_once(), TN_ERR_AGAIN);
	TN_EXPECT_ERROR(tn_region_map_attach(own.map, own.memory, 0, 0, 0, READ, &at, &size),
			TN_ERR_CONFLICT);
	tn_dataspace_free(own.memory);
	own.memory.handle = 0;
	TN_EXPECT_ERROR(detach_once(), TN_ERR_NOT_FOUND);
	expect_nothing_there("crowd.d", 'd');
	destroy(rm);
}

/* Those who see it end, or the map itself does. */
void taken_while_they_end(tn_rm_cap rm)
{
	TN_REQUIRE(create(rm));
	begin("crowd.e", 'e');
	begin("nested.f", 'f');
	TN_EXPECT_ERROR(detach_once(), TN_ERR_AGAIN);
	tn_actor_kill("crowd.e");
	(void)detach();
	expect_nothing_there("nested.f", 'f');
	attach_memory();
	begin("nested.g", 'g');
	begin("crowd.h", 'h');
	TN_EXPECT_ERROR(detach_once(), TN_ERR_AGAIN);
	destroy(rm);
	expect_nothing_there("crowd.h", 'h');
	expect_nothing_there("nested.g", 'g');
}

/* Memory that is shown in thousands of pieces, each of them in as many places, is freed. */
void many_pieces_freed(tn_rm_cap rm)
{
	uint64_t at, size;
	void *address = NULL;
	TN_REQUIRE_OK(tn_rm_create(rm, PIECES * PAGE, &own.map, &own.content));
	TN_REQUIRE_OK(tn_dataspace_alloc(PAGE, &own.memory));
	TN_REQUIRE_OK(tn_attach(own.memory, 0, 0, READ | WRITE, &address));
	*(volatile uint32_t *)address = 4711;
	for (uint64_t i = 0; i < PIECES; i++)
		TN_REQUIRE_OK(tn_region_map_attach(own.map, own.memory, i * PAGE, 0, 0, READ, &at,
						   &size));
	tn_actor_put("far.k", own.content.handle);
	tn_actor_start_with("far.k", "", "", 40u << 20, 1500);
	tn_actor_await("k is there");
	tn_dataspace_free(own.memory);
	own.memory.handle = 0;
	expect_nothing_there("far.k", 'k');
	destroy(rm);
}

/* Begins to take something away, and ends before it is done: nobody else has to wait for that. */
void play_quitter(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	(void)env;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	if (!create((tn_rm_cap){ session.cap }))
		tn_exit(1);
	tn_actor_put("crowd.i", own.content.handle);
	tn_actor_await("quit");
	tn_exit(detach_once() == TN_ERR_AGAIN ? 0 : 2);
}

void taken_by_who_ends(tn_rm_cap rm)
{
	tn_actor_start("quitter");
	tn_actor_start_with("crowd.i", "", "", 20u << 20, 1500);
	tn_actor_await("i is there");
	TN_REQUIRE(create(rm));
	begin("crowd.j", 'j');
	tn_actor_post("quit");
	TN_EXPECT_EQUAL(tn_actor_end("quitter").value, 0);
	TN_EXPECT(detach() > 3);
	expect_nothing_there("crowd.j", 'j');
	expect_nothing_there("crowd.i", 'i');
	destroy(rm);
}
