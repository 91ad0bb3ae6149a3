/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What readers see of packed files, and what the server does for it. */
#include "content.h"
#include <tenon/kdl.h>
#include <tenon/rom_client.h>
#include <tenon/test.h>
#include <tenon/text.h>
#include <tenon/time.h>

enum { PAGES = 4096, BLOCK_PAGES = 16, PAGE = CONTENT_PAGE, READ = TN_RIGHT_READ };

static const void *open_rom(const char *name, uint64_t *size)
{
	const struct tn_quota donation = { TN_ROM_RAM, TN_ROM_CAPS };
	static struct tn_session session;
	tn_dataspace_cap content = { 0 };
	void *at = NULL;
	TN_MUST(tn_session_open("ROM", name, donation, &tn_rom_interface, &session));
	TN_MUST(tn_rom_dataspace((tn_rom_cap){ session.cap }, size, &content));
	TN_MUST(tn_attach(content, 0, 0, READ, &at));
	return at;
}

/* A property of one ROM in the server's state. */
static uint64_t count(const char *rom, const char *name)
{
	char *text = NULL;
	size_t length;
	uint64_t value = UINT64_MAX;
	struct tn_kdl_node root, node;
	TN_EXPECT_ERROR(tn_rom_read("state", 65536, &text, &length), TN_OK);
	if (!text)
		return value;
	root = tn_kdl_root(text, length);
	for (bool more = tn_kdl_child(&root, "rom", &node); more;
	     more = tn_kdl_next(&node, "rom")) {
		struct tn_kdl_string wanted = tn_kdl_string(rom);
		struct tn_kdl_value argument = tn_kdl_arg(&node, 0);
		if (tn_kdl_string_compare(&argument.text, &wanted) == 0)
			TN_EXPECT(tn_kdl_as_u64(tn_kdl_prop(&node, name), 0, 0, UINT64_MAX,
						&value) == TN_KDL_OK);
	}
	tn_heap_free(text);
	return value;
}

/* All bytes, while there is memory for a sixteenth. */
static void walked_at_random(struct tn_env *env)
{
	uint64_t size = 0;
	const void *content = open_rom("content", &size);
	(void)env;
	TN_EXPECT_EQUAL(size, PAGES * PAGE);
	TN_EXPECT_EQUAL(count("content", "unpacked"), 0);
	TN_EXPECT_EQUAL(content_walk(content, PAGES, 1), 0);
	TN_EXPECT_EQUAL(count("content", "frames"), 16);
	uint64_t unpacked = count("content", "unpacked");
	TN_EXPECT(unpacked >= PAGES / BLOCK_PAGES);
	TN_EXPECT_EQUAL(count("content", "taken"), unpacked - 16);
	TN_EXPECT(count("content", "shown-again") > 0);
	TN_EXPECT_ERROR(tn_detach(content), TN_OK);
}

/* In order each block is unpacked once. */
static void walked_in_order(struct tn_env *env)
{
	uint64_t size = 0, before = count("content", "unpacked"), wrong = 0;
	const void *content = open_rom("content", &size);
	(void)env;
	for (uint64_t page = 0; page < PAGES; page++)
		wrong += !content_page_is_right(content, page);
	TN_EXPECT_EQUAL(wrong, 0);
	uint64_t more = count("content", "unpacked") - before;
	TN_EXPECT(more <= PAGES / BLOCK_PAGES && more >= PAGES / BLOCK_PAGES - 16);
	TN_EXPECT_ERROR(tn_detach(content), TN_OK);
}

/* What is used again and again stays, whatever else is read. */
static void used_often(struct tn_env *env)
{
	uint64_t size = 0, wrong = 0;
	const void *content = open_rom("content", &size);
	(void)env;
	wrong += !content_page_is_right(content, 0);
	uint64_t before = count("content", "unpacked");
	for (uint64_t block = 1; block < PAGES / BLOCK_PAGES; block++) {
		wrong += !content_page_is_right(content, block * BLOCK_PAGES);
		wrong += !content_page_is_right(content, block % BLOCK_PAGES);
	}
	TN_EXPECT_EQUAL(wrong, 0);
	TN_EXPECT(count("content", "unpacked") - before < PAGES / BLOCK_PAGES);
	TN_EXPECT_ERROR(tn_detach(content), TN_OK);
}

static void play_walker(struct tn_env *env)
{
	uint64_t size = 0;
	const void *content = open_rom("content", &size);
	const char *name = tn_env_name(env);
	tn_exit(content_walk(content, PAGES / 4, (uint64_t)name[7] * 77) ? 1 : 0);
}

