/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdlib.h>
#include <string.h>
#include <example/text.h>
#include <tenon/text.h>
#include <test/unit/check.h>

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

/* All pairs of short texts over a small alphabet, against the C library. */
static void same_as_libc(void)
{
	char texts[64][4];
	for (unsigned i = 0; i < 64; i++) {
		for (unsigned k = 0; k < 3; k++)
			texts[i][k] = "\0a\xff"
				      "b"[i >> (2 * k) & 3];
		texts[i][3] = 0;
	}
	for (unsigned i = 0; i < 64; i++) {
		const char *a = texts[i];
		CHECK(tn_text_length(a) == strlen(a));
		CHECK(tn_text_length_max(a, 2) == (strlen(a) < 2 ? strlen(a) : 2));
		for (unsigned k = 0; k < 64; k++) {
			const char *b = texts[k];
			size_t m = strlen(a), n = strlen(b);
			CHECK(tn_text_equal(a, b) == (strcmp(a, b) == 0));
			CHECK(sign(tn_text_compare(a, b)) == sign(strcmp(a, b)));
			CHECK(tn_text_starts_with(a, b) == (strncmp(a, b, n) == 0));
			CHECK(tn_text_ends_with(a, b) == (n <= m && strcmp(a + m - n, b) == 0));
			CHECK(tn_text_slice_is(tn_text_slice(a), b) == (strcmp(a, b) == 0));
		}
	}
}

/* Each size around that of the text, in memory of just that size. */
static void copies_are_bounded(void)
{
	for (size_t size = 0; size < 8; size++) {
		char *to = malloc(size ? size : 1);
		tn_error error;
		to[0] = 'x';
		error = tn_text_copy(to, size, "abcd");
		CHECK(error == (size > 4 ? TN_OK : TN_ERR_TOO_LONG));
		CHECK(size == 0 || strcmp(to, size > 4 ? "abcd" : "") == 0);
		CHECK(tn_text_copy_cut(to, size, "abcd") == (size > 4));
		CHECK(size == 0 || (strlen(to) == (size > 4 ? 4 : size - 1) &&
				    strncmp(to, "abcd", strlen(to)) == 0));
		CHECK(size != 0 || to[0] == 'x');
		free(to);
	}
}

static void append(void)
{
	char to[6] = "";
	CHECK(tn_text_append(to, sizeof(to), "abc") == TN_OK);
	CHECK(tn_text_append(to, sizeof(to), "def") == TN_ERR_TOO_LONG);
	CHECK(strcmp(to, "abc") == 0);
	CHECK(tn_text_append(to, sizeof(to), "de") == TN_OK);
	CHECK(strcmp(to, "abcde") == 0);
	CHECK(tn_text_append(to, sizeof(to), "") == TN_OK);
	CHECK(tn_text_append(to, sizeof(to), "f") == TN_ERR_TOO_LONG);
	memset(to, 'x', sizeof(to));
	CHECK(tn_text_append(to, sizeof(to), "") == TN_ERR_TOO_LONG);
	CHECK(tn_text_append(to, 0, "") == TN_ERR_TOO_LONG);
}

static void slices(void)
{
	char to[4] = "xyz";
	struct tn_text_slice nul_inside = { "a\0b", 3 }, part = { "abcdef", 3 };
	CHECK(tn_text_slice_copy(to, sizeof(to), part) == TN_OK && strcmp(to, "abc") == 0);
	CHECK(tn_text_slice_copy(to, sizeof(to), nul_inside) == TN_ERR_FORMAT && !to[0]);
	CHECK(tn_text_slice_copy(to, 3, part) == TN_ERR_TOO_LONG && !to[0]);
	CHECK(!tn_text_slice_is(nul_inside, "a"));
}

/* Elements joined by "|" with ";" behind the last. */
static const char *elements_of(const char *text, const char *separator)
{
	static char joined[64];
	const char *rest = text;
	struct tn_text_slice element;
	size_t length = 0;
	while (tn_text_next_element(&rest, separator, &element)) {
		memcpy(joined + length, element.at, element.length);
		length += element.length;
		joined[length++] = rest ? '|' : ';';
	}
	joined[length] = 0;
	return joined;
}

static void elements(void)
{
	CHECK(strcmp(elements_of("", "/"), ";") == 0);
	CHECK(strcmp(elements_of("a", "/"), "a;") == 0);
	CHECK(strcmp(elements_of("/a//b/", "/"), "|a||b|;") == 0);
	CHECK(strcmp(elements_of("init -> a->b -> c", " -> "), "init|a->b|c;") == 0);
	CHECK(strcmp(elements_of("a -> ", " -> "), "a|;") == 0);
	CHECK(strcmp(elements_of("a -> -> b", " -> "), "a|-> b;") == 0);
	CHECK(strcmp(elements_of("aaa", "aa"), "|a;") == 0);
	CHECK(tn_text_slice_is(tn_text_last_element("a -> b -> cd", " -> "), "cd"));
	CHECK(tn_text_slice_is(tn_text_last_element("a/", "/"), ""));
	CHECK(tn_text_slice_is(tn_text_last_element("a", "/"), "a"));
}

