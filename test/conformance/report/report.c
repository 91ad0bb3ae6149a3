/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Reports become ROMs: by policy, within limits, told of by signal, and kept. */

#include <tenon/report.h>
#include <tenon/rom_client.h>
#include <tenon/test.h>

enum { MAX = 4 << 20, BIG = 2500000, ROUNDS = 40 };

static bool content_is(const struct tn_rom_client *rom, const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return rom->content && rom->size == length && memcmp(rom->content, text, length) == 0;
}

static tn_error open_rom(struct tn_rom_client *rom, const char *label, struct tn_env *env)
{
	return tn_rom_client_open(rom, label, MAX, tn_env_entrypoint(env), NULL, NULL);
}

/* Until there is a newer version. */
static tn_error next(struct tn_rom_client *rom)
{
	tn_signal_wait(&rom->changed);
	return tn_rom_client_update(rom);
}

static void refused(struct tn_env *env)
{
	struct tn_reporter reporter;
	struct tn_session session;
	struct tn_quota ram = { TN_REPORT_RAM(1) - 1, TN_REPORT_CAPS };
	struct tn_quota caps = { TN_REPORT_RAM(1), TN_REPORT_CAPS - 1 };
	(void)env;
	TN_EXPECT_ERROR(tn_reporter_open(&reporter, "nobody asks", 100), TN_ERR_DENIED);
	TN_EXPECT_ERROR(tn_reporter_open(&reporter, "state", 0), TN_ERR_ARGUMENT);
	TN_EXPECT_ERROR(tn_session_open("Report", "state", ram, &tn_report_interface, &session),
			TN_ERR_OUT_OF_RAM);
	TN_EXPECT_ERROR(tn_session_open("Report", "state", caps, &tn_report_interface, &session),
			TN_ERR_OUT_OF_CAPS);
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "x", 1), TN_ERR_TOO_LONG);
}

static void before_the_first(struct tn_env *env)
{
	struct tn_rom_client rom;
	TN_REQUIRE_OK(open_rom(&rom, "state", env));
	TN_EXPECT_ERROR(tn_rom_client_update(&rom), TN_ERR_AGAIN);
	tn_rom_client_close(&rom);
	TN_EXPECT_ERROR(open_rom(&rom, "private", env), TN_ERR_NOT_FOUND);
}

static void versions(struct tn_env *env)
{
	struct tn_rom_client rom;
	struct tn_reporter reporter;
	char text[40];
	TN_REQUIRE_OK(open_rom(&rom, "state", env));
	TN_REQUIRE_OK(tn_reporter_open(&reporter, "state", 4000));
	for (int i = 0; i < ROUNDS; i++) {
		size_t length = tn_format(text, sizeof(text), "version %d %.*s", i, i % 5, "*****");
		TN_REQUIRE_OK(tn_reporter_write(&reporter, text, length > 16 ? 16 : length));
		text[16] = 0;
		TN_REQUIRE_OK(next(&rom));
		TN_REQUIRE(content_is(&rom, text));
	}
	tn_reporter_close(&reporter);
	tn_rom_client_close(&rom);
}

static void kdl(struct tn_env *env)
{
	struct tn_rom_client rom;
	struct tn_reporter reporter;
	struct tn_kdl_writer writer;
	TN_REQUIRE_OK(open_rom(&rom, "state", env));
	TN_REQUIRE_OK(tn_reporter_open(&reporter, "state", 64));
	tn_reporter_begin(&reporter, &writer);
	tn_kdl_write_node(&writer, "child");
	tn_kdl_write_string(&writer, NULL, "a");
	tn_kdl_write_u64(&writer, "ram", 5);
	TN_REQUIRE_OK(tn_reporter_end(&reporter, &writer));
	TN_REQUIRE_OK(next(&rom));
	TN_EXPECT(content_is(&rom, "child a ram=5\n"));
	tn_reporter_begin(&reporter, &writer);
	for (int i = 0; i < 20; i++)
		tn_kdl_write_node(&writer, "child");
	TN_EXPECT_ERROR(tn_reporter_end(&reporter, &writer), TN_ERR_TOO_LONG);
	tn_reporter_begin(&reporter, &writer);
	tn_kdl_write_u64(&writer, NULL, 5);
	TN_EXPECT_ERROR(tn_reporter_end(&reporter, &writer), TN_ERR_FORMAT);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(content_is(&rom, "child a ram=5\n"));
	tn_reporter_close(&reporter);
	tn_rom_client_close(&rom);
}

/* "copy" takes 16 bytes: what is longer changes nothing there. */
static void limits(struct tn_env *env)
{
	struct tn_rom_client state, copy;
	struct tn_reporter reporter;
	TN_REQUIRE_OK(open_rom(&state, "state", env));
	TN_REQUIRE_OK(open_rom(&copy, "copy", env));
	TN_REQUIRE_OK(tn_reporter_open(&reporter, "state", 8193));
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "0123456789abcdef", 16), TN_OK);
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "0123456789abcdefg", 17), TN_ERR_TOO_LONG);
	TN_REQUIRE_OK(tn_rom_client_update(&copy));
	TN_EXPECT(content_is(&copy, "0123456789abcdef"));
	TN_REQUIRE_OK(tn_rom_client_update(&state));
	TN_EXPECT(content_is(&state, "0123456789abcdefg"));
	TN_EXPECT_ERROR(tn_reporter_submit(&reporter, 8193), TN_ERR_TOO_LONG);
	TN_EXPECT_ERROR(tn_reporter_submit(&reporter, 8194), TN_ERR_TOO_LONG);
	TN_REQUIRE_OK(tn_rom_client_update(&state));
	TN_EXPECT(content_is(&state, "0123456789abcdefg"));
	/* The interface itself. */
	tn_report_cap raw = { reporter.session.cap };
	TN_EXPECT_ERROR(tn_report_submit(raw, UINT64_MAX), TN_ERR_TOO_LONG);
	TN_EXPECT_ERROR(tn_report_submit(raw, 3 * TN_PAGE_SIZE + 1), TN_ERR_TOO_LONG);
	TN_EXPECT_ERROR(tn_report_submit(raw, 0), TN_OK);
	TN_REQUIRE_OK(tn_rom_client_update(&copy));
	TN_EXPECT(content_is(&copy, ""));
	tn_reporter_close(&reporter);
	tn_rom_client_close(&copy);
	tn_rom_client_close(&state);
}

