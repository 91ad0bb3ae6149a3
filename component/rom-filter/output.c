/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Writing an output by its rules, which the configuration has checked. */

#include "rom-filter.h"

#include <tenon/text.h>

struct making {
	const struct filter *filter;
	struct tn_kdl_writer *writer;
};

/* -- copies of an input's nodes, children and all -- */

static void copy_events(struct tn_kdl_writer *writer, struct tn_kdl_reader *reader)
{
	struct tn_kdl_item item;
	for (;;) {
		switch (tn_kdl_read(reader, &item)) {
		case TN_KDL_NODE:
			tn_kdl_write_typed_node(writer, &item.type, &item.name);
			break;
		case TN_KDL_ARGUMENT:
			tn_kdl_write_value(writer, NULL, &item.value);
			break;
		case TN_KDL_PROPERTY:
			tn_kdl_write_value(writer, &item.name, &item.value);
			break;
		case TN_KDL_CHILDREN:
			tn_kdl_write_open(writer);
			break;
		case TN_KDL_CHILDREN_END:
			tn_kdl_write_close(writer);
			break;
		case TN_KDL_NODE_END:
			break;
		default:
			return;
		}
	}
}

static bool copy_node(void *self, const struct tn_kdl_node *node)
{
	struct tn_kdl_string text = tn_kdl_node_text(node);
	struct tn_kdl_reader reader;
	tn_kdl_reader_init(&reader, text.at, text.len);
	copy_events(self, &reader);
	return true;
}

static void make_copy(const struct making *making, const struct tn_kdl_node *rule)
{
	char name[NAME_MAX + 1];
	struct tn_kdl_node pattern;
	(void)tn_kdl_prop_string(rule, "input", "", name, sizeof(name));
	const struct input *input = find_input(making->filter, name);
	if (input && tn_kdl_child(rule, NULL, &pattern))
		query(input, &pattern, copy_node, making->writer);
}

/* -- values -- */

/* A literal `is=`, or what the value of that name is now; kind NONE: there is none. */
static struct tn_kdl_value named_value(const struct making *making, const struct tn_kdl_node *rule,
				       const char *key)
{
	char name[NAME_MAX + 1];
	struct tn_kdl_value none = { .kind = TN_KDL_NONE };
	(void)tn_kdl_prop_string(rule, key, "", name, sizeof(name));
	const struct value *value = find_value(making->filter, name);
	return value ? value->now : none;
}

static struct tn_kdl_value entry_value(const struct making *making, const struct tn_kdl_node *rule)
{
	struct tn_kdl_value literal = tn_kdl_prop(rule, "is");
	return literal.kind == TN_KDL_NONE ? named_value(making, rule, "value") : literal;
}

static void make_entry(const struct making *making, const struct tn_kdl_node *rule, bool property)
{
	char key[NAME_MAX + 1];
	struct tn_kdl_value value = entry_value(making, rule);
	if (value.kind == TN_KDL_NONE)
		return;
	(void)tn_kdl_arg_string(rule, 0, "", key, sizeof(key));
	struct tn_kdl_string name = tn_kdl_string(key);
	tn_kdl_write_value(making->writer, property ? &name : NULL, &value);
}

/* `if value="v"`: there is one; `is=`: it is this one. */
static bool holds(const struct making *making, const struct tn_kdl_node *rule)
{
	struct tn_kdl_value value = named_value(making, rule, "value");
	struct tn_kdl_value wanted = tn_kdl_prop(rule, "is");
	bool truth = wanted.kind == TN_KDL_NONE ? value.kind != TN_KDL_NONE
						: same_value(&value, &wanted);
	return truth == tn_kdl_name_is(rule, "if");
}

/* -- rules: the configuration bounds how deep they are -- */

static void make_body(const struct making *making, const struct tn_kdl_node *rules, bool nodes);

static void make_node(const struct making *making, const struct tn_kdl_node *rule)
{
	char name[NAME_MAX + 1];
	(void)tn_kdl_arg_string(rule, 0, "", name, sizeof(name));
	tn_kdl_write_node(making->writer, name);
	make_body(making, rule, false);
	tn_kdl_write_open(making->writer);
	make_body(making, rule, true);
	tn_kdl_write_close(making->writer);
}

/* A node's entries come before its children, in whatever order the rules say it. */
static void make_one(const struct making *making, const struct tn_kdl_node *rule, bool nodes)
{
	if (tn_kdl_name_is(rule, "if") || tn_kdl_name_is(rule, "unless")) {
		if (holds(making, rule))
			make_body(making, rule, nodes);
	} else if (tn_kdl_name_is(rule, "node")) {
		if (nodes)
			make_node(making, rule);
	} else if (tn_kdl_name_is(rule, "copy")) {
		if (nodes)
			make_copy(making, rule);
	} else if (!nodes) {
		make_entry(making, rule, tn_kdl_name_is(rule, "prop"));
	}
}

static void make_body(const struct making *making, const struct tn_kdl_node *rules, bool nodes)
{
	struct tn_kdl_node rule;
	for (bool more = tn_kdl_child(rules, NULL, &rule); more; more = tn_kdl_next(&rule, NULL))
		make_one(making, &rule, nodes);
}

enum tn_kdl_status output_make(const struct filter *filter, struct output *output, size_t *length)
{
	struct tn_kdl_writer writer;
	const struct making making = { filter, &writer };
	tn_kdl_writer_init(&writer, output->text[1], output->limit);
	make_body(&making, &output->rules, true);
	enum tn_kdl_status status = tn_kdl_write_end(&writer);
	*length = writer.len;
	return status;
}
