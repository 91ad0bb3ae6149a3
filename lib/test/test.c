/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Cases, what they expect, and their lines in the transcript. */

#include "stage.h"
#include <tenon/text.h>

enum { WHY_MAX = 300, EXIT_BROKEN = 98, EXIT_NO_ROLE = 97 };

static char why[WHY_MAX]; /* the first reason that the case under way has failed for */

/* Only the first reason is told. */
static bool first(void)
{
	return why[0] == 0;
}

bool tn_test_expect(bool condition, const char *file, int line, const char *text)
{
	if (!condition && first())
		tn_format(why, sizeof(why), "%s:%d: expected %s", file, line, text);
	return condition;
}

bool tn_test_expect_error(tn_error error, tn_error expected, const char *file, int line,
			  const char *text)
{
	if (error != expected && first())
		tn_format(why, sizeof(why), "%s:%d: %s gave \"%s\", expected \"%s\"", file, line,
			  text, tn_error_text(error), tn_error_text(expected));
	return error == expected;
}

bool tn_test_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text)
{
	if (a != b && first())
		tn_format(why, sizeof(why), "%s:%d: expected %s, which are %llu and %llu", file,
			  line, text, (unsigned long long)a, (unsigned long long)b);
	return a == b;
}

void tn_test_broken(tn_error error, const char *file, int line, const char *text)
{
	tn_log("%s:%d: %s gave \"%s\"", file, line, text, tn_error_text(error));
	tn_exit(EXIT_BROKEN);
}

static int run_all(const struct tn_test_case *cases, struct tn_env *env)
{
	int failed = 0;
	for (; cases->name; cases++) {
		why[0] = 0;
		cases->run(env);
		if (why[0]) {
			failed++;
			tn_transcript("not ok %s: %s", cases->name, why);
		} else {
			tn_transcript("ok %s", cases->name);
		}
	}
	return failed;
}

/* Up to the first dot. */
static void role_name(const char *name, char role[TN_TEST_NAME_MAX + 1])
{
	tn_text_copy_cut(role, TN_TEST_NAME_MAX + 1, name);
	while (*role && *role != '.')
		role++;
	*role = 0;
}

void tn_test_main(struct tn_env *env, const char *binary, const struct tn_test_case *cases,
		  const struct tn_test_role *roles)
{
	char name[TN_TEST_NAME_MAX + 1];
	role_name(tn_env_name(env), name);
	if (tn_text_equal(name, "test")) {
		stage_open(env, binary);
		return;
	}
	actor_init(env);
	if (tn_text_equal(name, "main"))
		tn_exit(run_all(cases, env));
	for (; roles && roles->name; roles++) {
		if (tn_text_equal(name, roles->name)) {
			roles->play(env);
			return;
		}
	}
	tn_log("no role of this name");
	tn_exit(EXIT_NO_ROLE);
}
