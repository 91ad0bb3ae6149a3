/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "config.h"

/* The reading under way: where mistakes are counted. */
struct reading {
	struct config *config;
	unsigned mistakes;
};

bool text_is(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

struct start *config_find(const struct config *config, const char *name)
{
	struct start *start = config->starts;
	while (start && !text_is(start->name, name))
		start = start->next;
	return start;
}

static void mistake(struct reading *reading, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void mistake(struct reading *reading, const char *at, const char *format, ...)
{
	char text[256];
	uint32_t line, column;
	va_list arguments;
	va_start(arguments, format);
	tn_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	tn_kdl_position(reading->config->text, at, &line, &column);
	tn_log("config:%u:%u: %s", line, column, text);
	reading->mistakes++;
}

static void *allocate(struct reading *reading, const char *at, size_t size)
{
	void *block = tn_heap_alloc(size);
	if (block)
		__builtin_memset(block, 0, size);
	else
		mistake(reading, at, "out of RAM: the configuration is too big for init's quota");
	return block;
}

/* What nobody has asked for is a mistake of who wrote it. */
static void report_unknown(struct reading *reading, const struct tn_kdl_node *node,
			   const char *known)
{
	struct tn_kdl_unknown unknown = tn_kdl_unknown(node);
	char name[64];
	while (tn_kdl_unknown_next(&unknown)) {
		const char *what = unknown.what == TN_KDL_ARGUMENT   ? "argument"
				   : unknown.what == TN_KDL_PROPERTY ? "property"
								     : "node";
		if (tn_kdl_string_copy(&unknown.name, name, sizeof(name), NULL) != TN_KDL_OK)
			name[0] = 0;
		mistake(reading, unknown.start, "unknown %s %s here; known: %s", what, name, known);
	}
}

/* A name or label: required, of at most `max` characters. */
static bool read_argument(struct reading *reading, const struct tn_kdl_node *node, char *to,
			  size_t max, const char *what)
{
	enum tn_kdl_status status = tn_kdl_arg_string(node, 0, "", to, max + 1);
	if (status == TN_KDL_OK && to[0])
		return true;
	if (status == TN_KDL_RANGE)
		mistake(reading, node->start, "%s is longer than %zu bytes", what, max);
	else
		mistake(reading, node->start, "%s is missing: give it as a string in quotes", what);
	return false;
}

/* False: absent, or a mistake that was reported. */
static bool read_label(struct reading *reading, const struct tn_kdl_node *node, char *to)
{
	enum tn_kdl_status status = tn_kdl_prop_string(node, "label", "", to, TN_LABEL_MAX + 1);
	if (status > TN_KDL_ABSENT)
		mistake(reading, node->start, "label= must be a string of at most %u bytes",
			TN_LABEL_MAX);
	return status == TN_KDL_OK;
}

/* -- routes -- */

static void read_target(struct reading *reading, const struct tn_kdl_node *node, struct rule *rule)
{
	struct tn_kdl_asked asked;
	struct tn_kdl_node target;
	unsigned targets = 0;
	if (tn_kdl_child(node, "parent", &target)) {
		tn_kdl_track(&target, &asked);
		rule->has_new_label = read_label(reading, &target, rule->new_label);
		report_unknown(reading, &target, "label=");
		targets++;
	}
	if (tn_kdl_child(node, "child", &target)) {
		tn_kdl_track(&target, &asked);
		(void)read_argument(reading, &target, rule->child, TN_LABEL_MAX,
				    "the child's name");
		rule->has_new_label = read_label(reading, &target, rule->new_label);
		report_unknown(reading, &target, "a name, label=");
		targets++;
	}
	if (targets != 1)
		mistake(reading, node->start,
			"a route needs exactly one target: { parent } or { child \"name\" }");
}

static void read_rule(struct reading *reading, struct tn_kdl_node *node, struct rule *rule)
{
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	rule->start = node->start;
	if (tn_kdl_name_is(node, "service")) {
		(void)read_argument(reading, node, rule->service, TN_SERVICE_NAME_MAX,
				    "the service's name");
		rule->has_label = read_label(reading, node, rule->label);
	} else if (!tn_kdl_name_is(node, "any-service")) {
		mistake(reading, node->start, "unknown node here; known: service, any-service");
		return;
	}
	read_target(reading, node, rule);
	report_unknown(reading, node, "label=, parent, child");
}

static struct rule *read_rules(struct reading *reading, const struct tn_kdl_node *route)
{
	struct rule *first = NULL, **last = &first;
	struct tn_kdl_node node;
	for (bool more = tn_kdl_child(route, NULL, &node); more; more = tn_kdl_next(&node, NULL)) {
		struct rule *rule = allocate(reading, node.start, sizeof(*rule));
		if (!rule)
			break;
		struct tn_kdl_node copy = node;
		read_rule(reading, &copy, rule);
		*last = rule;
		last = &rule->next;
	}
	return first;
}

/* -- start nodes -- */

static void read_provides(struct reading *reading, const struct tn_kdl_node *start_node,
			  struct start *start)
{
	struct tn_kdl_node node;
	for (bool more = tn_kdl_child(start_node, "provides", &node); more;
	     more = tn_kdl_next(&node, "provides")) {
		for (size_t i = 0; i == 0 || tn_kdl_arg(&node, i).kind != TN_KDL_NONE; i++) {
			struct provided *provided =
				allocate(reading, node.start, sizeof(*provided));
			if (!provided)
				return;
			if (tn_kdl_arg_string(&node, i, "", provided->service,
					      sizeof(provided->service)) != TN_KDL_OK)
				mistake(reading, node.start,
					"provides needs names of services, at most %u bytes each",
					TN_SERVICE_NAME_MAX);
			provided->next = start->provides;
			start->provides = provided;
		}
	}
}

static void read_quota(struct reading *reading, const struct tn_kdl_node *node, struct start *start)
{
	if (tn_kdl_prop_u64(node, "caps", 100, 1, 1 << 20, &start->quota.caps) > TN_KDL_ABSENT)
		mistake(reading, node->start, "caps= must be a whole number from 1 to 1048576");
	if (tn_kdl_prop_size(node, "ram", 1 << 20, TN_PAGE_SIZE, (uint64_t)1 << 40,
			     &start->quota.ram) > TN_KDL_ABSENT)
		mistake(reading, node->start,
			"ram= must be bytes, or a number with unit such as \"1M\"");
}

static void read_start_body(struct reading *reading, const struct tn_kdl_node *node,
			    struct start *start)
{
	struct tn_kdl_node child;
	(void)__builtin_memcpy(start->binary, start->name, sizeof(start->binary));
	if (tn_kdl_child(node, "binary", &child))
		(void)read_argument(reading, &child, start->binary, TN_LABEL_MAX, "the ROM's name");
	read_provides(reading, node, start);
	if (tn_kdl_child(node, "route", &child)) {
		start->has_rules = true;
		start->rules = read_rules(reading, &child);
	}
	if (tn_kdl_child(node, "config", &child))
		start->config = tn_kdl_node_text(&child);
}

static void read_start(struct reading *reading, struct tn_kdl_node *node, struct start ***last)
{
	struct tn_kdl_asked asked;
	struct start *start = allocate(reading, node->start, sizeof(*start));
	if (!start)
		return;
	tn_kdl_track(node, &asked);
	bool named = read_argument(reading, node, start->name, TN_LABEL_MAX, "the child's name");
	if (named && config_find(reading->config, start->name))
		mistake(reading, node->start, "there is a child named %s already: rename one",
			start->name);
	read_quota(reading, node, start);
	read_start_body(reading, node, start);
	report_unknown(reading, node, "caps=, ram=, binary, provides, route, config");
	**last = start;
	*last = &start->next;
}

/* -- the document -- */

static void read_end(struct reading *reading, struct tn_kdl_node *node)
{
	struct tn_kdl_asked asked;
	struct config *config = reading->config;
	tn_kdl_track(node, &asked);
	config->end_start = node->start;
	if (tn_kdl_prop_string(node, "on", "", config->end_on, sizeof(config->end_on)) !=
		    TN_KDL_OK ||
	    !config->end_on[0])
		mistake(reading, node->start, "end needs on=\"name of a child\"");
	report_unknown(reading, node, "on=");
}

static void read_report_hash(struct reading *reading, struct tn_kdl_node *node)
{
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	if (tn_kdl_arg_bool(node, 0, true, &reading->config->report_hash) > TN_KDL_ABSENT)
		mistake(reading, node->start, "report-hash takes #true or #false");
	report_unknown(reading, node, "#true, #false");
}

static void read_top(struct reading *reading, struct tn_kdl_node *node, struct start ***last)
{
	struct config *config = reading->config;
	if (tn_kdl_name_is(node, "start")) {
		read_start(reading, node, last);
	} else if (tn_kdl_name_is(node, "default-route")) {
		config->has_default_rules = true;
		config->default_rules = read_rules(reading, node);
	} else if (tn_kdl_name_is(node, "end")) {
		read_end(reading, node);
	} else if (tn_kdl_name_is(node, "report-hash")) {
		read_report_hash(reading, node);
	} else if (!tn_kdl_name_is(node, "rom") && !tn_kdl_name_is(node, "system")) {
		/* Those are for who makes the bundle and starts core; init need not know. */
		char name[64];
		if (tn_kdl_string_copy(&node->name, name, sizeof(name), NULL) != TN_KDL_OK)
			name[0] = 0;
		mistake(reading, node->start,
			"unknown node %s; known: start, default-route, end, report-hash, rom, "
			"system",
			name);
	}
}

static void check_rules(struct reading *reading, const struct rule *rule)
{
	for (; rule; rule = rule->next)
		if (rule->child[0] && !config_find(reading->config, rule->child))
			mistake(reading, rule->start,
				"there is no child named %s: add a start node, or route to another",
				rule->child);
}

static void check_references(struct reading *reading)
{
	const struct config *config = reading->config;
	check_rules(reading, config->default_rules);
	for (const struct start *start = config->starts; start; start = start->next)
		check_rules(reading, start->rules);
	if (config->end_on[0] && !config_find(config, config->end_on))
		mistake(reading, config->end_start, "end on=\"%s\": there is no child of that name",
			config->end_on);
}

unsigned config_read(struct config *config)
{
	struct reading reading = { config, 0 };
	struct tn_kdl_error error;
	struct start **last = &config->starts;
	if (!tn_kdl_validate(config->text, config->length, &error)) {
		tn_log("config:%u:%u: not KDL: expected %s", error.line, error.column,
		       error.expected);
		return 1;
	}
	struct tn_kdl_node root = tn_kdl_root(config->text, config->length), node;
	for (bool more = tn_kdl_child(&root, NULL, &node); more; more = tn_kdl_next(&node, NULL)) {
		struct tn_kdl_node copy = node;
		read_top(&reading, &copy, &last);
	}
	check_references(&reading);
	return reading.mistakes;
}