static void walked_by_many(struct tn_env *env)
{
	static const char *const names[] = { "walker.1", "walker.2", "walker.3" };
	(void)env;
	for (unsigned i = 0; i < 3; i++)
		tn_actor_start(names[i]);
	for (unsigned i = 0; i < 3; i++) {
		struct tn_child_end ended = tn_actor_end(names[i]);
		TN_EXPECT_EQUAL(ended.cause, TN_CHILD_EXITED);
		TN_EXPECT_EQUAL(ended.value, 0);
	}
}

/* Readers may go at any moment: others do not notice. */
static void walkers_killed(struct tn_env *env)
{
	(void)env;
	tn_actor_start("walker.4");
	for (unsigned i = 0; i < 20; i++) {
		tn_actor_start("walker.5");
		tn_actor_kill("walker.5");
	}
	TN_EXPECT_EQUAL(tn_actor_end("walker.4").value, 0);
}

/* Reads the block before, then the damaged one. */
static void play_reader(struct tn_env *env)
{
	uint64_t size = 0;
	const void *content = open_rom("damaged", &size);
	(void)env;
	if (!content_page_is_right(content, 0))
		tn_exit(1);
	tn_actor_post("first block");
	tn_exit(content_page_is_right(content, BLOCK_PAGES) ? 2 : 3);
}

/* Its readers fault, and nobody else. */
static void damaged_file(struct tn_env *env)
{
	(void)env;
	tn_actor_start("reader");
	tn_actor_await("first block");
	struct tn_child_end ended = tn_actor_end("reader");
	TN_EXPECT_EQUAL(ended.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(ended.fault.kind, TN_FAULT_READ);
	uint64_t size = 0;
	const void *content = open_rom("content", &size);
	TN_EXPECT(content_page_is_right(content, 100));
	TN_EXPECT_ERROR(tn_detach(content), TN_OK);
	char *text;
	size_t length;
	TN_EXPECT_ERROR(tn_rom_read("damaged", 65536, &text, &length), TN_ERR_AGAIN);
}

/* It waits, for nobody will let it: its parent sees that. Others read on. */
static void play_writer(struct tn_env *env)
{
	const struct tn_quota donation = { TN_ROM_RAM, TN_ROM_CAPS };
	struct tn_session session;
	tn_dataspace_cap content = { 0 };
	uint64_t size;
	void *at = NULL;
	(void)env;
	TN_MUST(tn_session_open("ROM", "content", donation, &tn_rom_interface, &session));
	TN_MUST(tn_rom_dataspace((tn_rom_cap){ session.cap }, &size, &content));
	TN_MUST(tn_attach(content, 0, 0, READ | TN_RIGHT_WRITE, &at));
	tn_actor_post("writes");
	*(volatile uint64_t *)at = 0;
	tn_exit(0);
}

static void written_by_nobody(struct tn_env *env)
{
	uint64_t size = 0;
	(void)env;
	tn_actor_start("writer");
	tn_actor_await("writes");
	const void *content = open_rom("content", &size);
	TN_EXPECT_EQUAL(content_walk(content, PAGES / 4, 7), 0);
	TN_EXPECT(!tn_actor_has_ended("writer"));
	tn_actor_kill("writer");
	TN_EXPECT(content_page_is_right(content, 0));
	TN_EXPECT_ERROR(tn_detach(content), TN_OK);
}

/* Of the executable only what it has touched was unpacked: its head, its data, what it calls. */
static void executable(struct tn_env *env)
{
	struct tn_session session;
	(void)env;
	TN_EXPECT_ERROR(tn_session_open("Large", "", (struct tn_quota){ 0, 0 }, &tn_time_interface,
					&session),
			TN_ERR_DENIED);
	uint64_t blocks = count("large", "blocks"), unpacked = count("large", "unpacked");
	TN_EXPECT(blocks >= 32);
	TN_EXPECT(unpacked >= 4 && unpacked <= 8);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "walked-at-random", walked_at_random },
		{ "walked-in-order", walked_in_order },
		{ "used-often", used_often },
		{ "walked-by-many", walked_by_many },
		{ "walkers-killed", walkers_killed },
		{ "damaged-file", damaged_file },
		{ "written-by-nobody", written_by_nobody },
		{ "executable", executable },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = {
		{ "walker", play_walker },
		{ "reader", play_reader },
		{ "writer", play_writer },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-lz4-rom", cases, roles);
}
