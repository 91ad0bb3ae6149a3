/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Loading. What is wrong with a file is said by name in its own log, which the file test.expected
 * looks for; here is what happens to the component, and that it happens to nobody else.
 */

#include <tenon/test.h>

enum { CANNOT_LOAD = 127 };

static struct tn_child_end run(const char *name, const char *binary)
{
	tn_actor_start_with(name, binary, "", TN_ACTOR_RAM, TN_ACTOR_CAPS);
	return tn_actor_end(name);
}

/* Constructors in order, weak symbols, tables of pointers between libraries; then destructors. */
static void libraries(struct tn_env *env)
{
	(void)env;
	struct tn_child_end end = run("child", "test-loader-child");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_EXITED);
	TN_EXPECT_EQUAL(end.value, 0);
	tn_actor_await("ioeEOI");
}

static void read_only_after_relocation(struct tn_env *env)
{
	(void)env;
	struct tn_child_end end = run("scribbler", "test-loader-child");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_FAULTED);
	TN_EXPECT_EQUAL(end.fault.kind, TN_FAULT_WRITE);
}

static void missing_rom(struct tn_env *env)
{
	(void)env;
	struct tn_child_end end = run("missing", "no-such-rom");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_NOT_STARTED);
	TN_EXPECT_EQUAL(end.error, TN_ERR_NOT_FOUND);
}

static void out_of_quota(struct tn_env *env)
{
	(void)env;
	tn_actor_start_with("poor.1", "test-loader-child", "", 65536, TN_ACTOR_CAPS);
	struct tn_child_end end = tn_actor_end("poor.1");
	TN_EXPECT_EQUAL(end.cause, TN_CHILD_NOT_STARTED);
	TN_EXPECT_EQUAL(end.error, TN_ERR_OUT_OF_RAM);
	/* Enough for a PD, not for what is loaded into it: it says so and ends by itself. */
	tn_actor_start_with("poor.2", "test-loader-child", "", 300000, TN_ACTOR_CAPS);
	end = tn_actor_end("poor.2");
	TN_EXPECT(end.cause == TN_CHILD_EXITED || end.cause == TN_CHILD_NOT_STARTED);
	if (end.cause == TN_CHILD_EXITED)
		TN_EXPECT_EQUAL(end.value, CANNOT_LOAD);
}

static void refused(struct tn_env *env)
{
	static const char *const names[] = {
		"bad-tiny",  "bad-text",    "bad-short",  "bad-truncated", "bad-machine",
		"bad-class", "bad-fixed",   "bad-tls",    "bad-textrel",   "bad-wx",
		"bad-huge",  "bad-note",    "bad-level",  "bad-dynamic",   "bad-strings",
		"bad-copy",  "bad-outside", "bad-behind", "bad-symbol",    "bad-library",
	};
	(void)env;
	struct tn_accounts before = tn_actor_accounts("test");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tn_child_end end = run(names[i], names[i]);
		bool as_wanted = end.cause == TN_CHILD_EXITED && end.value == CANNOT_LOAD;
		if (!as_wanted)
			tn_log("%s: cause %d, value %d", names[i], (int)end.cause, end.value);
		TN_EXPECT(as_wanted);
	}
	struct tn_accounts after = tn_actor_accounts("test");
	TN_EXPECT_EQUAL(after.caps_limit, before.caps_limit);
	TN_EXPECT_EQUAL(after.ram_limit, before.ram_limit);
}

/* Whatever it does with them, it does to itself: refused, faulted, or it runs. */
static void random_damage(struct tn_env *env)
{
	char name[] = "bad-random1";
	(void)env;
	for (char digit = '1'; digit <= '8'; digit++) {
		name[sizeof(name) - 2] = digit;
		struct tn_child_end end = run(name, name);
		TN_EXPECT(end.cause == TN_CHILD_EXITED || end.cause == TN_CHILD_FAULTED);
	}
	libraries(env);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "libraries", libraries },
		{ "read-only-after-relocation", read_only_after_relocation },
		{ "missing-rom", missing_rom },
		{ "out-of-quota", out_of_quota },
		{ "refused", refused },
		{ "random-damage", random_damage },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-loader", cases, NULL);
}
