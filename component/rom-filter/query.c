/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A pattern is a node with at most one child, which is a pattern: it matches nodes of its name that
 * have its arguments and properties. */

#include "rom-filter.h"

bool same_value(const struct tn_kdl_value *a, const struct tn_kdl_value *b)
{
	int64_t x, y;
	if (a->kind != b->kind)
		return false;
	if (a->kind == TN_KDL_BOOL)
		return a->truth == b->truth;
	if (a->kind == TN_KDL_NUMBER &&
	    tn_kdl_as_i64(*a, 0, INT64_MIN, INT64_MAX, &x) == TN_KDL_OK &&
	    tn_kdl_as_i64(*b, 0, INT64_MIN, INT64_MAX, &y) == TN_KDL_OK)
		return x == y;
	return a->kind == TN_KDL_NONE || a->kind == TN_KDL_NULL ||
	       tn_kdl_string_compare(&a->text, &b->text) == 0;
}

/* A property of the node by a name that may have escapes. */
static struct tn_kdl_value property_of(const struct tn_kdl_node *node,
				       const struct tn_kdl_string *name)
{
	char text[NAME_MAX + 1];
	struct tn_kdl_value none = { .kind = TN_KDL_NONE };
	if (tn_kdl_string_copy(name, text, sizeof(text), NULL) != TN_KDL_OK)
		return none;
	return tn_kdl_prop(node, text);
}

static bool entries_match(const struct tn_kdl_node *node, const struct tn_kdl_node *pattern)
{
	struct tn_kdl_reader reader = tn_kdl_entries(pattern);
	struct tn_kdl_item item;
	size_t argument = 0;
	for (;;) {
		struct tn_kdl_value value;
		enum tn_kdl_event event = tn_kdl_read(&reader, &item);
		if (event == TN_KDL_ARGUMENT)
			value = tn_kdl_arg(node, argument++);
		else if (event == TN_KDL_PROPERTY)
			value = property_of(node, &item.name);
		else
			return true;
		if (!same_value(&value, &item.value))
			return false;
	}
}

static bool matches(const struct tn_kdl_node *node, const struct tn_kdl_node *pattern)
{
	return tn_kdl_string_compare(&node->name, &pattern->name) == 0 &&
	       entries_match(node, pattern);
}

/* A place on the way down: a node, and the pattern that it matches. */
struct step {
	struct tn_kdl_node node, pattern;
};

/* To the first node from `step->node` on, itself and its siblings, that matches. */
static bool seek(struct step *step, bool more)
{
	while (more && !matches(&step->node, &step->pattern))
		more = tn_kdl_next(&step->node, NULL);
	return more;
}

void query(const struct input *input, const struct tn_kdl_node *pattern,
	   bool (*found)(void *self, const struct tn_kdl_node *node), void *self)
{
	struct step steps[PATTERN_DEPTH_MAX + 1];
	struct tn_kdl_node root;
	size_t depth = 0;
	if (!input->usable)
		return;
	root = tn_kdl_root(input->client.content, input->client.size);
	steps[0].pattern = *pattern;
	bool here = seek(&steps[0], tn_kdl_child(&root, NULL, &steps[0].node));
	for (;;) {
		struct step *step = &steps[depth];
		if (!here) { /* back to where there may be another way */
			if (!depth--)
				return;
			here = seek(&steps[depth], tn_kdl_next(&steps[depth].node, NULL));
		} else if (tn_kdl_child(&step->pattern, NULL, &step[1].pattern)) {
			depth++;
			here = seek(&step[1], tn_kdl_child(&step->node, NULL, &step[1].node));
		} else {
			if (!found(self, &step->node))
				return;
			here = seek(step, tn_kdl_next(&step->node, NULL));
		}
	}
}

/* -- values -- */

static bool take_value(void *self, const struct tn_kdl_node *node)
{
	struct value *value = self;
	struct tn_kdl_value now = value->property[0] ? tn_kdl_prop(node, value->property)
						     : tn_kdl_arg(node, value->argument);
	if (now.kind == TN_KDL_NONE)
		return true; /* another node may have it */
	value->now = now;
	return false;
}

void values_update(struct filter *filter)
{
	for (struct value *value = filter->values; value; value = value->next) {
		struct tn_kdl_node pattern;
		value->now = value->fallback;
		if (tn_kdl_child(&value->pattern, NULL, &pattern))
			query(value->input, &pattern, take_value, value);
	}
}
