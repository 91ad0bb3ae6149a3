/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the public suite does not say: errors and their places, accessors, queries, the writer. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tenon/kdl.h"

static char reason[512];

#define CHECK(condition)                                                                       \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			snprintf(reason, sizeof(reason), "line %d: %s", __LINE__, #condition); \
			return;                                                                \
		}                                                                              \
	} while (0)

#define CHECK_TEXT(got, len, want)                                                          \
	do {                                                                                \
		if ((len) != strlen(want) || memcmp(got, want, len) != 0) {                 \
			snprintf(reason, sizeof(reason), "line %d: got \"%.*s\"", __LINE__, \
				 (int)(len), got);                                          \
			return;                                                             \
		}                                                                           \
	} while (0)

static struct tn_kdl_node root_of(const char *text)
{
	return tn_kdl_root(text, strlen(text));
}

/* The first node of a document. */
static struct tn_kdl_node node_of(const char *text)
{
	struct tn_kdl_node root = root_of(text), node = { 0 };
	tn_kdl_child(&root, NULL, &node);
	return node;
}

static bool fails(const char *text, uint32_t line, uint32_t column, const char *expected)
{
	struct tn_kdl_error error = { 0 };
	if (tn_kdl_validate(text, strlen(text), &error)) {
		printf("# valid: %s\n", text);
		return false;
	}
	if (error.line == line && error.column == column && strstr(error.expected, expected))
		return true;
	printf("# %u:%u: expected %s\n", error.line, error.column, error.expected);
	return false;
}

static void errors_say_where_and_what(void)
{
	CHECK(fails("a\nb {\n  c \"x\n}", 3, 7, "\""));
	CHECK(fails("n \"abc", 1, 4, "end of the string"));
	CHECK(fails("n true", 1, 3, "hash"));
	CHECK(fails("n 1x2", 1, 4, "end of this number"));
	CHECK(fails("n 0x", 1, 5, "digit"));
	CHECK(fails("n \"\\q\"", 1, 4, "one of"));
	CHECK(fails("n \"\\u{110000}\"", 1, 4, "code point"));
	CHECK(fails("n {", 1, 4, "}"));
	CHECK(fails("}", 1, 1, "node"));
	CHECK(fails("n {} {}", 1, 6, "end of the node"));
	CHECK(fails("n /-{} a", 1, 8, "end of the node"));
	CHECK(fails("n a\"b\"", 1, 4, "space"));
	CHECK(fails("n (a b)c", 1, 6, ")"));
	CHECK(fails("n /* a", 1, 3, "end of this comment"));
	CHECK(fails("\xe3\x83\x8e \xff", 1, 3, "value"));
	CHECK(fails("n \"\xe3\x83\"", 1, 4, "UTF-8"));
	/* Two, three and four bytes for what needs fewer. */
	CHECK(fails("n \"\xc0\xaf\"", 1, 4, "UTF-8"));
	CHECK(fails("n \"\xe0\x80\xaf\"", 1, 4, "UTF-8"));
	CHECK(fails("n \"\xf0\x80\x80\xaf\"", 1, 4, "UTF-8"));
	CHECK(fails("// a\x01", 1, 5, "UTF-8"));
	CHECK(fails("a\r\nb\rc\n1", 4, 1, "name of a node"));
	CHECK(fails("n \"\"\"\n    a\n   b\n    \"\"\"", 3, 4, "indent"));
	CHECK(fails("n \"\"\"\n  a\"\"\"", 2, 4, "line of their own"));
	CHECK(fails("n a=", 1, 5, "value"));
	CHECK(fails("n;;", 1, 3, "name of a node"));
	CHECK(fails("/- /- n", 1, 4, "name of a node"));
}

static void depth_is_bounded(void)
{
	char text[4 * TN_KDL_DEPTH_MAX + 16] = "";
	for (unsigned i = 0; i < TN_KDL_DEPTH_MAX; i++)
		strcat(text, "a{");
	char *tail = text + strlen(text);
	for (unsigned i = 0; i < TN_KDL_DEPTH_MAX; i++)
		strcat(text, "}");
	CHECK(tn_kdl_validate(text, strlen(text), NULL));
	strcpy(tail, "a{");
	CHECK(fails(text, 1, 2 * TN_KDL_DEPTH_MAX + 2, "128"));
}

