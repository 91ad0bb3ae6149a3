/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Rules: which sessions, and where to. */

#include "config.h"

#include <tenon/text.h>

static void read_label(struct config *config, const struct tn_kdl_node *node, struct rule *rule)
{
	static const struct {
		const char *name;
		int match;
	} kinds[] = { { "label", MATCH_EXACT },
		      { "label-prefix", MATCH_PREFIX },
		      { "label-suffix", MATCH_SUFFIX },
		      { "label-last", MATCH_LAST } };
	unsigned given = 0;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *label = config_property(config, node, kinds[i].name, TN_LABEL_MAX);
		if (!label)
			continue;
		rule->label = label;
		rule->match = (__typeof__(rule->match))kinds[i].match;
		given++;
	}
	if (given > 1)
		tn_config_mistake(&config->file, node->start,
				  "a rule has one of label=, label-prefix=, label-suffix=, "
				  "label-last=");
}

/* True: the node has a target of this kind. */
static bool read_target(struct config *config, const struct tn_kdl_node *node, const char *kind,
			struct rule *rule)
{
	struct tn_kdl_asked asked;
	struct tn_kdl_node target;
	if (!tn_kdl_child(node, kind, &target))
		return false;
	tn_kdl_track(&target, &asked);
	rule->new_label = config_property(config, &target, "label", TN_LABEL_MAX);
	if (rule->target == TO_CHILD)
		rule->name = config_argument(config, &target, 0, "the child's name", TN_LABEL_MAX);
	if (rule->target == TO_CHILD || rule->target == TO_ANY_CHILD)
		rule->wait = tn_config_bool(&config->file, &target, "wait", true);
	if (rule->target == TO_PARENT)
		rule->family = tn_config_bool(&config->file, &target, "family", false);
	tn_config_unknown(&config->file, &target,
			  rule->target == TO_PARENT      ? "label=, family="
			  : rule->target == TO_CHILD     ? "a name, label=, wait="
			  : rule->target == TO_ANY_CHILD ? "label=, wait="
							 : "label=");
	return true;
}

static void read_targets(struct config *config, const struct tn_kdl_node *node, struct rule *rule)
{
	static const char *const kinds[] = { [TO_PARENT] = "parent",
					     [TO_CHILD] = "child",
					     [TO_ANY_CHILD] = "any-child",
					     [TO_STATE] = "state" };
	unsigned targets = 0, found = TO_PARENT;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		rule->target = (__typeof__(rule->target))i;
		if (!read_target(config, node, kinds[i], rule))
			continue;
		found = i;
		targets++;
	}
	rule->target = (__typeof__(rule->target))found;
	if (targets != 1)
		tn_config_mistake(&config->file, node->start,
				  "a route needs exactly one target: { parent }, "
				  "{ child \"name\" }, { any-child } or { state }");
}

static void read_rule(struct config *config, struct tn_kdl_node *node, struct rule *rule)
{
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	rule->at = node->start;
	rule->service = "";
	if (tn_kdl_name_is(node, "service")) {
		const char *service =
			config_argument(config, node, 0, "the service's name", TN_SERVICE_NAME_MAX);
		rule->service = service ? service : "?";
	} else if (!tn_kdl_name_is(node, "any-service")) {
		tn_config_mistake(&config->file, node->start,
				  "unknown node here; known: service, any-service");
		return;
	}
	read_label(config, node, rule);
	read_targets(config, node, rule);
	tn_config_unknown(&config->file, node,
			  "label=, label-prefix=, label-suffix=, label-last=, parent, child, "
			  "any-child, state");
}

struct rule *config_rules(struct config *config, const struct tn_kdl_node *route)
{
	struct rule *first = NULL, **last = &first;
	struct tn_kdl_node node;
	for (bool more = tn_kdl_child(route, NULL, &node); more; more = tn_kdl_next(&node, NULL)) {
		struct rule *rule = config_alloc(config, node.start, sizeof(*rule));
		if (!rule)
			break;
		struct tn_kdl_node copy = node;
		read_rule(config, &copy, rule);
		*last = rule;
		last = &rule->next;
	}
	tn_config_unknown(&config->file, route, "service, any-service");
	return first;
}
