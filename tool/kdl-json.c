/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * kdl-json FILE: prints a KDL document as JSON. So tools read by the reader that components have.
 *
 * A document is a list of nodes. A node has name, line, column, entries and children; an entry has
 * line, column, kind ("string", "number", "boolean", "null"), value, and as a property a name. A
 * number's value is its text. What is not KDL is reported as FILE:LINE:COLUMN, with exit value 1.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tenon/kdl.h>

struct output {
	char *buffer; /* for one string: as long as the document, which has none longer */
	size_t size;
	const char *at; /* the place last told, and its line and column */
	uint32_t line, column;
	bool first; /* nothing in this list yet */
	bool block; /* this node's children were printed */
};

static char *read_all(FILE *file, size_t *length)
{
	char *text = NULL;
	size_t size = 0;
	*length = 0;
	do {
		size = size ? 2 * size : 65536;
		char *bigger = realloc(text, size);
		if (!bigger)
			break;
		text = bigger;
		*length += fread(text + *length, 1, size - *length, file);
	} while (*length == size);
	if (*length < size && !ferror(file))
		return text;
	free(text);
	return NULL;
}

static void print_string(struct output *output, const struct tn_kdl_string *string)
{
	size_t length;
	if (tn_kdl_string_copy(string, output->buffer, output->size, &length) != TN_KDL_OK) {
		fputs("null", stdout); /* has a NUL inside */
		return;
	}
	putchar('"');
	for (const char *c = output->buffer; *c; c++)
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			printf("\\u%04x", (unsigned)*c);
		else
			putchar(*c);
	putchar('"');
}

/* Places come in their order: each is found from the one before. */
static void print_place(struct output *output, const char *at)
{
	uint32_t line, column;
	tn_kdl_position(output->at, at, &line, &column);
	output->column = line == 1 ? output->column + column - 1 : column;
	output->line += line - 1;
	output->at = at;
	printf("\"line\":%u,\"column\":%u,", output->line, output->column);
}

static void print_value(struct output *output, const struct tn_kdl_value *value)
{
	static const char *const kinds[] = { "none", "string", "number", "boolean", "null" };
	printf("\"kind\":\"%s\",\"value\":", kinds[value->kind]);
	if (value->kind == TN_KDL_BOOL)
		fputs(value->truth ? "true" : "false", stdout);
	else if (value->kind == TN_KDL_NULL)
		fputs("null", stdout);
	else
		print_string(output, &value->text);
}

static void print_entry(struct output *output, const struct tn_kdl_item *item, bool property)
{
	fputs(output->first ? "{" : ",{", stdout);
	print_place(output, item->start);
	if (property) {
		fputs("\"name\":", stdout);
		print_string(output, &item->name);
		putchar(',');
	}
	print_value(output, &item->value);
	putchar('}');
	output->first = false;
}

static void print_node(struct output *output, const struct tn_kdl_item *item)
{
	fputs(output->first ? "{" : ",\n{", stdout);
	print_place(output, item->start);
	fputs("\"name\":", stdout);
	print_string(output, &item->name);
	fputs(",\"entries\":[", stdout);
	output->first = true;
	output->block = false;
}

static void print_event(struct output *output, enum tn_kdl_event event,
			const struct tn_kdl_item *item)
{
	switch (event) {
	case TN_KDL_NODE:
		print_node(output, item);
		break;
	case TN_KDL_ARGUMENT:
	case TN_KDL_PROPERTY:
		print_entry(output, item, event == TN_KDL_PROPERTY);
		break;
	case TN_KDL_CHILDREN:
		fputs("],\"children\":[", stdout);
		output->first = true;
		break;
	case TN_KDL_CHILDREN_END:
		output->block = true;
		break;
	default: /* TN_KDL_NODE_END */
		fputs(output->block ? "]}" : "],\"children\":[]}", stdout);
		output->block = false;
		output->first = false;
		break;
	}
}

static bool print_document(const char *text, size_t length)
{
	struct output output = {
		.size = length + 1, .at = text, .line = 1, .column = 1, .first = true
	};
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	output.buffer = malloc(output.size);
	if (!output.buffer)
		return false;
	tn_kdl_reader_init(&reader, text, length);
	putchar('[');
	while ((event = tn_kdl_read(&reader, &item)) > TN_KDL_END)
		print_event(&output, event, &item);
	puts("]");
	free(output.buffer);
	return fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv)
{
	struct tn_kdl_error error;
	size_t length = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: kdl-json FILE, or - for standard input\n");
		return 2;
	}
	bool standard = strcmp(argv[1], "-") == 0;
	FILE *file = standard ? stdin : fopen(argv[1], "rb");
	char *text = file ? read_all(file, &length) : NULL;
	if (!text) {
		fprintf(stderr, "%s: cannot be read: %s\n", argv[1], strerror(errno));
		return 2;
	}
	if (!standard)
		fclose(file);
	int status = 1;
	if (!tn_kdl_validate(text, length, &error))
		fprintf(stderr, "%s:%u:%u: not KDL: expected %s\n", argv[1], error.line,
			error.column, error.expected);
	else if (print_document(text, length))
		status = 0;
	else
		perror("kdl-json: cannot write");
	free(text);
	return status;
}