static void empty_and_missing_buffers_are_documents(void)
{
	struct tn_kdl_node root = tn_kdl_root(NULL, 0), node;
	CHECK(tn_kdl_validate(NULL, 0, NULL));
	CHECK(tn_kdl_validate("\xef\xbb\xbf", 3, NULL));
	CHECK(!tn_kdl_child(&root, NULL, &node));
	CHECK(tn_kdl_arg(&root, 0).kind == TN_KDL_NONE);
	CHECK(tn_kdl_prop(&root, "a").kind == TN_KDL_NONE);
}

static void version_marker(void)
{
	CHECK(tn_kdl_validate("/- kdl-version 2\nn", 18, NULL));
}

static void cursor_skips_what_is_slashdashed(void)
{
	static const enum tn_kdl_event want[] = {
		TN_KDL_NODE,     TN_KDL_PROPERTY, TN_KDL_CHILDREN, TN_KDL_CHILDREN_END,
		TN_KDL_NODE_END, TN_KDL_NODE,     TN_KDL_NODE_END, TN_KDL_END,
	};
	const char *text = "/-x { y; }\nn /-1 p=1 /-{ z /-{} } { /-q { r } } /-{ s }\nm";
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	tn_kdl_reader_init(&reader, text, strlen(text));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(tn_kdl_read(&reader, &item) == want[i]);
	CHECK(tn_kdl_read(&reader, &item) == TN_KDL_END);
}

static void cursor_stays_failed(void)
{
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	tn_kdl_reader_init(&reader, "}", 1);
	CHECK(tn_kdl_read(&reader, &item) == TN_KDL_ERROR);
	CHECK(tn_kdl_read(&reader, &item) == TN_KDL_ERROR);
}

static void unsigned_numbers(void)
{
	struct tn_kdl_node n = node_of("n a=5 b=0xff c=-1 d=1.0 e=18446744073709551615 "
				       "f=18446744073709551616 g=0b1_01 h=0o17 i=+7 j=x k=#null "
				       "l=1e3 m=-0 a=6 o=#inf p=(u8)9");
	uint64_t v;
	CHECK(tn_kdl_prop_u64(&n, "a", 1, 0, 10, &v) == TN_KDL_OK && v == 6);
	CHECK(tn_kdl_prop_u64(&n, "b", 1, 0, 255, &v) == TN_KDL_OK && v == 255);
	CHECK(tn_kdl_prop_u64(&n, "b", 1, 0, 254, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "a", 1, 7, 10, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "c", 1, 0, 10, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "d", 1, 0, 10, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "e", 1, 0, UINT64_MAX, &v) == TN_KDL_OK && v == UINT64_MAX);
	CHECK(tn_kdl_prop_u64(&n, "f", 1, 0, UINT64_MAX, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "g", 1, 0, 10, &v) == TN_KDL_OK && v == 5);
	CHECK(tn_kdl_prop_u64(&n, "h", 1, 0, 20, &v) == TN_KDL_OK && v == 15);
	CHECK(tn_kdl_prop_u64(&n, "i", 1, 0, 20, &v) == TN_KDL_OK && v == 7);
	CHECK(tn_kdl_prop_u64(&n, "j", 1, 0, 20, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "k", 1, 0, 20, &v) == TN_KDL_ABSENT && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "l", 1, 0, 20, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "m", 1, 0, 20, &v) == TN_KDL_OK && v == 0);
	CHECK(tn_kdl_prop_u64(&n, "o", 1, 0, 20, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_prop_u64(&n, "p", 1, 0, 20, &v) == TN_KDL_OK && v == 9);
	CHECK(tn_kdl_prop_u64(&n, "z", 3, 5, 20, &v) == TN_KDL_ABSENT && v == 3);
	struct tn_kdl_value typed = tn_kdl_prop(&n, "p");
	CHECK(tn_kdl_string_is(&typed.type, "u8"));
}