/* A report of megabytes is more than report-rom has: the reporter is told, nobody else suffers. */
static void too_dear(struct tn_env *env)
{
	struct tn_rom_client rom;
	struct tn_reporter reporter;
	TN_REQUIRE_OK(open_rom(&rom, "big", env));
	TN_REQUIRE_OK(tn_reporter_open(&reporter, "big", BIG));
	memset(reporter.buffer, 'b', BIG);
	TN_EXPECT_ERROR(tn_reporter_submit(&reporter, 100000), TN_OK);
	TN_EXPECT_ERROR(tn_reporter_submit(&reporter, BIG), TN_ERR_OUT_OF_RAM);
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT_EQUAL(rom.size, 100000);
	tn_reporter_close(&reporter);
	tn_rom_client_close(&rom);
}

/* -- who reports and ends -- */

static void play_mortal(struct tn_env *env)
{
	static struct tn_reporter reporter;
	(void)env;
	TN_MUST(tn_reporter_open(&reporter, "last words", 100));
	TN_MUST(tn_reporter_write(&reporter, "remember me", 11));
	tn_actor_post("said");
}

static void kept(struct tn_env *env)
{
	struct tn_rom_client rom;
	tn_actor_start("mortal");
	tn_actor_await("said");
	tn_actor_kill("mortal");
	TN_REQUIRE_OK(open_rom(&rom, "last words", env));
	TN_REQUIRE_OK(tn_rom_client_update(&rom));
	TN_EXPECT(content_is(&rom, "remember me"));
	tn_rom_client_close(&rom);
}

static void quota_returns(struct tn_env *env)
{
	struct tn_accounts before = { 0 }, after;
	struct tn_reporter reporter;
	(void)env;
	for (int i = 0; i < 4; i++) {
		TN_REQUIRE_OK(tn_reporter_open(&reporter, "big", 500000));
		TN_EXPECT_ERROR(tn_reporter_write(&reporter, "x", 1), TN_OK);
		tn_reporter_close(&reporter);
		after = tn_actor_accounts("main");
		if (i == 0) /* the heap has grown as far as it needs to */
			before = after;
		TN_EXPECT_EQUAL(before.ram_used, after.ram_used);
		TN_EXPECT_EQUAL(before.ram_limit, after.ram_limit);
		TN_EXPECT_EQUAL(before.caps_used, after.caps_used);
	}
}

/* -- a server that takes away what it has shared -- */

static struct {
	struct tn_object object;
	tn_dataspace_cap shared;
	struct tn_signal given;
} thief;

static void take_away(void *argument)
{
	(void)argument;
	tn_dataspace_free(thief.shared);
}

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	(void)self;
	(void)request;
	*size = TN_PAGE_SIZE;
	*cap = thief.shared;
	return TN_OK;
}

static tn_error submit(void *self, struct tn_request *request, uint64_t length)
{
	(void)self;
	(void)request;
	(void)length;
	take_away(NULL);
	return TN_OK;
}

static tn_error open_thief(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct tn_report_ops ops = { .dataspace = dataspace, .submit = submit };
	tn_report_cap cap;
	struct tn_env *env = self;
	(void)request;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &thief.shared));
	TN_MUST(tn_report_serve(tn_env_entrypoint(env), &thief.object, &ops, NULL, &cap));
	*object = cap.handle;
	return TN_OK;
}

static void close_thief(void *self, uint32_t id)
{
	(void)self;
	(void)id;
	tn_object_destroy(&thief.object);
}

static void play_thief(struct tn_env *env)
{
	static struct tn_service service = { .name = "Report",
					     .interface = &tn_report_interface,
					     .open = open_thief,
					     .close = close_thief };
	service.self = env;
	TN_MUST(tn_service_announce(&service));
}

static void robbed(struct tn_env *env)
{
	struct tn_reporter reporter;
	(void)env;
	tn_actor_start_with("thief", "", "Report", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	TN_EXPECT_ERROR(tn_reporter_open(&reporter, "x", TN_PAGE_SIZE + 1), TN_ERR_TOO_LONG);
	TN_REQUIRE_OK(tn_reporter_open(&reporter, "x", 100));
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "x", 1), TN_OK);
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "x", 1), TN_ERR_FAULT);
	tn_actor_kill("thief");
	TN_EXPECT_ERROR(tn_reporter_write(&reporter, "x", 1), TN_ERR_FAULT);
	tn_reporter_close(&reporter);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "report.refused", refused },   { "report.before_the_first", before_the_first },
		{ "report.versions", versions }, { "report.kdl", kdl },
		{ "report.limits", limits },     { "report.too_dear", too_dear },
		{ "report.kept", kept },         { "report.quota_returns", quota_returns },
		{ "report.robbed", robbed },     { NULL, NULL },
	};
	static const struct tn_test_role roles[] = { { "mortal", play_mortal },
						     { "thief", play_thief },
						     { NULL, NULL } };
	tn_test_main(env, "test-report", cases, roles);
}
