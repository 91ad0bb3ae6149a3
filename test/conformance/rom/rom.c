/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROMs that change: versions come in order and whole, a reader cannot spoil them, a server cannot
 * hurt its reader. */

#include "liar.h"

#include <tenon/rom_client.h>
#include <tenon/test.h>
#include <tenon/time.h>

enum { MAX = 1 << 20, FLIPS = 60 };

static bool content_is(const struct tn_rom_client *rom, const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return rom->content && rom->size == length && memcmp(rom->content, text, length + 1) == 0;
}

static tn_error open(struct tn_rom_client *rom, const char *label, size_t max, struct tn_env *env)
{
	return tn_rom_client_open(rom, label, max, tn_env_entrypoint(env), NULL, NULL);
}

/* Until there is a newer version. */
static tn_error next(struct tn_rom_client *rom)
{
	tn_signal_wait(&rom->changed);
	return tn_rom_client_update(rom);
}

/* -- sealed dataspaces -- */

static tn_error attach(tn_dataspace_cap dataspace, uint32_t rights, void **at)
{
	*at = NULL;
	return tn_attach(dataspace, 0, 0, rights, at);
}

static void seal(struct tn_env *env)
{
	tn_dataspace_cap dataspace = { 0 };
	void *at, *read_at;
	(void)env;
	TN_REQUIRE_OK(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	TN_REQUIRE_OK(attach(dataspace, TN_RIGHT_READ | TN_RIGHT_WRITE, &at));
	*(volatile char *)at = 'x';
	TN_EXPECT_ERROR(tn_dataspace_seal(dataspace), TN_ERR_BUSY);
	TN_EXPECT_ERROR(tn_detach(at), TN_OK);
	TN_EXPECT_ERROR(tn_dataspace_seal(dataspace), TN_OK);
	TN_EXPECT_ERROR(attach(dataspace, TN_RIGHT_READ | TN_RIGHT_WRITE, &at), TN_ERR_DENIED);
	TN_EXPECT_ERROR(attach(dataspace, TN_RIGHT_READ | TN_RIGHT_EXECUTE, &at), TN_ERR_DENIED);
	TN_REQUIRE_OK(attach(dataspace, TN_RIGHT_READ, &read_at));
	TN_EXPECT(*(volatile char *)read_at == 'x');
	TN_EXPECT_ERROR(tn_dataspace_seal(dataspace), TN_OK);
	tn_dataspace_free(dataspace);
	TN_EXPECT_ERROR(tn_dataspace_seal(dataspace), TN_ERR_CAPABILITY);
}

static void seal_foreign(struct tn_env *env)
{
	struct tn_rom_client rom;
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size;
	TN_REQUIRE_OK(open(&rom, "test-rom", MAX, env));
	tn_rom_cap cap = { rom.session.cap };
	TN_REQUIRE_OK(tn_rom_dataspace(cap, &size, &dataspace));
	TN_EXPECT_ERROR(tn_dataspace_seal(dataspace), TN_ERR_DENIED);
	tn_cap_release(dataspace.handle);
	tn_rom_client_close(&rom);
}

/* -- the client -- */

static void boot_module(struct tn_env *env)
{
	struct tn_rom_client rom;
	char *copy;
	size_t size;
	TN_REQUIRE_OK(open(&rom, "test-rom", MAX, env));
	TN_EXPECT(!rom.content);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(rom.size > TN_PAGE_SIZE && memcmp(rom.content, "\177ELF", 4) == 0);
	TN_REQUIRE_OK(tn_rom_read("test-rom", MAX, &copy, &size));
	TN_EXPECT(size == rom.size && memcmp(copy, rom.content, size) == 0);
	tn_heap_free(copy);
	tn_rom_client_close(&rom);
	TN_EXPECT_ERROR(tn_rom_read("no such module", MAX, &copy, &size), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_rom_read("test-rom", 100, &copy, &size), TN_ERR_TOO_LONG);
}

static void steps(struct tn_env *env)
{
	struct tn_rom_client rom;
	TN_REQUIRE_OK(open(&rom, "steps", MAX, env));
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(content_is(&rom, "first"));
	TN_REQUIRE_OK(next(&rom));
	TN_EXPECT(content_is(&rom, "second \"node\" key=2\nthird\n"));
	TN_REQUIRE_OK(next(&rom));
	TN_EXPECT(rom.size > TN_PAGE_SIZE && memcmp(rom.content, "\177ELF", 4) == 0);
	TN_REQUIRE_OK(next(&rom));
	TN_EXPECT(content_is(&rom, ""));
	tn_rom_client_close(&rom);
}

/* Whatever version it is, it is one, from its first to its last byte. */
static void flips(struct tn_env *env)
{
	struct tn_rom_client rom;
	unsigned short_ones = 0, long_ones = 0;
	TN_REQUIRE_OK(open(&rom, "flip", MAX, env));
	for (int i = 0; i < FLIPS; i++) {
		TN_REQUIRE_OK(i ? next(&rom) : tn_rom_client_update(&rom));
		long_ones += content_is(&rom, "aaaaaaaaaaaaaaaa");
		short_ones += content_is(&rom, "bbbbbbbb");
	}
	TN_EXPECT_EQUAL(long_ones + short_ones, FLIPS);
	TN_EXPECT(long_ones && short_ones);
	tn_rom_client_close(&rom);
}

static void late(struct tn_env *env)
{
	struct tn_rom_client rom;
	TN_REQUIRE_OK(open(&rom, "late", MAX, env));
	tn_error error = tn_rom_client_update(&rom);
	if (error == TN_ERR_AGAIN) /* the usual case; a slow machine may come too late */
		error = next(&rom);
	TN_REQUIRE_OK(error);
	TN_EXPECT(content_is(&rom, "at last"));
	tn_rom_client_close(&rom);
	TN_REQUIRE_OK(open(&rom, "empty", MAX, env));
	TN_EXPECT_ERROR(tn_rom_client_update(&rom), TN_ERR_AGAIN);
	TN_EXPECT(!rom.content);
	tn_rom_client_close(&rom);
}

/* -- what a reader cannot do -- */

static void spoil(struct tn_env *env)
{
	struct tn_rom_client rom;
	tn_dataspace_cap dataspace = { 0 };
	uint64_t size;
	void *at;
	TN_REQUIRE_OK(open(&rom, "steps", MAX, env));
	tn_rom_cap cap = { rom.session.cap };
	TN_REQUIRE_OK(tn_rom_dataspace(cap, &size, &dataspace));
	TN_EXPECT_ERROR(attach(dataspace, TN_RIGHT_READ | TN_RIGHT_WRITE, &at), TN_ERR_DENIED);
	TN_EXPECT_ERROR(attach(dataspace, TN_RIGHT_READ | TN_RIGHT_EXECUTE, &at), TN_ERR_DENIED);
	tn_cap_release(dataspace.handle);
	tn_rom_client_close(&rom);
}

static void poor(struct tn_env *env)
{
	struct tn_session session;
	struct tn_quota ram = { TN_ROM_RAM - 1, TN_ROM_CAPS }, caps = { TN_ROM_RAM, 0 };
	struct tn_rom_client rom;
	TN_EXPECT_ERROR(tn_session_open("ROM", "steps", ram, &tn_rom_interface, &session),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_open("ROM", "steps", caps, &tn_rom_interface, &session),
			TN_ERR_OUT_OF_CAPS);
	TN_EXPECT_ERROR(open(&rom, "unknown", MAX, env), TN_ERR_NOT_FOUND);
}

static void quota_returns(struct tn_env *env)
{
	struct tn_accounts before, after;
	struct tn_rom_client rom;
	for (int i = 0; i < 3; i++) {
		TN_REQUIRE_OK(open(&rom, "steps", MAX, env));
		TN_REQUIRE_OK(tn_rom_client_update(&rom));
		tn_rom_client_close(&rom);
		after = tn_actor_accounts("main");
		if (i == 0) /* the heap has grown as far as it needs to */
			before = after;
		TN_EXPECT_EQUAL(before.ram_used, after.ram_used);
		TN_EXPECT_EQUAL(before.ram_limit, after.ram_limit);
		TN_EXPECT_EQUAL(before.caps_used, after.caps_used);
	}
}

/* -- what a server cannot do -- */

/* After one honest answer: the content stays, whatever comes then. */
static void lie(struct tn_env *env, const char *lie, tn_error expected)
{
	struct tn_rom_client rom;
	tn_actor_start_with("liar", "", "ROM", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	TN_REQUIRE_OK(open(&rom, lie, 8192, env));
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT_ERROR(tn_rom_client_update(&rom), expected);
	TN_EXPECT(rom.size == 4096 && rom.content[0] == 'x' && rom.content[4095] == 'x');
	tn_rom_client_close(&rom);
	tn_actor_kill("liar");
}

static void lie_longer(struct tn_env *env)
{
	lie(env, "longer", TN_ERR_PROTOCOL);
}

static void lie_endless(struct tn_env *env)
{
	lie(env, "endless", TN_ERR_TOO_LONG);
}

/* Something that is no dataspace. */
static void lie_other(struct tn_env *env)
{
	lie(env, "other", TN_ERR_FAULT);
}

static void lie_dies(struct tn_env *env)
{
	lie(env, "dies", TN_ERR_GONE);
}

/* The dataspace goes while it is copied, or before: a version that is taken is whole. */
static void lie_taken(struct tn_env *env)
{
	struct tn_rom_client rom;
	tn_actor_start_with("liar", "", "ROM", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	TN_REQUIRE_OK(open(&rom, "taken", 8192, env));
	for (int i = 0; i < FLIPS; i++) {
		tn_error error = tn_rom_client_update(&rom);
		TN_EXPECT(error == TN_OK || error == TN_ERR_FAULT);
		TN_REQUIRE(rom.size == 4096 && rom.content[0] == 'x' && rom.content[4095] == 'x');
	}
	tn_rom_client_close(&rom);
	tn_actor_kill("liar");
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "rom.seal", seal },
		{ "rom.seal_foreign", seal_foreign },
		{ "rom.boot_module", boot_module },
		{ "rom.steps", steps },
		{ "rom.flips", flips },
		{ "rom.late", late },
		{ "rom.spoil", spoil },
		{ "rom.poor", poor },
		{ "rom.quota_returns", quota_returns },
		{ "rom.lie_longer", lie_longer },
		{ "rom.lie_endless", lie_endless },
		{ "rom.lie_other", lie_other },
		{ "rom.lie_dies", lie_dies },
		{ "rom.lie_taken", lie_taken },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "liar", play_liar }, { NULL, NULL } };
	tn_test_main(env, "test-rom", cases, roles);
}
