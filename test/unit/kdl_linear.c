/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The worst case of reading is linear in the input. The library is compiled so that each of its
 * basic blocks calls __sanitizer_cov_trace_pc(), which counts: an exact figure, unlike time. For
 * each family of documents, twice the input may take no more than twice the steps (1 % for the
 * constant part), and no document more than MOST steps a byte.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tenon/kdl.h"

enum { MOST = 64, SMALL = 1 << 14, DOUBLINGS = 6 };

void __sanitizer_cov_trace_pc(void);

static unsigned long steps;

void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

/* A document: head, then as many times body as size allows, then tail. */
struct family {
	const char *name;
	const char *head;
	const char *body;
	const char *tail;
	bool valid;
};

static const struct family families[] = {
	{ "nodes", "", "n\n", "", true },
	{ "arguments", "n", " a", "", true },
	{ "properties", "n", " a=1", "", true },
	{ "nested to the limit and back", "",
	  "a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{"
	  "a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{"
	  "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}\n",
	  "", true },
	{ "nested without end", "", "a{", "", false },
	{ "blocks closed only", "", "}", "", false },
	{ "long identifier", "", "a", "", true },
	{ "long identifier, not ASCII", "", "\xe3\x83\x8e", "", true },
	{ "long string", "n \"", "a", "\"", true },
	{ "long string of escapes", "n \"", "\\n", "\"", true },
	{ "long string of code points", "n \"", "\\u{1F600}", "\"", true },
	{ "long string without end", "n \"", "a", "", false },
	{ "long escaped space", "n \"\\", " ", "\"", true },
	{ "raw string of quotes", "n ##\"x", "\"#", "\"##", true },
	{ "raw string of hashes", "n #\"x", "#", "\"#", true },
	{ "opening hashes", "n ", "#", "", false },
	{ "long multi-line string", "n \"\"\"\n", "    a\n", "    \"\"\"", true },
	{ "multi-line string of blank lines", "n \"\"\"\n", "  \n", "    \"\"\"", true },
	{ "multi-line string of newlines", "n \"\"\"\n", "\r\n", "    \"\"\"", true },
	{ "multi-line string of continued lines", "n \"\"\"\n", "  a \\\n", "  b\n  \"\"\"", true },
	{ "multi-line string of quotes", "n \"\"\"\n", "\"\"\\\"", "\n\"\"\"", true },
	{ "multi-line string without end", "n \"\"\"\n", "  \"\"a\n", "", false },
	{ "multi-line string, one long indent", "n \"\"\"\n", " ", "\"\"\"", true },
	{ "raw multi-line string of quotes", "n ####\"\"\"\n", "\"\"\"###", "\n\"\"\"####", true },
	{ "long number", "n 1", "0", "", true },
	{ "long number of underscores", "n 0x1", "_", "", true },
	{ "slashdashed nodes", "", "/-n\n", "", true },
	{ "slashdashed entries", "n", " /-a /-b=1", "", true },
	{ "slashdashed entries without space", "n", "/-a", "", true },
	{ "slashdashed blocks", "n", " /-{a;}", "", true },
	{ "slashdashes in slashdashes", "/-n {", "/-m /-{ /-o; };", "}", true },
	{ "slashdashes without end", "", "/-", "", false },
	{ "slashdash, then lines", "n /-", "\n", "a", true },
	{ "line comments", "", "//\n", "", true },
	{ "long line comment", "//", "\"", "", true },
	{ "block comments", "n", "/**/", "", true },
	{ "nested block comments without end", "", "/*", "", false },
	{ "long block comment", "/*", "*", "*/", true },
	{ "spaces before =", "n a", " ", "=1", true },
	{ "spaces not before =", "n a", " ", "b", true },
	{ "continued lines", "n", "\\\n", "", true },
	{ "spaces that are not ASCII", "n", "\xe3\x80\x80", "", true },
	{ "types", "", "(t)n (t)a (t)\"b\";", "", true },
	{ "empty lines", "", "\n", "", true },
};

static char *make(const struct family *f, size_t size, size_t *len)
{
	size_t head = strlen(f->head), body = strlen(f->body), tail = strlen(f->tail);
	char *text = malloc(head + size + tail);
	memcpy(text, f->head, head);
	*len = head;
	for (size_t n = size / body; n > 0; n--, *len += body)
		memcpy(text + *len, f->body, body);
	memcpy(text + *len, f->tail, tail);
	*len += tail;
	return text;
}

static unsigned long count(const struct family *f, size_t size, size_t *len, bool *valid)
{
	char *text = make(f, size, len);
	steps = 0;
	*valid = tn_kdl_validate(text, *len, NULL);
	free(text);
	return steps;
}

static bool check(const struct family *f)
{
	unsigned long before = 0;
	size_t len;
	bool valid;
	double most = 0;
	for (unsigned i = 0; i <= DOUBLINGS; i++) {
		unsigned long n = count(f, (size_t)SMALL << i, &len, &valid);
		double per_byte = (double)n / (double)len;
		most = per_byte > most ? per_byte : most;
		if (valid != f->valid)
			return printf("not ok kdl.linear.%s: read as %svalid\n", f->name,
				      valid ? "" : "in"),
			       false;
		if (before && (double)n > (double)before * 2.02)
			return printf("not ok kdl.linear.%s: %lu steps, %lu for twice the input\n",
				      f->name, before, n),
			       false;
		before = n;
	}
	if (most > MOST || before == 0)
		return printf("not ok kdl.linear.%s: %.1f steps a byte\n", f->name, most), false;
	printf("ok kdl.linear.%s\n#   %.2f steps a byte at %zu bytes, %.2f at most\n", f->name,
	       (double)before / (double)len, len, most);
	return true;
}

int main(void)
{
	bool ok = true;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		ok = check(&families[i]) && ok;
	return !ok;
}
