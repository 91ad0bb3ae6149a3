/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tenon/format.h>

size_t tn_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int failures;

static void verdict(const char *name, bool good, const char *got)
{
	if (good)
		printf("ok format.%s\n", name);
	else
		printf("not ok format.%s: got \"%s\"\n", name, got);
	failures += !good;
}

/* The same as the C library's, in length and text. */
#define SAME(name, ...)                                                                     \
	do {                                                                                \
		char ours[80], theirs[80];                                                  \
		size_t length = tn_format(ours, sizeof(ours), __VA_ARGS__);                 \
		int wanted = snprintf(theirs, sizeof(theirs), __VA_ARGS__);                 \
		verdict(name, length == (size_t)wanted && strcmp(ours, theirs) == 0, ours); \
	} while (0)

static void unknown_is_shown(void)
{
	char text[16];
	const char *volatile format = "%q%";
	tn_format(text, sizeof(text), format);
	verdict("unknown", strcmp(text, "%q%") == 0, text);
}

static void bounded(void)
{
	char text[8] = "unused.";
	size_t length = tn_format(text, 4, "%s", "abcdef");
	verdict("cut", length == 6 && strcmp(text, "abc") == 0 && text[4] == 'e', text);
	length = tn_format(text, 0, "%d", 12345);
	verdict("size-0", length == 5 && text[0] == 'a', text);
	length = tn_format(NULL, 0, "%s", "abc");
	verdict("null-buffer", length == 3, text);
}

int main(void)
{
	SAME("plain", "abc");
	SAME("string", "<%s|%8s|%.2s|%.*s>", "abc", "def", "ghi", 1, "jkl");
	SAME("numbers", "%d %i %u %x", -1, INT32_MIN, UINT32_MAX, 0xabcdu);
	SAME("long", "%ld %lu %lx %lld %llu", INT64_MIN, UINT64_MAX, 1l, 2ll, 3ull);
	SAME("size", "%zu %zx", SIZE_MAX, (size_t)255);
	SAME("width", "%5d|%05d|%5x|%05x|%5u", -42, -42, 255u, 255u, 0u);
	SAME("zero", "%d %x", 0, 0u);
	SAME("percent", "100%% %c", 'x');
	SAME("pointer", "%p", (void *)(uintptr_t)0x1234);
	unknown_is_shown();
	bounded();
	return failures != 0;
}
