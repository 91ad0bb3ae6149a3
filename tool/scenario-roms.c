/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What a scenario needs: prints, for each ROM of the bundle, its name, the file that its `rom` node
 * names, if any, and the child whose `start` node asks for it as its executable, separated by tabs.
 * The file "-" is a ROM left out on purpose (absent=#true). Mistakes of form are init's to report;
 * only what is not KDL is an error here.
 */

#include <stdio.h>
#include <stdlib.h>
#include <tenon/kdl.h>

static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t size = 0;
	*length = 0;
	if (!file)
		return NULL;
	do {
		size = size ? 2 * size : 65536;
		char *bigger = realloc(text, size);
		if (!bigger)
			break;
		text = bigger;
		*length += fread(text + *length, 1, size - *length, file);
	} while (*length == size);
	fclose(file);
	return text;
}

static void print_start(const struct tn_kdl_node *node)
{
	char name[256], child[256];
	struct tn_kdl_node binary;
	if (!tn_kdl_child(node, "binary", &binary))
		binary = *node;
	if (tn_kdl_arg_string(node, 0, "", child, sizeof(child)) == TN_KDL_OK &&
	    tn_kdl_arg_string(&binary, 0, "", name, sizeof(name)) == TN_KDL_OK)
		printf("%s\t\t%s\n", name, child);
}

static void print_rom(const struct tn_kdl_node *node)
{
	char name[256], file[4096];
	bool absent = false;
	if (tn_kdl_arg_string(node, 0, "", name, sizeof(name)) != TN_KDL_OK)
		return;
	if (tn_kdl_prop_string(node, "file", "", file, sizeof(file)) > TN_KDL_ABSENT ||
	    tn_kdl_prop_bool(node, "absent", false, &absent) > TN_KDL_ABSENT)
		return;
	if (absent)
		snprintf(file, sizeof(file), "-");
	printf("%s\t%s\t\n", name, file);
}

int main(int argc, char **argv)
{
	struct tn_kdl_error error;
	size_t length;
	if (argc != 2) {
		fprintf(stderr, "usage: scenario-roms FILE\n");
		return 2;
	}
	char *text = read_file(argv[1], &length);
	if (!text) {
		perror(argv[1]);
		return 2;
	}
	if (!tn_kdl_validate(text, length, &error)) {
		fprintf(stderr, "%s:%u:%u: not KDL: expected %s\n", argv[1], error.line,
			error.column, error.expected);
		free(text);
		return 2;
	}
	struct tn_kdl_node root = tn_kdl_root(text, length), node;
	for (bool more = tn_kdl_child(&root, "start", &node); more;
	     more = tn_kdl_next(&node, "start"))
		print_start(&node);
	for (bool more = tn_kdl_child(&root, "rom", &node); more; more = tn_kdl_next(&node, "rom"))
		print_rom(&node);
	free(text);
	return 0;
}