static void signed_numbers(void)
{
	struct tn_kdl_node n = node_of("n -9223372036854775808 9223372036854775807 "
				       "9223372036854775808 -9223372036854775809 -0x10 -0");
	int64_t v;
	CHECK(tn_kdl_arg_i64(&n, 0, 1, INT64_MIN, INT64_MAX, &v) == TN_KDL_OK && v == INT64_MIN);
	CHECK(tn_kdl_arg_i64(&n, 1, 1, INT64_MIN, INT64_MAX, &v) == TN_KDL_OK && v == INT64_MAX);
	CHECK(tn_kdl_arg_i64(&n, 2, 1, INT64_MIN, INT64_MAX, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_arg_i64(&n, 3, 1, INT64_MIN, INT64_MAX, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_arg_i64(&n, 4, 1, -16, -16, &v) == TN_KDL_OK && v == -16);
	CHECK(tn_kdl_arg_i64(&n, 4, 1, -15, 0, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_arg_i64(&n, 5, 1, 0, 0, &v) == TN_KDL_OK && v == 0);
	CHECK(tn_kdl_arg_i64(&n, 6, 1, 0, 0, &v) == TN_KDL_ABSENT && v == 1);
}

static void sizes(void)
{
	struct tn_kdl_node n = node_of("n \"4M\" 4096 \"1\" \"16T\" \"4m\" \"M\" \"4MB\" \"-1\" "
				       "\"16777216T\" \"0x10\" #true \"\" \"1_0K\" \"4\\u{4d}\"");
	uint64_t v;
	CHECK(tn_kdl_arg_size(&n, 0, 1, 0, UINT64_MAX, &v) == TN_KDL_OK && v == 4 << 20);
	CHECK(tn_kdl_arg_size(&n, 1, 1, 0, UINT64_MAX, &v) == TN_KDL_OK && v == 4096);
	CHECK(tn_kdl_arg_size(&n, 2, 9, 0, UINT64_MAX, &v) == TN_KDL_OK && v == 1);
	CHECK(tn_kdl_arg_size(&n, 3, 1, 0, UINT64_MAX, &v) == TN_KDL_OK && v >> 44 == 1);
	for (size_t i = 4; i < 8; i++)
		CHECK(tn_kdl_arg_size(&n, i, 1, 0, 9, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_arg_size(&n, 8, 1, 0, UINT64_MAX, &v) == TN_KDL_RANGE && v == 1);
	for (size_t i = 9; i < 12; i++)
		CHECK(tn_kdl_arg_size(&n, i, 1, 0, 99, &v) == TN_KDL_MALFORMED && v == 1);
	CHECK(tn_kdl_arg_size(&n, 13, 1, 0, UINT64_MAX, &v) == TN_KDL_OK && v == 4 << 20);
	CHECK(tn_kdl_arg_size(&n, 0, 1, 0, (4 << 20) - 1, &v) == TN_KDL_RANGE && v == 1);
	CHECK(tn_kdl_arg_size(&n, 14, 1, 0, 9, &v) == TN_KDL_ABSENT && v == 1);
}

static void booleans(void)
{
	struct tn_kdl_node n = node_of("n #true #false 1 #null \"true\"");
	bool v;
	CHECK(tn_kdl_arg_bool(&n, 0, false, &v) == TN_KDL_OK && v);
	CHECK(tn_kdl_arg_bool(&n, 1, true, &v) == TN_KDL_OK && !v);
	CHECK(tn_kdl_arg_bool(&n, 2, true, &v) == TN_KDL_MALFORMED && v);
	CHECK(tn_kdl_arg_bool(&n, 3, true, &v) == TN_KDL_ABSENT && v);
	CHECK(tn_kdl_arg_bool(&n, 4, true, &v) == TN_KDL_MALFORMED && v);
	CHECK(tn_kdl_arg_bool(&n, 5, true, &v) == TN_KDL_ABSENT && v);
}

static void strings(void)
{
	struct tn_kdl_node n = node_of("n abc \"a\\tb\\u{e9}\" 5 \"a\\u{0}b\" #\"raw\\\"#");
	char v[5];
	size_t len;
	CHECK(tn_kdl_arg_string(&n, 0, "x", v, sizeof(v)) == TN_KDL_OK && !strcmp(v, "abc"));
	CHECK(tn_kdl_arg_string(&n, 0, "x", v, 4) == TN_KDL_OK && !strcmp(v, "abc"));
	CHECK(tn_kdl_arg_string(&n, 0, "x", v, 3) == TN_KDL_RANGE && !strcmp(v, "x"));
	CHECK(tn_kdl_arg_string(&n, 0, "x", v, 0) == TN_KDL_RANGE);
	CHECK(tn_kdl_arg_string(&n, 1, NULL, v, sizeof(v)) == TN_KDL_RANGE && !strcmp(v, ""));
	CHECK(tn_kdl_arg_string(&n, 2, "x", v, sizeof(v)) == TN_KDL_MALFORMED && !strcmp(v, "x"));
	CHECK(tn_kdl_arg_string(&n, 3, "x", v, sizeof(v)) == TN_KDL_MALFORMED && !strcmp(v, "x"));
	CHECK(tn_kdl_arg_string(&n, 4, "x", v, sizeof(v)) == TN_KDL_OK && !strcmp(v, "raw\\"));
	CHECK(tn_kdl_arg_string(&n, 5, "long", v, 3) == TN_KDL_ABSENT && !strcmp(v, ""));
	struct tn_kdl_value value = tn_kdl_arg(&n, 1);
	CHECK(tn_kdl_string_copy(&value.text, v, sizeof(v), &len) == TN_KDL_RANGE && len == 5);
	CHECK(tn_kdl_string_is(&value.text, "a\tb\xc3\xa9"));
	CHECK(!tn_kdl_string_is(&value.text, "a\tb"));
	CHECK(!tn_kdl_string_is(&value.text, "a\tb\xc3\xa9x"));
	struct tn_kdl_string absent = { .at = NULL };
	CHECK(!tn_kdl_string_is(&absent, ""));
}

static void strings_compare_by_code_points(void)
{
	struct tn_kdl_node n = node_of("n ab \"a\\u{62}\" \"a\\u{62}c\" \"\" \"\\u{e9}\"");
	struct tn_kdl_value v[5];
	for (size_t i = 0; i < 5; i++)
		v[i] = tn_kdl_arg(&n, i);
	CHECK(tn_kdl_string_compare(&v[0].text, &v[1].text) == 0);
	CHECK(tn_kdl_string_compare(&v[0].text, &v[2].text) < 0);
	CHECK(tn_kdl_string_compare(&v[2].text, &v[0].text) > 0);
	CHECK(tn_kdl_string_compare(&v[3].text, &v[0].text) < 0);
	CHECK(tn_kdl_string_compare(&v[4].text, &v[0].text) > 0);
}

static const char scenario[] =
	"// a scenario\n"
	"start \"timer\" caps=60 { provides \"Timer\" }\n"
	"default caps=100\n"
	"/-start \"off\"\n"
	"start \"clock\" ram=\"2M\" {\n"
	"    route { service \"Timer\" { child \"timer\" }; any { parent } }\n"
	"    config period-ms=1000 /* why */ ; other\n"
	"}\n"
	"end /-{ x }";

static void navigation(void)
{
	struct tn_kdl_node root = root_of(scenario), n, child;
	uint32_t line, column;
	unsigned count = 0;
	for (bool more = tn_kdl_child(&root, NULL, &n); more; more = tn_kdl_next(&n, NULL))
		count++;
	CHECK(count == 4 && tn_kdl_name_is(&n, "end"));
	CHECK(!tn_kdl_child(&n, NULL, &child));
	CHECK(tn_kdl_child(&root, "start", &n) && tn_kdl_next(&n, "start"));
	tn_kdl_position(scenario, n.start, &line, &column);
	CHECK(line == 5 && column == 1);
	CHECK(!tn_kdl_next(&n, "start") && tn_kdl_name_is(&n, "start"));
	CHECK(!tn_kdl_child(&n, "service", &child));
	CHECK(tn_kdl_child(&n, "config", &child));
	struct tn_kdl_value value = tn_kdl_prop(&child, "period-ms");
	tn_kdl_position(scenario, value.start, &line, &column);
	CHECK(line == 7 && column == 22);
	struct tn_kdl_string text = tn_kdl_node_text(&child);
	CHECK_TEXT(text.at, text.len, "config period-ms=1000");
	CHECK(tn_kdl_child(&n, "route", &child));
	text = tn_kdl_node_text(&child);
	CHECK(tn_kdl_validate(text.at, text.len, NULL));
	CHECK(text.at[text.len - 1] == '}');
	text = tn_kdl_node_text(&root);
	CHECK(text.at == scenario && text.len == strlen(scenario));
}

static void unknown_is_what_was_not_asked_for(void)
{
	struct tn_kdl_node n = node_of("n 1 2 3 a=1 b=2 /-c=3 { x; y { z a=1 }; x }"), child;
	struct tn_kdl_asked asked;
	struct tn_kdl_unknown u;
	uint64_t v;
	CHECK(!(u = tn_kdl_unknown(&n), tn_kdl_unknown_next(&u)));
	tn_kdl_track(&n, &asked);
	tn_kdl_arg_u64(&n, 1, 0, 0, 9, &v);
	tn_kdl_prop_u64(&n, "b", 0, 0, 9, &v);
	tn_kdl_prop_u64(&n, "missing", 0, 0, 9, &v);
	tn_kdl_child(&n, "x", &child);
	CHECK((u = tn_kdl_unknown(&n), tn_kdl_unknown_next(&u)) && u.what == TN_KDL_ARGUMENT &&
	      *u.start == '3');
	CHECK(tn_kdl_unknown_next(&u) && u.what == TN_KDL_PROPERTY &&
	      tn_kdl_string_is(&u.name, "a"));
	CHECK(tn_kdl_unknown_next(&u) && u.what == TN_KDL_NODE && tn_kdl_string_is(&u.name, "y"));
	CHECK(!tn_kdl_unknown_next(&u));
	tn_kdl_child(&n, NULL, &child);
	tn_kdl_arg(&n, 2);
	tn_kdl_prop(&n, "a");
	CHECK(!(u = tn_kdl_unknown(&n), tn_kdl_unknown_next(&u)));
	n = root_of("a; b 1 2 p=1; c { a }");
	tn_kdl_track(&n, &asked);
	tn_kdl_child(&n, "a", &child);
	tn_kdl_child(&n, "c", &child);
	CHECK((u = tn_kdl_unknown(&n), tn_kdl_unknown_next(&u)) && tn_kdl_string_is(&u.name, "b"));
	CHECK(!tn_kdl_unknown_next(&u));
}

static void writer_is_canonical_in_any_order(void)
{
	char out[512];
	struct tn_kdl_writer w;
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_node(&w, "a b");
	tn_kdl_write_u64(&w, "z", UINT64_MAX);
	tn_kdl_write_string(&w, NULL, "first");
	tn_kdl_write_i64(&w, "m", INT64_MIN);
	tn_kdl_write_bool(&w, "z", true);
	tn_kdl_write_null(&w, "a");
	tn_kdl_write_string(&w, NULL, "true");
	tn_kdl_write_number(&w, "n", "-0xff_ff");
	tn_kdl_write_bool(&w, "m", false);
	tn_kdl_write_open(&w);
	tn_kdl_write_node(&w, "empty");
	tn_kdl_write_open(&w);
	tn_kdl_write_close(&w);
	tn_kdl_write_node(&w, "");
	tn_kdl_write_open(&w);
	tn_kdl_write_node(&w, "x");
	tn_kdl_write_close(&w);
	tn_kdl_write_close(&w);
	tn_kdl_write_node(&w, "end");
	CHECK(tn_kdl_write_end(&w) == TN_KDL_OK);
	CHECK_TEXT(out, w.len,
		   "\"a b\" first \"true\" a=#null m=#false n=-65535 z=#true {\n"
		   "    empty\n    \"\" {\n        x\n    }\n}\nend\n");
}

static void writer_escapes(void)
{
	char out[512];
	struct tn_kdl_writer w;
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_node(&w, "n");
	tn_kdl_write_string(&w, NULL, "\"\\\b\f\n\r\t\v\x01\x7f");
	tn_kdl_write_string(&w, NULL, "\xc2\x85\xe2\x80\xae\xef\xbb\xbf\xe3\x83\x8e");
	tn_kdl_write_string(&w, NULL, "a\xff\xe3\x83");
	tn_kdl_write_string(&w, NULL, "-1");
	tn_kdl_write_string(&w, NULL, "\xe3\x83\x8e");
	CHECK(tn_kdl_write_end(&w) == TN_KDL_OK);
	CHECK_TEXT(out, w.len,
		   "n \"\\\"\\\\\\b\\f\\n\\r\\t\\u{b}\\u{1}\\u{7f}\" "
		   "\"\\u{85}\\u{202e}\\u{feff}\xe3\x83\x8e\" "
		   "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\" \"-1\" \xe3\x83\x8e\n");
}

static void numbers_in_decimal(void)
{
	static const char *const cases[][2] = {
		{ "0", "0" },
		{ "-0", "-0" },
		{ "+00_7", "7" },
		{ "0x0", "0" },
		{ "-0b0", "-0" },
		{ "1_0.5_0e+0_7", "10.50E+7" },
		{ "00.0", "0.0" },
		{ "1e-00", "1E-0" },
		{ "0o17", "15" },
		{ "#nan", "#nan" },
		{ "0xffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455" },
	};
	char out[128];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tn_kdl_writer w;
		tn_kdl_writer_init(&w, out, sizeof(out));
		tn_kdl_write_node(&w, "n");
		tn_kdl_write_number(&w, NULL, cases[i][0]);
		CHECK(tn_kdl_write_end(&w) == TN_KDL_OK);
		CHECK_TEXT(out + 2, w.len - 3, cases[i][1]);
	}
}

static void write_report(struct tn_kdl_writer *w)
{
	tn_kdl_write_node(w, "report");
	tn_kdl_write_string(w, "name", "a text");
	tn_kdl_write_open(w);
	for (unsigned i = 0; i < 3; i++) {
		tn_kdl_write_node(w, "entry");
		tn_kdl_write_u64(w, "number", 1000 + i);
		tn_kdl_write_u64(w, "also", i);
		tn_kdl_write_open(w);
		tn_kdl_write_node(w, "deep");
		tn_kdl_write_number(w, NULL, "0xffffffffffffffffffffffff");
		tn_kdl_write_close(w);
	}
	tn_kdl_write_close(w);
	tn_kdl_write_node(w, "last");
}

static void writer_leaves_a_short_buffer_valid(void)
{
	static char whole[1024];
	struct tn_kdl_writer w;
	tn_kdl_writer_init(&w, whole, sizeof(whole));
	write_report(&w);
	CHECK(tn_kdl_write_end(&w) == TN_KDL_OK);
	size_t need = w.len;
	for (size_t size = 0; size <= need; size++) {
		char *out = malloc(size + 1);
		tn_kdl_writer_init(&w, size > 0 ? out : NULL, size);
		write_report(&w);
		enum tn_kdl_status status = tn_kdl_write_end(&w);
		bool valid = w.len <= size && tn_kdl_validate(out, w.len, NULL);
		/* What is there is the beginning of the whole, but for the closing braces. */
		size_t same = 0;
		while (same < w.len && out[same] == whole[same])
			same++;
		free(out);
		CHECK(valid && w.len - same < 20);
		CHECK(status == (size == need ? TN_KDL_OK : TN_KDL_FULL));
		CHECK(tn_kdl_write_end(&w) == status);
	}
}

static void writer_refuses_misuse(void)
{
	static char out[1 << 17];
	struct tn_kdl_writer w;
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_u64(&w, "a", 1);
	CHECK(tn_kdl_write_end(&w) == TN_KDL_MISUSE);
	CHECK_TEXT(out, w.len, "\n");
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_close(&w);
	CHECK(w.status == TN_KDL_MISUSE);
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_node(&w, "n");
	tn_kdl_write_open(&w);
	tn_kdl_write_node(&w, "m");
	tn_kdl_write_close(&w);
	tn_kdl_write_u64(&w, "a", 1);
	CHECK(tn_kdl_write_end(&w) == TN_KDL_MISUSE);
	CHECK_TEXT(out, w.len, "n {\n    m\n}\n");
	tn_kdl_writer_init(&w, out, sizeof(out));
	tn_kdl_write_node(&w, "n");
	tn_kdl_write_number(&w, NULL, "12x");
	CHECK(tn_kdl_write_end(&w) == TN_KDL_MALFORMED);
	CHECK(tn_kdl_validate(out, w.len, NULL));
	tn_kdl_writer_init(&w, out, sizeof(out));
	for (unsigned i = 0; i <= TN_KDL_DEPTH_MAX + 1; i++) {
		tn_kdl_write_node(&w, "n");
		tn_kdl_write_open(&w);
	}
	CHECK(tn_kdl_write_end(&w) == TN_KDL_RANGE);
	CHECK(tn_kdl_validate(out, w.len, NULL));
}

#define CASE(name)          \
	{                   \
#name, name \
	}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	CASE(errors_say_where_and_what),
	CASE(depth_is_bounded),
	CASE(empty_and_missing_buffers_are_documents),
	CASE(version_marker),
	CASE(cursor_skips_what_is_slashdashed),
	CASE(cursor_stays_failed),
	CASE(unsigned_numbers),
	CASE(signed_numbers),
	CASE(sizes),
	CASE(booleans),
	CASE(strings),
	CASE(strings_compare_by_code_points),
	CASE(navigation),
	CASE(unknown_is_what_was_not_asked_for),
	CASE(writer_is_canonical_in_any_order),
	CASE(writer_escapes),
	CASE(numbers_in_decimal),
	CASE(writer_leaves_a_short_buffer_valid),
	CASE(writer_refuses_misuse),
};

int main(void)
{
	unsigned failed = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reason[0] = '\0';
		cases[i].run();
		printf(reason[0] ? "not ok kdl.%s: %s\n" : "ok kdl.%s\n", cases[i].name, reason);
		failed += reason[0] != '\0';
	}
	return failed != 0;
}
