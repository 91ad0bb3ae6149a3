/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A new scenario is put in force by its difference to the one before. What is the same is not
 * touched:
 *
 *   a child is no longer there        it is ended
 *   a new one                         started
 *   binary, provides, priority, cpus, permit-execute  ended and started anew
 *   quota                             given or taken, while it runs
 *   configuration                     a new version of its ROM, if the child watches; else anew
 *   routes                            sessions that would go elsewhere are closed
 *   what follows its end, ram-max     hold from now on
 *   anything, of one that has ended   started again
 */

#include "init.h"

#include <tenon/text.h>

/* -- what has changed -- */

static bool same_text(struct tn_kdl_string a, struct tn_kdl_string b)
{
	return !a.at == !b.at && a.len == b.len && (!a.at || !__builtin_memcmp(a.at, b.at, a.len));
}

static bool same_name(const char *a, const char *b)
{
	return a && b ? tn_text_equal(a, b) : a == b;
}

static bool same_services(const struct start *a, const struct start *b)
{
	const struct provided *provided = a->provides;
	while (provided && start_provides(b, provided->service))
		provided = provided->next;
	return !provided;
}

static bool needs_restart(const struct start *old, const struct start *new)
{
	return !tn_text_equal(old->binary, new->binary) || !same_services(old, new) ||
	       !same_services(new, old) || !same_name(old->config_rom, new->config_rom) ||
	       !old->config.at != !new->config.at || old->priority != new->priority ||
	       old->cpus != new->cpus || old->permit_execute != new->permit_execute;
}

/* -- one child -- */

static void start_anew(struct child *child)
{
	child->start_again = true;
	child->in_a_row = 0;
	tn_log("%s has changed: started anew", child->name);
	tn_child_kill(&child->tn);
}

/* A child that has not asked for its configuration yet will find the new one. */
static void update_config(struct child *child)
{
	const struct tn_kdl_string *text = &child->start->config;
	if (!child->config.changed.handle && child->config.fetched) {
		start_anew(child);
		return;
	}
	tn_error error = rom_publish(&child->config, text->at, text->len);
	if (error == TN_OK)
		tn_log("%s has a new configuration", child->name);
	else
		tn_log("%s keeps its old configuration: %s", child->name, tn_error_text(error));
}

static void update_running(struct child *child, const struct start *old)
{
	const struct start *new = child->start;
	if (needs_restart(old, new)) {
		start_anew(child);
		return;
	}
	if (old->quota.ram != new->quota.ram || old->quota.caps != new->quota.caps)
		quota_adjust(child);
	if (!same_text(old->config, new->config))
		update_config(child);
}

static void update_child(struct child *child, const struct start *old)
{
	if (same_text(old->text, child->start->text) || child->start_again)
		return;
	if (child->state == CHILD_UP) {
		update_running(child, old);
		return;
	}
	child->in_a_row = 0;
	tn_log("%s has changed: started again", child->name);
	child_start(child);
}

/* -- all -- */

/* Whoever stays gets its new definition; the others have none any more. */
static void link(struct config *config)
{
	struct tn_list_node *node = tn_list_first(&init.children);
	for (; node; node = tn_list_next(&init.children, node)) {
		struct child *child = TN_CONTAINER_OF(node, struct child, in_all);
		struct start *start = config_find(config, child->name);
		/* An alias of that name is another child. */
		if (start && tn_text_equal(start->name, child->name) && child->start)
			start->live = child;
	}
}

static void remove_missing(const struct config *config)
{
	struct tn_list_node *next, *node = tn_list_first(&init.children);
	for (; node; node = next) {
		struct child *child = TN_CONTAINER_OF(node, struct child, in_all);
		const struct start *start = config_find(config, child->name);
		next = tn_list_next(&init.children, node);
		if (!child->start || (start && start->live == child))
			continue;
		child->start = NULL;
		tn_log("%s is no longer part of the scenario: ended", child->name);
		if (child->state == CHILD_UP)
			tn_child_kill(&child->tn);
		else
			child_free(child);
	}
}

static void add(struct start *start)
{
	struct child *child = child_create(start->name);
	if (!child) {
		tn_log("%s could not be started: init is out of RAM", start->name);
		return;
	}
	child->start = start;
	start->live = child;
}

static void update_all(struct config *config)
{
	for (struct start *start = config->starts; start; start = start->next) {
		struct child *child = start->live;
		if (!child) {
			add(start);
			continue;
		}
		const struct start *old = child->start;
		child->start = start;
		update_child(child, old);
	}
	for (struct start *start = config->starts; start; start = start->next)
		if (start->live && !start->live->starts)
			child_start(start->live);
}

static void announce(const struct config *config)
{
	for (const struct rule *rule = config->above_rules; rule; rule = rule->next) {
		tn_error error = tn_family_announce(&init.family, rule->service);
		if (error != TN_OK)
			tn_log("the parent does not take service %s: %s", rule->service,
			       tn_error_text(error));
	}
}

void update(struct config *config)
{
	struct config *old = init.config;
	init.family.flags = config->report_hash ? TN_ENV_REPORT_HASH : 0;
	link(config);
	if (old)
		remove_missing(config);
	quota_check(config);
	init.config = config;
	report_configure(config);
	update_all(config);
	announce(config);
	tn_family_retry(&init.family);
	if (!old)
		return;
	tn_family_reroute(&init.family);
	clock_program();
	config_free(old);
}