static void below(void)
{
	CHECK(tn_text_is_below("a/b", "a", "/") && tn_text_is_below("a/b", "a/b", "/"));
	CHECK(!tn_text_is_below("a/bc", "a/b", "/") && !tn_text_is_below("a", "a/b", "/"));
	CHECK(tn_text_is_below("a", "", "/") && tn_text_is_below("", "", "/"));
	CHECK(tn_text_is_below("x -> y -> z", "x -> y", " -> "));
	CHECK(!tn_text_is_below("x -> y - z", "x -> y", " -> "));
}

static bool u64_is(const char *text, uint64_t want)
{
	uint64_t value = 77;
	return tn_text_parse_u64(tn_text_slice(text), 0, UINT64_MAX, &value) == TN_OK &&
	       value == want;
}

static bool u64_fails(const char *text, tn_error want)
{
	uint64_t value = 77;
	return tn_text_parse_u64(tn_text_slice(text), 5, 500, &value) == want && value == 77;
}

static void unsigned_numbers(void)
{
	CHECK(u64_is("0", 0) && u64_is("007", 7) && u64_is("0xfF", 255) && u64_is("0X10", 16));
	CHECK(u64_is("18446744073709551615", UINT64_MAX) &&
	      u64_is("0xffffffffffffffff", UINT64_MAX));
	CHECK(u64_fails("18446744073709551616", TN_ERR_ARGUMENT));
	CHECK(u64_fails("0x10000000000000000", TN_ERR_ARGUMENT));
	CHECK(u64_fails("99999999999999999999x", TN_ERR_FORMAT));
	CHECK(u64_fails("4", TN_ERR_ARGUMENT) && u64_fails("501", TN_ERR_ARGUMENT));
	CHECK(u64_fails("", TN_ERR_FORMAT) && u64_fails("0x", TN_ERR_FORMAT));
	CHECK(u64_fails(" 9", TN_ERR_FORMAT) && u64_fails("9 ", TN_ERR_FORMAT));
	CHECK(u64_fails("-9", TN_ERR_FORMAT) && u64_fails("+9", TN_ERR_FORMAT));
	CHECK(u64_fails("1f", TN_ERR_FORMAT) && u64_fails("0x1g", TN_ERR_FORMAT));
}

static bool i64_is(const char *text, int64_t want)
{
	int64_t value = 77;
	return tn_text_parse_i64(tn_text_slice(text), INT64_MIN, INT64_MAX, &value) == TN_OK &&
	       value == want;
}

static bool i64_fails(const char *text, int64_t min, int64_t max, tn_error want)
{
	int64_t value = 77;
	return tn_text_parse_i64(tn_text_slice(text), min, max, &value) == want && value == 77;
}

static void signed_numbers(void)
{
	CHECK(i64_is("0", 0) && i64_is("-0", 0) && i64_is("+5", 5) && i64_is("-0x10", -16));
	CHECK(i64_is("9223372036854775807", INT64_MAX) &&
	      i64_is("-9223372036854775808", INT64_MIN));
	CHECK(i64_fails("9223372036854775808", INT64_MIN, INT64_MAX, TN_ERR_ARGUMENT));
	CHECK(i64_fails("-9223372036854775809", INT64_MIN, INT64_MAX, TN_ERR_ARGUMENT));
	CHECK(i64_fails("-6", -5, 5, TN_ERR_ARGUMENT) && i64_fails("6", -5, 5, TN_ERR_ARGUMENT));
	CHECK(i64_fails("--1", -5, 5, TN_ERR_FORMAT) && i64_fails("-", -5, 5, TN_ERR_FORMAT));
	CHECK(i64_fails("", -5, 5, TN_ERR_FORMAT) && i64_fails("- 1", -5, 5, TN_ERR_FORMAT));
}

static bool size_is(const char *text, tn_error error, uint64_t want)
{
	uint64_t value = 77;
	return tn_text_parse_size(tn_text_slice(text), 0, UINT64_MAX, &value) == error &&
	       value == want;
}

static void sizes(void)
{
	CHECK(size_is("4096", TN_OK, 4096) && size_is("4K", TN_OK, 4096) &&
	      size_is("0G", TN_OK, 0));
	CHECK(size_is("1M", TN_OK, 1 << 20) && size_is("0x1000", TN_OK, 4096));
	CHECK(size_is("16777215T", TN_OK, 16777215ull << 40));
	CHECK(size_is("16777216T", TN_ERR_ARGUMENT, 77));
	CHECK(size_is("K", TN_ERR_FORMAT, 77) && size_is("1KK", TN_ERR_FORMAT, 77));
	CHECK(size_is("1k", TN_ERR_FORMAT, 77) && size_is("0x1K", TN_ERR_FORMAT, 77));
}

static void example(void)
{
	uint64_t bytes = 0;
	CHECK(example_text("init -> disk", "64K", &bytes) == TN_OK && bytes == 65536);
	CHECK(example_text("init -> disk", "2M", &bytes) == TN_ERR_ARGUMENT);
	CHECK(example_text("disk -> init", "64K", &bytes) == TN_ERR_NOT_FOUND);
	CHECK(example_text("init -> of-a-name-too-long", "1", &bytes) == TN_ERR_TOO_LONG);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "same-as-libc", same_as_libc },
		{ "copies-are-bounded", copies_are_bounded },
		{ "append", append },
		{ "slices", slices },
		{ "elements", elements },
		{ "below", below },
		{ "unsigned-numbers", unsigned_numbers },
		{ "signed-numbers", signed_numbers },
		{ "sizes", sizes },
		{ "example", example },
	};
	return CHECK_ALL("text", cases);
}
