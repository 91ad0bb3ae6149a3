/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What only the whole of a scenario can tell: names of nothing, and routes that lead nowhere. */

#include "config.h"

#include <tenon/text.h>

static void check_alias(struct config *config, struct name *alias)
{
	if (!alias->name || !alias->child)
		return;
	alias->start = config_find(config, alias->child);
	if (!alias->start)
		tn_config_mistake(&config->file, alias->at,
				  "there is no child named %s: an alias stands for a start node",
				  alias->child);
}

/* Entered only when all are resolved, so that none stands for another one. */
static void enter_aliases(struct config *config)
{
	for (struct name *alias = config->aliases; alias; alias = alias->next)
		check_alias(config, alias);
	for (struct name *alias = config->aliases; alias; alias = alias->next)
		if (alias->name && tn_tree_insert(&config->names, alias->name, &alias->by_name))
			tn_config_mistake(&config->file, alias->at,
					  "there is a child or an alias named %s already: rename "
					  "one",
					  alias->name);
}

static void check_child(struct config *config, struct rule *rule, const struct start *client)
{
	if (!rule->name)
		return; /* reported when it was read */
	rule->child = config_find(config, rule->name);
	if (!rule->child)
		tn_config_mistake(&config->file, rule->at,
				  "there is no child named %s: add a start node, or route to "
				  "another",
				  rule->name);
	else if (rule->child == client)
		tn_config_mistake(&config->file, rule->at, "this route leads from %s to itself",
				  client->name);
	else if (rule->service[0] && !start_provides(rule->child, rule->service))
		tn_config_mistake(&config->file, rule->at,
				  "this route leads nowhere: %s does not provide %s; add provides "
				  "\"%s\" to its start node",
				  rule->child->name, rule->service, rule->service);
}

static void check_any_child(struct config *config, const struct rule *rule,
			    const struct start *client)
{
	bool more;
	if (!rule->service[0])
		return;
	const struct start *server = config_provider(config, rule->service, client, &more);
	if (!server)
		tn_config_mistake(&config->file, rule->at,
				  "this route leads nowhere: no %schild provides %s",
				  client ? "other " : "", rule->service);
	else if (more && client)
		tn_config_mistake(&config->file, rule->at,
				  "more than one child provides %s: name the one to route to",
				  rule->service);
}

static void check_rules(struct config *config, struct rule *rule, const struct start *client)
{
	for (; rule; rule = rule->next) {
		if (rule->target == TO_CHILD)
			check_child(config, rule, client);
		else if (rule->target == TO_ANY_CHILD)
			check_any_child(config, rule, client);
		else if (rule->target == TO_STATE && !tn_text_equal(rule->service, "ROM"))
			tn_config_mistake(&config->file, rule->at,
					  "{ state } is a ROM: service \"ROM\" label=\"...\"");
	}
}

/* Labels tell who asks: a child must not be taken for somebody outside. */
static void check_above(struct config *config)
{
	const struct start *impostor = config_find(config, TN_LABEL_PARENT);
	if (config->above_rules && impostor)
		tn_config_mistake(&config->file, impostor->at,
				  "with provides no child is named parent: labels of sessions from "
				  "the parent begin with it");
	for (const struct rule *rule = config->above_rules; rule; rule = rule->next)
		if (!rule->service[0] || rule->target == TO_PARENT || rule->target == TO_STATE)
			tn_config_mistake(&config->file, rule->at,
					  "provides takes service \"name\" with { child \"name\" } "
					  "or { any-child }");
}

void config_check(struct config *config)
{
	enter_aliases(config);
	check_rules(config, config->default_rules, NULL);
	check_rules(config, config->above_rules, NULL);
	check_above(config);
	for (const struct start *start = config->starts; start; start = start->next)
		check_rules(config, start->rules, start);
	if (config->end_on && !config_find(config, config->end_on))
		tn_config_mistake(&config->file, config->end_at,
				  "end on=\"%s\": there is no child of that name", config->end_on);
}
