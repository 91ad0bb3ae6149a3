/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "fault-proxy.h"

#include <tenon/config.h>
#include <tenon/text.h>

#define NUMBER_MAX ((uint64_t)1 << 32)

static const struct {
	const char *name;
	enum action action;
} actions[] = {
	{ "deny", ACTION_DENY },
	{ "error", ACTION_ERROR },
	{ "drop-request-caps", ACTION_DROP_REQUEST },
	{ "drop-reply-caps", ACTION_DROP_REPLY },
	{ "delay", ACTION_DELAY },
	{ "garbage", ACTION_GARBAGE },
	{ "storm", ACTION_STORM },
	{ "disconnect", ACTION_DISCONNECT },
	{ "die", ACTION_DIE },
};

static bool find_action(const struct tn_kdl_node *node, enum action *action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (!tn_kdl_name_is(node, actions[i].name))
			continue;
		*action = actions[i].action;
		return true;
	}
	return false;
}

static bool find_error(const char *name, tn_error *error)
{
#define FIND(text, number, what)             \
	if (tn_text_equal(#text, name)) {    \
		*error = (tn_error)(number); \
		return *error != TN_OK;      \
	}
	TN_ERROR_TABLE(FIND)
#undef FIND
	return false;
}

static void read_error(struct tn_config *config, const struct tn_kdl_node *node, struct rule *rule)
{
	char name[32];
	rule->error = TN_ERR_DENIED;
	if (rule->action == ACTION_DENY && tn_kdl_arg(node, 0).kind == TN_KDL_NONE)
		return;
	if (tn_config_argument(config, node, 0, "the error", name, sizeof(name)) &&
	    !find_error(name, &rule->error))
		tn_config_mistake(config, node->start, "there is no error %s; see tenon/error.h",
				  name);
}

static void read_what(struct tn_config *config, const struct tn_kdl_node *node, struct rule *rule)
{
	switch (rule->action) {
	case ACTION_DENY:
	case ACTION_ERROR:
		read_error(config, node, rule);
		break;
	case ACTION_DELAY:
		rule->ns = tn_config_u64(config, node, "ms", 1, 1, 3600000) * 1000000;
		break;
	case ACTION_GARBAGE:
		rule->length = UINT64_MAX;
		if (tn_kdl_prop(node, "length").kind != TN_KDL_NONE)
			rule->length = tn_config_u64(config, node, "length", 0, 0, TN_MESSAGE_MAX);
		break;
	case ACTION_STORM:
		rule->count = tn_config_u64(config, node, "count", 1000, 1, 1000000);
		break;
	default:
		break;
	}
}

static void read_when(struct tn_config *config, const struct tn_kdl_node *node, struct rule *rule)
{
	if (tn_kdl_prop(node, "label").kind != TN_KDL_NONE)
		tn_config_property(config, node, "label", rule->label, sizeof(rule->label));
	rule->chance = tn_config_u64(config, node, "chance", 100, 0, 100);
	if (rule->action == ACTION_DENY)
		return;
	rule->call = tn_config_u64(config, node, "call", 0, 1, NUMBER_MAX);
	rule->every = tn_config_u64(config, node, "every", 0, 1, NUMBER_MAX);
}

static void read_rule(struct tn_config *config, struct tn_kdl_node *node, struct rule *rule)
{
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	if (!find_action(node, &rule->action)) {
		tn_config_mistake(config, node->start,
				  "unknown fault; known: deny, error, drop-request-caps, "
				  "drop-reply-caps, delay, garbage, storm, disconnect, die");
		return;
	}
	read_what(config, node, rule);
	read_when(config, node, rule);
	tn_config_unknown(config, node,
			  "label=, chance=, call=, every=, and what the README lists");
}

static void read_rules(struct tn_config *config, const struct tn_kdl_node *node,
		       struct proxied *proxied)
{
	struct rule **last = &proxied->rules;
	struct tn_kdl_node child;
	for (bool more = tn_kdl_child(node, NULL, &child); more; more = tn_kdl_next(&child, NULL)) {
		struct tn_kdl_node copy = child;
		struct rule *rule = tn_config_alloc(config, child.start, sizeof(*rule));
		if (!rule)
			return;
		read_rule(config, &copy, rule);
		*last = rule;
		last = &rule->next;
	}
}

static struct proxied *read_service(struct tn_config *config, struct tn_kdl_node *node)
{
	struct tn_kdl_asked asked;
	struct proxied *proxied = tn_config_alloc(config, node->start, sizeof(*proxied));
	if (!proxied)
		return NULL;
	tn_kdl_track(node, &asked);
	tn_config_argument(config, node, 0, "the service's name", proxied->name,
			   sizeof(proxied->name));
	proxied->seed = tn_config_u64(config, node, "seed", 1, 0, NUMBER_MAX);
	read_rules(config, node, proxied);
	tn_config_unknown(config, node, "a name, seed=, faults");
	return proxied;
}

struct proxied *config_read(void)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	struct tn_kdl_asked asked;
	struct proxied *first = NULL, **last = &first;
	tn_config_read(&config, "config", &root);
	tn_kdl_track(&root, &asked);
	for (bool more = tn_kdl_child(&root, "service", &node); more;
	     more = tn_kdl_next(&node, "service")) {
		struct tn_kdl_node copy = node;
		struct proxied *proxied = read_service(&config, &copy);
		if (!proxied)
			break;
		*last = proxied;
		last = &proxied->next;
	}
	tn_config_unknown(&config, &root, "service");
	if (!first)
		tn_config_mistake(&config, root.start, "there is no service to pass on");
	tn_config_end(&config);
	return first;
}
