/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Each example in doc/scenario.md is a scenario that init takes; and so are those that are shipped.
 * By init's own reader. */

#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenon/format.h>
#include <tenon/rom_client.h>

#include "component/init/config.h"

/* -- what the reader has of a component -- */

static char last_line[512];

void *tn_heap_alloc(size_t size)
{
	return malloc(size);
}

void tn_heap_free(void *block)
{
	free(block);
}

void tn_log(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	if (!last_line[0])
		tn_format_list(last_line, sizeof(last_line), format, arguments);
	va_end(arguments);
}

void tn_exit(int value)
{
	exit(value);
}

tn_error tn_rom_read(const char *label, size_t max, char **content, size_t *size)
{
	(void)label;
	(void)max;
	(void)content;
	(void)size;
	return TN_ERR_NOT_FOUND;
}

/* -- cases -- */

static int failed;

static void verdict(const char *name, bool good)
{
	if (good)
		printf("ok scenario.%s\n", name);
	else
		printf("not ok scenario.%s: %s\n", name, last_line);
	failed |= !good;
}

static void take(const char *name, const char *text, size_t length, bool wanted)
{
	char *content = malloc(length + 1);
	if (!content)
		abort();
	memcpy(content, text, length);
	content[length] = 0;
	last_line[0] = 0;
	struct config *config = config_read(content, length);
	verdict(name, !config == !wanted);
	if (config)
		config_free(config);
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);
	if (!file || !text || fread(text, 1, (1 << 20) - 1, file) == 0) {
		printf("not ok scenario: no file %s\n", path);
		exit(1);
	}
	fclose(file);
	return text;
}

static void examples(const char *path)
{
	char *text = read_file(path), *at = text;
	char name[64];
	unsigned count = 0;
	while ((at = strstr(at, "```kdl\n"))) {
		at += strlen("```kdl\n");
		char *end = strstr(at, "```");
		if (!end)
			break;
		snprintf(name, sizeof(name), "example-%u", ++count);
		take(name, at, (size_t)(end - at), true);
		at = end + strlen("```");
	}
	snprintf(last_line, sizeof(last_line), "%u examples in %s", count, path);
	verdict("examples", count >= 7);
	free(text);
}

static void shipped(const char *pattern)
{
	glob_t found;
	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *text = read_file(found.gl_pathv[i]);
		take(strrchr(found.gl_pathv[i], '/') + 1, text, strlen(text), true);
		free(text);
	}
	globfree(&found);
}

int main(void)
{
	static const char within[] = "config { start \"a\"; end on=\"a\" }";
	static const char twice[] = "config { start \"a\" }\nconfig { start \"b\" }";
	examples("doc/scenario.md");
	shipped("scenario/*.kdl");
	take("within-config", within, sizeof(within) - 1, true);
	take("config-twice", twice, sizeof(twice) - 1, false);
	take("empty", "", 0, true);
	return failed;
}
