/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What is kept, in order; what is lost, to whom; and that readers are told. */

#include <tenon/log.h>
#include <tenon/rom_client.h>
#include <tenon/test.h>
#include <tenon/text.h>

enum { MAX = 64 << 10, FLOOD = 500 };

static struct tn_rom_client rom;
static struct tn_session sessions[4];

static tn_error open_log(unsigned i, const char *label)
{
	const struct tn_quota none = { 0, 0 };
	return tn_session_open("LOG", label, none, &tn_log_interface, &sessions[i]);
}

static void write_text(unsigned i, const char *text)
{
	tn_log_cap log = { sessions[i].cap };
	TN_EXPECT_ERROR(tn_log_write(log, text, tn_text_length(text)), TN_OK);
}

static const char *find(const char *text)
{
	size_t length = tn_text_length(text);
	for (size_t i = 0; rom.content && i + length <= rom.size; i++)
		if (memcmp(rom.content + i, text, length) == 0)
			return rom.content + i;
	return NULL;
}

static tn_error next(void)
{
	tn_signal_wait(&rom.changed);
	return tn_rom_client_update(&rom);
}

/* All in lines, and nothing in them that moves on a terminal. */
static bool well_formed(void)
{
	bool begins = true;
	for (size_t i = 0; i < rom.size; i++) {
		char c = rom.content[i];
		if (c != '\n' && ((unsigned char)c < ' ' || c == 127))
			return false;
		begins = c == '\n';
	}
	return begins;
}

static void kept(struct tn_env *env)
{
	TN_REQUIRE_OK(tn_rom_client_open(&rom, "log", MAX, tn_env_entrypoint(env), NULL, NULL));
	TN_REQUIRE_OK(open_log(0, "a"));
	TN_REQUIRE_OK(open_log(1, "b"));
	write_text(0, "first\n");
	write_text(1, "second");
	write_text(0, "third\nwith a line in it\n\033[2J\ntest -> other -> faked: line");
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	const char *first = find(" [test -> main -> a] first\n");
	const char *second = find(" [test -> main -> b] second\n");
	const char *third = find("[test -> main -> a] third with a line in it  [2J test -> other");
	TN_EXPECT(first && second && third && first < second && second < third);
	TN_EXPECT(well_formed());
	TN_EXPECT(!find("dropped"));
}

/* Told once; then when there is something new again. */
static void told(struct tn_env *env)
{
	(void)env;
	while (rom.changed.pending) /* of the case before */
		tn_signal_wait(&rom.changed);
	write_text(0, "news");
	tn_signal_wait(&rom.changed);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(find("[test -> main -> a] news\n"));
}

static void append(struct tn_env *env)
{
	tn_log_cap log = { sessions[0].cap };
	uint32_t taken = 0;
	(void)env;
	while (taken == 0)
		TN_REQUIRE_OK(tn_log_append(log, "forwarded", 9, &taken));
	TN_EXPECT_EQUAL(taken, 9);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(find("[test -> main -> a] forwarded\n"));
}

static unsigned count(const char *text)
{
	unsigned n = 0;
	size_t length = tn_text_length(text);
	for (size_t i = 0; i + length <= rom.size; i++)
		n += memcmp(rom.content + i, text, length) == 0;
	return n;
}

/* A flood pushes out lines of its own client; those of the other one stay. */
static void flood(struct tn_env *env)
{
	char line[60];
	(void)env;
	while (!find("from the other")) /* whenever that one comes */
		TN_REQUIRE_OK(next());
	for (int i = 0; i < FLOOD; i++) {
		tn_format(line, sizeof(line), "line %d of a flood", i);
		write_text((unsigned)i % 2, line);
	}
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(find("from the other"));
	TN_EXPECT(find("line 499 of a flood") && !find("line 0 of a flood"));
	/* What is there and what is not is all that ever was: 5 lines before. */
	const char *dropped = find("test: ");
	TN_REQUIRE(dropped == rom.content);
	struct tn_text_slice number = { dropped + 6, 0 };
	while (number.at[number.length] != ' ')
		number.length++;
	uint64_t lost = 0;
	TN_EXPECT_ERROR(tn_text_parse_u64(number, 0, UINT64_MAX, &lost), TN_OK);
	TN_EXPECT_EQUAL(lost + count("[test -> main"), FLOOD + 5);
	TN_EXPECT(rom.size < 2 * 2048 + 400 && count("[test -> main") > 20);
	TN_EXPECT(well_formed());
}

/* The longest line fits, and is alone. */
static void longest(struct tn_env *env)
{
	static char text[TN_LOG_MAX];
	tn_log_cap log = { sessions[0].cap };
	(void)env;
	memset(text, 'x', sizeof(text));
	TN_EXPECT_ERROR(tn_log_write(log, text, sizeof(text)), TN_OK);
	TN_EXPECT_ERROR(tn_log_write(log, text, sizeof(text)), TN_OK);
	TN_EXPECT_ERROR(tn_log_write(log, "", 0), TN_OK);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(find("xxxxx\n") && find("[test -> main -> a] \n"));
	TN_EXPECT_EQUAL(count("from the other"), 1);
}

/* Three sessions a client, whatever it calls them; the one after is refused, until one is closed.
 */
static void sessions_of_one(struct tn_env *env)
{
	(void)env;
	TN_REQUIRE_OK(open_log(2, "a"));
	TN_EXPECT_ERROR(open_log(3, "b"), TN_ERR_LIMIT);
	tn_session_close(&sessions[2]);
	TN_REQUIRE_OK(open_log(2, "b"));
	for (int i = 0; i < 3; i++)
		tn_session_close(&sessions[i]);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(find("xxxxx\n")); /* what was said stays */
	tn_rom_client_close(&rom);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "log-buffer.kept", kept },
		{ "log-buffer.told", told },
		{ "log-buffer.append", append },
		{ "log-buffer.flood", flood },
		{ "log-buffer.longest", longest },
		{ "log-buffer.sessions", sessions_of_one },
		{ NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { NULL, NULL } };
	tn_test_main(env, "test-log-buffer", cases, roles);
}
