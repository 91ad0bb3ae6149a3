/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Any bytes: what reads as KDL is written, read again, and must be the same, seen by the cursor, by
 * navigating, and when written once more. A buffer that is too small still gets a valid document.
 */

#include <stdlib.h>
#include <string.h>

#include "../unit/kdl_canonical.h"

#define REQUIRE(condition)        \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

static struct tn_kdl_writer canonical(const char *text, size_t len, char *out, size_t size)
{
	struct tn_kdl_writer writer;
	tn_kdl_writer_init(&writer, out, size);
	kdl_canonicalise(&writer, text, len);
	return writer;
}

static bool same_string(const struct tn_kdl_string *a, const struct tn_kdl_string *b)
{
	return !a->at == !b->at && (!a->at || tn_kdl_string_compare(a, b) == 0);
}

static void require_same_value(struct tn_kdl_value a, struct tn_kdl_value b)
{
	int64_t ia, ib;
	uint64_t ua, ub;
	REQUIRE(a.kind == b.kind && same_string(&a.type, &b.type));
	REQUIRE(a.kind != TN_KDL_STRING || same_string(&a.text, &b.text));
	REQUIRE(a.kind != TN_KDL_BOOL || a.truth == b.truth);
	REQUIRE(tn_kdl_as_i64(a, 1, INT64_MIN, INT64_MAX, &ia) ==
		tn_kdl_as_i64(b, 1, INT64_MIN, INT64_MAX, &ib));
	REQUIRE(tn_kdl_as_size(a, 1, 0, UINT64_MAX, &ua) ==
		tn_kdl_as_size(b, 1, 0, UINT64_MAX, &ub));
	REQUIRE(ia == ib && ua == ub);
}

/* All entries of a are in b. */
static void require_entries(const struct tn_kdl_node *a, const struct tn_kdl_node *b)
{
	static char name[1 << 16];
	struct tn_kdl_reader reader = tn_kdl_entries(a);
	struct tn_kdl_item item;
	size_t index = 0;
	for (;;) {
		enum tn_kdl_event event = tn_kdl_read(&reader, &item);
		if (event == TN_KDL_ARGUMENT)
			require_same_value(item.value, tn_kdl_arg(b, index++));
		else if (event != TN_KDL_PROPERTY)
			break;
		else if (tn_kdl_string_copy(&item.name, name, sizeof(name), NULL) == TN_KDL_OK)
			require_same_value(tn_kdl_prop(a, name), tn_kdl_prop(b, name));
	}
	REQUIRE(tn_kdl_arg(b, index).kind == TN_KDL_NONE);
}

static void require_same(const struct tn_kdl_node *a, const struct tn_kdl_node *b)
{
	struct tn_kdl_node ca, cb;
	REQUIRE(same_string(&a->name, &b->name) && same_string(&a->type, &b->type));
	require_entries(a, b);
	require_entries(b, a);
	bool more_a = tn_kdl_child(a, NULL, &ca);
	bool more_b = tn_kdl_child(b, NULL, &cb);
	while (more_a && more_b) {
		require_same(&ca, &cb);
		more_a = tn_kdl_next(&ca, NULL);
		more_b = tn_kdl_next(&cb, NULL);
	}
	REQUIRE(!more_a && !more_b);
}

static void require_valid_when_short(const char *text, size_t len, size_t size)
{
	struct tn_kdl_error error;
	char *out = malloc(size + 1);
	char *exact = size > 0 ? out : NULL;
	struct tn_kdl_writer writer = canonical(text, len, exact, size);
	REQUIRE(writer.len <= size);
	REQUIRE(writer.status == TN_KDL_FULL);
	REQUIRE(tn_kdl_validate(out, writer.len, &error));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct tn_kdl_error error;
	/* Nothing but a long number or a long list can grow: by indenting, at most. */
	size_t size = 4096 + len * 600;
	struct tn_kdl_node root = tn_kdl_root(text, len);
	if (len > 4096)
		return 0;
	if (!tn_kdl_validate(text, len, &error)) {
		REQUIRE(error.expected && error.expected[0] && error.line > 0 && error.column > 0);
		REQUIRE(error.offset <= len);
		require_entries(&root, &root);
		return 0;
	}
	char *first = malloc(size);
	char *second = malloc(size);
	struct tn_kdl_writer w1 = canonical(text, len, first, size);
	struct tn_kdl_writer w2 = canonical(first, w1.len, second, size);
	REQUIRE(w1.status == TN_KDL_OK && w2.status == TN_KDL_OK);
	REQUIRE(w1.len == w2.len && memcmp(first, second, w1.len) == 0);
	struct tn_kdl_node again = tn_kdl_root(first, w1.len);
	require_same(&root, &again);
	require_valid_when_short(text, len, w1.len > 1 ? (len * 7919) % (w1.len - 1) : 0);
	free(first);
	free(second);
	return 0;
}
