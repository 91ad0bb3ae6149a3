/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The Wc server's counting against wc itself, on text and on bytes of every kind. */

#define _GNU_SOURCE
#include <component/wc/count.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static bool ask_wc(const unsigned char *data, size_t length, struct count *count)
{
	char path[] = "/tmp/tenon-count-XXXXXX", command[128];
	int fd = mkstemp(path);
	bool good = fd >= 0 && write(fd, data, length) == (ssize_t)length;
	snprintf(command, sizeof(command), "LC_ALL=C wc < %s", path);
	FILE *pipe = good ? popen(command, "r") : NULL;
	good = pipe &&
	       fscanf(pipe, "%lu %lu %lu", &count->lines, &count->words, &count->bytes) == 3;
	if (pipe)
		pclose(pipe);
	if (fd >= 0)
		close(fd);
	unlink(path);
	return good;
}

static void compare(const char *name, const unsigned char *data, size_t length)
{
	struct count ours = { 0 }, theirs = { 0 };
	for (size_t at = 0; at < length; at += 7) /* cut anywhere */
		count_bytes(&ours, data + at, length - at < 7 ? length - at : 7);
	if (!ask_wc(data, length, &theirs)) {
		printf("skip count.%s: cannot run wc\n", name);
	} else if (ours.lines == theirs.lines && ours.words == theirs.words &&
		   ours.bytes == theirs.bytes) {
		printf("ok count.%s\n", name);
	} else {
		printf("not ok count.%s: %lu %lu %lu, but wc says %lu %lu %lu\n", name, ours.lines,
		       ours.words, ours.bytes, theirs.lines, theirs.words, theirs.bytes);
		failures++;
	}
}

static void compare_text(const char *name, const char *text)
{
	compare(name, (const unsigned char *)text, strlen(text));
}

int main(void)
{
	static unsigned char bytes[100000];
	compare_text("empty", "");
	compare_text("no-newline", "one two");
	compare_text("spaces", " \t\n\v\f\r a  b\n\n");
	compare_text("utf-8", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xc3\xa4\n");
	for (size_t i = 0; i < 65536; i++) { /* each byte next to each */
		bytes[2 * (i % 50000)] = (unsigned char)(i >> 8);
		bytes[2 * (i % 50000) + 1] = (unsigned char)i;
	}
	compare("pairs", bytes, sizeof(bytes));
	srandom(1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)random();
	compare("random", bytes, sizeof(bytes));
	return failures != 0;
}
