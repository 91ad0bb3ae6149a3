/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the rules make of inputs that come, change, and become nonsense. */

#include <tenon/report.h>
#include <tenon/rom_client.h>
#include <tenon/test.h>
#include <tenon/text.h>

enum { MAX = 64 << 10 };

static struct tn_rom_client made, copies, tight, constant;
static struct tn_reporter drivers, mode;

static bool is(const struct tn_rom_client *rom, const char *text)
{
	size_t length = tn_text_length(text);
	bool same = rom->content && rom->size == length && memcmp(rom->content, text, length) == 0;
	if (!same)
		tn_log("not as expected: %s", rom->content ? rom->content : "nothing");
	return same;
}

static void report(struct tn_reporter *reporter, const char *text)
{
	TN_EXPECT_ERROR(tn_reporter_write(reporter, text, tn_text_length(text)), TN_OK);
}

/* Until there is a newer version. */
static tn_error next(struct tn_rom_client *rom)
{
	tn_signal_wait(&rom->changed);
	return tn_rom_client_update(rom);
}

static bool open(struct tn_rom_client *rom, const char *name, struct tn_env *env)
{
	tn_error error = tn_rom_client_open(rom, name, MAX, tn_env_entrypoint(env), NULL, NULL);
	return TN_EXPECT_ERROR(error, TN_OK) && TN_EXPECT_ERROR(tn_rom_client_update(rom), TN_OK);
}

/* Without any input: fallbacks, and nothing where there is none. */
static void defaults(struct tn_env *env)
{
	struct tn_rom_client unknown;
	TN_REQUIRE(open(&made, "made", env) && open(&copies, "copies", env) &&
		   open(&tight, "tight", env) && open(&constant, "constant", env));
	TN_EXPECT(is(&made, "config 7 fixed=yes never=#true {\n    wait\n}\n"));
	TN_EXPECT(is(&copies, "\n"));
	TN_EXPECT(is(&tight, "\n"));
	TN_EXPECT(is(&constant, "always\n"));
	TN_EXPECT_ERROR(tn_rom_client_open(&unknown, "drivers", MAX, tn_env_entrypoint(env), NULL,
					   NULL),
			TN_ERR_NOT_FOUND);
	TN_REQUIRE_OK(tn_reporter_open(&drivers, "drivers", 8000));
	TN_REQUIRE_OK(tn_reporter_open(&mode, "mode", 4000));
}

/* The first match that has what is asked for; patterns go back where one way leads nowhere. */
static void values(struct tn_env *env)
{
	(void)env;
	report(&drivers, "driver \"disk\" one { state up=#false { since 1; }; }\n"
			 "driver \"nic\" mac=\"00:ff\" { state { ready #true; }; }\n"
			 "driver \"usb\" two { state up=#false; state up=#true { since 99; }; }\n");
	TN_REQUIRE_OK(next(&made));
	TN_EXPECT(is(&made, "config one 7 fixed=yes mac=\"00:ff\" {\n    start dhcp level=3\n"
			    "    since 99\n}\n"));
	report(&mode, "level 16");
	TN_REQUIRE_OK(next(&made));
	TN_EXPECT(is(&made, "config one 7 fixed=yes mac=\"00:ff\" {\n    loud\n    start dhcp "
			    "level=16\n    since 99\n}\n"));
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "level 16\n"));
}

static void copied(struct tn_env *env)
{
	(void)env;
	report(&drivers,
	       "driver a { queue 1 depth=0x10 { (u8)slot \"x y\"; slot #null; }; other; }\n"
	       "driver b { queue; }\ndriver c\n");
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "queue 1 depth=16 {\n    (u8)slot \"x y\"\n    slot #null\n}\nqueue\n"
			      "level 16\n"));
	TN_REQUIRE_OK(tn_rom_client_update(&made));
	TN_EXPECT(is(&made, "config 7 fixed=yes never=#true {\n    loud\n    wait\n}\n"));
}

/* A result that is too long leaves what was there; the others are made. */
static void too_long(struct tn_env *env)
{
	(void)env;
	report(&drivers, "driver small\n");
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "level 16\n"));
	TN_REQUIRE_OK(tn_rom_client_update(&tight));
	TN_EXPECT(is(&tight, "driver small\n"));
	report(&drivers, "driver \"much longer than forty bytes are\" { queue; }\n");
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "queue\nlevel 16\n"));
	TN_REQUIRE_OK(tn_rom_client_update(&tight));
	TN_EXPECT(is(&tight, "driver small\n"));
}

/* Not KDL, or longer than the input's limit: as if it were empty, and not for good. */
static void nonsense(struct tn_env *env)
{
	static char text[5000];
	(void)env;
	report(&drivers, "driver {{{");
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "level 16\n"));
	report(&drivers, "driver { queue 2; }");
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "queue 2\nlevel 16\n"));
	memset(text, '\n', sizeof(text));
	TN_EXPECT_ERROR(tn_reporter_write(&drivers, text, sizeof(text)), TN_OK);
	TN_REQUIRE_OK(next(&copies));
	TN_EXPECT(is(&copies, "level 16\n"));
}

/* What makes no difference is no new version. */
static void unchanged(struct tn_env *env)
{
	(void)env;
	TN_EXPECT(!constant.changed.pending);
	report(&mode, "level 1_6 // the same\nnobody \"looks at this\"");
	report(&mode, "level 17");
	do
		TN_REQUIRE_OK(next(&copies));
	while (is(&copies, "level 16\n"));
	TN_EXPECT(is(&copies, "level 17\n"));
	TN_EXPECT(!constant.changed.pending);
	tn_reporter_close(&drivers);
	tn_reporter_close(&mode);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "rom-filter.defaults", defaults },
		{ "rom-filter.values", values },
		{ "rom-filter.copied", copied },
		{ "rom-filter.too_long", too_long },
		{ "rom-filter.nonsense", nonsense },
		{ "rom-filter.unchanged", unchanged },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-rom-filter", cases, roles);
}
