/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The public conformance suite of KDL: each input is written in its canonical form, or refused.
 * Argument: the suite's folder. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kdl_canonical.h"

static char *load(const char *folder, const char *kind, const char *name, size_t *len)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s/%s", folder, kind, name);
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	char *text = malloc(1 << 16);
	*len = fread(text, 1, 1 << 16, file);
	fclose(file);
	/* Of its own size, so that a sanitizer sees each byte read behind it. */
	char *exact = malloc(*len + !*len);
	memcpy(exact, text, *len);
	free(text);
	return exact;
}

static const char *check(const char *text, size_t len, const char *expected, size_t expected_len)
{
	static char out[1 << 16];
	struct tn_kdl_error error;
	bool valid = tn_kdl_validate(text, len, &error);
	if (!valid && !error.expected[0])
		return "error without saying what was expected";
	if (!expected)
		return valid ? "was not refused" : NULL;
	if (!valid)
		return error.expected;
	struct tn_kdl_writer writer;
	tn_kdl_writer_init(&writer, out, sizeof(out));
	kdl_canonicalise(&writer, text, len);
	if (writer.status != TN_KDL_OK)
		return tn_kdl_status_text(writer.status);
	if (writer.len != expected_len || memcmp(out, expected, expected_len) != 0)
		return "canonical form differs";
	return NULL;
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "../shared/kdl-suite";
	char inputs[4096];
	struct dirent **names;
	unsigned valid = 0, refused = 0, failed = 0;
	snprintf(inputs, sizeof(inputs), "%s/input", folder);
	int count = scandir(inputs, &names, NULL, alphasort);
	if (count < 0) {
		printf("skip kdl.suite: no conformance suite at %s\n", folder);
		return 0;
	}
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		size_t len = 0, expected_len = 0;
		if (name[0] == '.') {
			free(names[i]);
			continue;
		}
		char *text = load(folder, "input", name, &len);
		char *expected = load(folder, "expected_kdl", name, &expected_len);
		const char *reason = check(text, len, expected, expected_len);
		*(expected ? &valid : &refused) += 1;
		if (reason)
			failed++;
		printf(reason ? "not ok kdl.suite.%.*s: %s\n" : "ok kdl.suite.%.*s\n",
		       (int)strcspn(name, "."), name, reason);
		free(text);
		free(expected);
		free(names[i]);
	}
	free(names);
	printf("# kdl.suite: %u valid documents, %u to refuse, %u failed\n", valid, refused,
	       failed);
	return failed != 0 || valid == 0;
}
