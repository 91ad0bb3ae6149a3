/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "rom-filter.h"

#include <tenon/text.h>

#define LIMIT     ((uint64_t)64 << 10)
#define LIMIT_MAX ((uint64_t)16 << 20)
enum { RULE_DEPTH_MAX = 16 };

struct input *find_input(const struct filter *filter, const char *name)
{
	struct input *input = filter->inputs;
	while (input && !tn_text_equal(input->name, name))
		input = input->next;
	return input;
}

struct value *find_value(const struct filter *filter, const char *name)
{
	struct value *value = filter->values;
	while (value && !tn_text_equal(value->name, name))
		value = value->next;
	return value;
}

/* -- references -- */

static struct input *read_input_name(struct tn_config *config, const struct filter *filter,
				     const struct tn_kdl_node *node)
{
	char name[NAME_MAX + 1];
	if (!tn_config_property(config, node, "input", name, sizeof(name)))
		return NULL;
	struct input *input = find_input(filter, name);
	if (!input)
		tn_config_mistake(config, node->start, "there is no input %s before this", name);
	return input;
}

static void check_value_name(struct tn_config *config, const struct filter *filter,
			     const struct tn_kdl_node *node)
{
	char name[NAME_MAX + 1];
	if (tn_config_property(config, node, "value", name, sizeof(name)) &&
	    !find_value(filter, name))
		tn_config_mistake(config, node->start, "there is no value %s before this", name);
}

/* One chain of nodes: each has one child, but for the last. */
static void check_pattern(struct tn_config *config, const struct tn_kdl_node *node)
{
	struct tn_kdl_node at = *node, child, sibling;
	unsigned depth = 0;
	while (tn_kdl_child(&at, NULL, &child)) {
		sibling = child;
		if (tn_kdl_next(&sibling, NULL))
			tn_config_mistake(config, sibling.start, "a pattern has one node a level");
		if (++depth > PATTERN_DEPTH_MAX) {
			tn_config_mistake(config, child.start, "a pattern has at most %u levels",
					  (unsigned)PATTERN_DEPTH_MAX);
			return;
		}
		at = child;
	}
	if (!depth)
		tn_config_mistake(config, node->start, "a pattern is missing: { node }");
}

/* -- inputs and values -- */

static void read_input(struct tn_config *config, struct filter *filter, struct tn_kdl_node *node)
{
	struct input *input = tn_config_alloc(config, node->start, sizeof(*input));
	if (!input)
		return;
	if (tn_config_argument(config, node, 0, "the input's name", input->name,
			       sizeof(input->name)) &&
	    find_input(filter, input->name))
		tn_config_mistake(config, node->start, "there is an input %s already", input->name);
	tn_text_copy_cut(input->rom, sizeof(input->rom), input->name);
	if (tn_kdl_prop(node, "rom").kind != TN_KDL_NONE)
		tn_config_property(config, node, "rom", input->rom, sizeof(input->rom));
	input->limit = (size_t)tn_config_size(config, node, "limit", LIMIT, 1, LIMIT_MAX);
	tn_config_unknown(config, node, "a name, rom=, limit=");
	input->next = filter->inputs;
	filter->inputs = input;
}

static void read_value(struct tn_config *config, struct filter *filter, struct tn_kdl_node *node)
{
	struct value *value = tn_config_alloc(config, node->start, sizeof(*value));
	struct tn_kdl_node all = *node;
	if (!value)
		return;
	if (tn_config_argument(config, node, 0, "the value's name", value->name,
			       sizeof(value->name)) &&
	    find_value(filter, value->name))
		tn_config_mistake(config, node->start, "there is a value %s already", value->name);
	value->input = read_input_name(config, filter, node);
	value->argument = tn_config_u64(config, node, "arg", 0, 0, 1000);
	if (tn_kdl_prop(node, "prop").kind != TN_KDL_NONE)
		tn_config_property(config, node, "prop", value->property, sizeof(value->property));
	value->fallback = tn_kdl_prop(node, "default");
	all.asked = NULL;
	value->pattern = all;
	check_pattern(config, node);
	tn_config_unknown(config, node, "a name, input=, arg=, prop=, default=, a pattern");
	value->next = filter->values;
	filter->values = value;
}

/* -- outputs -- */

static void check_entry(struct tn_config *config, const struct filter *filter,
			const struct tn_kdl_node *rule, bool property)
{
	char key[NAME_MAX + 1];
	if (property)
		tn_config_argument(config, rule, 0, "the property's name", key, sizeof(key));
	if (tn_kdl_prop(rule, "is").kind == TN_KDL_NONE)
		check_value_name(config, filter, rule);
}

static void check_rules(struct tn_config *config, const struct filter *filter,
			const struct tn_kdl_node *rules, unsigned depth);

static void check_rule(struct tn_config *config, const struct filter *filter,
		       struct tn_kdl_node *rule, unsigned depth)
{
	char name[NAME_MAX + 1];
	struct tn_kdl_asked asked;
	tn_kdl_track(rule, &asked);
	if (tn_kdl_name_is(rule, "node")) {
		tn_config_argument(config, rule, 0, "the node's name", name, sizeof(name));
		check_rules(config, filter, rule, depth + 1);
	} else if (tn_kdl_name_is(rule, "if") || tn_kdl_name_is(rule, "unless")) {
		check_value_name(config, filter, rule);
		(void)tn_kdl_prop(rule, "is");
		check_rules(config, filter, rule, depth + 1);
	} else if (tn_kdl_name_is(rule, "copy")) {
		(void)read_input_name(config, filter, rule);
		check_pattern(config, rule);
	} else if (depth && tn_kdl_name_is(rule, "arg")) {
		check_entry(config, filter, rule, false);
	} else if (depth && tn_kdl_name_is(rule, "prop")) {
		check_entry(config, filter, rule, true);
	} else {
		tn_config_mistake(config, rule->start,
				  "unknown rule here; known: node, if, unless, copy%s",
				  depth ? ", arg, prop" : "");
		return;
	}
	tn_config_unknown(config, rule, "what the README lists for this rule");
}

static void check_rules(struct tn_config *config, const struct filter *filter,
			const struct tn_kdl_node *rules, unsigned depth)
{
	struct tn_kdl_node rule;
	if (depth > RULE_DEPTH_MAX) {
		tn_config_mistake(config, rules->start, "rules have at most %u levels",
				  (unsigned)RULE_DEPTH_MAX);
		return;
	}
	for (bool more = tn_kdl_child(rules, NULL, &rule); more; more = tn_kdl_next(&rule, NULL)) {
		struct tn_kdl_node copy = rule;
		check_rule(config, filter, &copy, depth);
	}
}

static void read_output(struct tn_config *config, struct filter *filter, struct tn_kdl_node *node)
{
	struct output *output = tn_config_alloc(config, node->start, sizeof(*output));
	if (!output)
		return;
	tn_config_argument(config, node, 0, "the ROM's name", output->name, sizeof(output->name));
	for (const struct output *other = filter->outputs; other; other = other->next)
		if (tn_text_equal(other->name, output->name))
			tn_config_mistake(config, node->start, "there is a ROM %s already",
					  output->name);
	output->limit = (size_t)tn_config_size(config, node, "limit", LIMIT, 1, LIMIT_MAX);
	output->text[0] = tn_config_alloc(config, node->start, output->limit);
	output->text[1] = tn_config_alloc(config, node->start, output->limit);
	check_rules(config, filter, node, 0);
	tn_config_unknown(config, node, "a name, limit=, rules");
	output->rules = *node;
	output->rules.asked = NULL;
	output->next = filter->outputs;
	filter->outputs = output;
}

void config_read(struct filter *filter)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	tn_config_read(&config, "config", &root);
	for (bool more = tn_kdl_child(&root, NULL, &node); more; more = tn_kdl_next(&node, NULL)) {
		struct tn_kdl_node copy = node;
		struct tn_kdl_asked asked;
		tn_kdl_track(&copy, &asked);
		if (tn_kdl_name_is(&node, "input"))
			read_input(&config, filter, &copy);
		else if (tn_kdl_name_is(&node, "value"))
			read_value(&config, filter, &copy);
		else if (tn_kdl_name_is(&node, "rom"))
			read_output(&config, filter, &copy);
		else
			tn_config_mistake(&config, node.start,
					  "unknown node here; known: input, value, rom");
	}
	if (!filter->outputs)
		tn_config_mistake(&config, root.start, "there is no `rom` to make");
	tn_config_end(&config);
}
