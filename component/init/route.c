/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Who serves a session: the first rule that fits decides. */

#include "init.h"

#include <tenon/text.h>

/* Who has a device can harm all others: none is given but by a rule that names the service. */
static bool is_device(const char *service)
{
	static const char *const names[] = { "IO_MEM", "IO_PORT", "IRQ", "DMA" };
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (tn_text_equal(names[i], service))
			return true;
	return false;
}

static bool label_fits(const struct rule *rule, const char *label)
{
	switch (rule->match) {
	case MATCH_EXACT:
		return tn_text_equal(label, rule->label);
	case MATCH_PREFIX:
		return tn_text_starts_with(label, rule->label);
	case MATCH_SUFFIX:
		return tn_text_ends_with(label, rule->label);
	case MATCH_LAST:
		return tn_text_slice_is(tn_text_last_element(label, TN_LABEL_SEPARATOR),
					rule->label);
	default:
		return true;
	}
}

/* A rule with any-child fits only if there is such a child, other than the client. */
static bool fits(const struct rule *rule, const struct start *client, const char *service,
		 const char *label)
{
	bool more;
	if (rule->service[0] ? !tn_text_equal(rule->service, service) : is_device(service))
		return false;
	if (!label_fits(rule, label))
		return false;
	return rule->target != TO_ANY_CHILD || config_provider(init.config, service, client, &more);
}

static const struct rule *find(const struct rule *rule, const struct start *client,
			       const char *service, const char *label)
{
	while (rule && !fits(rule, client, service, label))
		rule = rule->next;
	return rule;
}

static const struct rule *rules_of(const struct start *start)
{
	return start->has_rules ? start->rules : init.config->default_rules;
}

static void deny(struct tn_route *route, tn_error reason)
{
	route->target = TN_ROUTE_DENY;
	route->reason = reason;
}

/* What a session is about, for the log. */
struct asked {
	const char *client, *service;
	const struct start *start; /* of the client; NULL: the parent */
};

/* -- targets -- */

/* What comes after it is known when it is buried. */
static bool is_ending(const struct child *child)
{
	return child->tn.state == TN_CHILD_ENDING || child->tn.state == TN_CHILD_CLOSING;
}

static void route_to_child(const struct asked *asked, const struct start *server, bool wait,
			   struct tn_route *route)
{
	struct child *child = server->live;
	if (server == asked->start) {
		tn_log("%s asks for %s: its route leads to itself", asked->client, asked->service);
		deny(route, TN_ERR_NO_SERVICE);
	} else if (!start_provides(server, asked->service)) {
		tn_log("%s asks for %s: its route leads to %s, which does not provide that",
		       asked->client, asked->service, server->name);
		deny(route, TN_ERR_NO_SERVICE);
	} else if (!child || child->state == CHILD_DOWN) {
		tn_log("%s asks for %s, but %s is not running", asked->client, asked->service,
		       server->name);
		deny(route, TN_ERR_NO_SERVICE);
	} else if (!wait && !tn_child_announced(&child->tn, asked->service)) {
		tn_log("%s asks for %s, but %s does not serve it yet, and the route says "
		       "wait=#false",
		       asked->client, asked->service, server->name);
		deny(route, TN_ERR_NO_SERVICE);
	} else if (child->state == CHILD_WAITING || is_ending(child)) {
		route->target = TN_ROUTE_WAIT;
	} else {
		route->target = TN_ROUTE_CHILD;
		route->server = &child->tn;
	}
}

static void route_to_any(const struct asked *asked, bool wait, struct tn_route *route)
{
	bool more;
	const struct start *server =
		config_provider(init.config, asked->service, asked->start, &more);
	if (more) {
		tn_log("%s asks for %s, which more than one child provides: name the one to route "
		       "to",
		       asked->client, asked->service);
		deny(route, TN_ERR_NO_SERVICE);
	} else {
		route_to_child(asked, server, wait, route);
	}
}

static void route_to_rom(struct served_rom *rom, struct tn_route *route)
{
	route->target = TN_ROUTE_OWN;
	route->object = rom->object.handle;
	route->interface = &tn_rom_interface;
}

static void route_to_state(const struct asked *asked, struct tn_route *route)
{
	struct child *child = asked->start ? asked->start->live : NULL;
	if (child && report_serve(child) == TN_OK)
		route_to_rom(&child->status, route);
	else
		deny(route, TN_ERR_OUT_OF_RAM);
}

static void route_by_rule(const struct asked *asked, const struct rule *rule,
			  struct tn_route *route)
{
	switch (rule->target) {
	case TO_CHILD:
		route_to_child(asked, rule->child, rule->wait, route);
		return;
	case TO_ANY_CHILD:
		route_to_any(asked, rule->wait, route);
		return;
	case TO_STATE:
		route_to_state(asked, route);
		return;
	default:
		route->target = TN_ROUTE_PARENT;
	}
}

/* -- the policy -- */

/* Without any rule at all everything goes to the parent, but for devices. */
static void route_without_rule(const struct asked *asked, struct tn_route *route)
{
	if (!asked->start->has_rules && !init.config->has_default_rules &&
	    !is_device(asked->service)) {
		route->target = TN_ROUTE_PARENT;
		return;
	}
	tn_log("%s asks for %s: no route; add one to its start node", asked->client,
	       asked->service);
	deny(route, TN_ERR_NO_SERVICE);
}

static void set_label(const struct tn_child *client, const struct rule *rule, const char *label,
		      struct tn_route *route)
{
	const char *wanted = rule && rule->new_label ? rule->new_label : label;
	if (rule && rule->family) /* the client must not choose whom it is taken for */
		tn_text_copy_cut(route->label, sizeof(route->label),
				 rule->new_label ? rule->new_label : "");
	else if (tn_child_label(client, wanted, route->label) != TN_OK)
		deny(route, TN_ERR_TOO_LONG);
}

/* A child's configuration is init's business, unless a rule takes the label up. True: decided. */
static bool route_config(struct child *client, const struct rule *rule, struct tn_route *route)
{
	if (rule && rule->match != MATCH_ANY)
		return false;
	if (client->config.object.handle)
		route_to_rom(&client->config, route);
	else
		deny(route, TN_ERR_NOT_FOUND); /* init's own is none of its business */
	return true;
}

void route_session(void *self, struct tn_child *tn, const char *service, const char *label,
		   struct tn_route *route)
{
	struct child *client = child_of(tn);
	const struct asked asked = { client->name, service, client->start };
	bool config = tn_text_equal(service, "ROM") && tn_text_equal(label, "config");
	(void)self;
	if (!client->start) {
		deny(route, TN_ERR_NO_SERVICE); /* on its way out */
		return;
	}
	if (config && client->start->config_rom)
		label = client->start->config_rom;
	const struct rule *rule = find(rules_of(client->start), client->start, service, label);
	set_label(tn, rule, label, route);
	if (config && !client->start->config_rom && route_config(client, rule, route))
		return;
	if (rule)
		route_by_rule(&asked, rule, route);
	else
		route_without_rule(&asked, route);
}

/* Only rules that name the service, and for a ROM its label: a child that lists what it asks for
 * need not list what it is born with. */
static bool for_environment(const struct rule *rule)
{
	bool rom = tn_text_equal(rule->service, "ROM");
	return rule->service[0] && (!rom || rule->match != MATCH_ANY);
}

void route_environment(void *self, struct tn_child *tn, const char *service, const char *label,
		       struct tn_route *route)
{
	const struct child *client = child_of(tn);
	const struct asked asked = { client->name, service, client->start };
	const struct rule *rule = client->start ? rules_of(client->start) : NULL;
	(void)self;
	while (rule && (!for_environment(rule) || !fits(rule, client->start, service, label)))
		rule = rule->next;
	if (!rule)
		return;
	set_label(tn, rule, label, route);
	route_by_rule(&asked, rule, route);
}

void route_above(void *self, const char *service, const char *label, struct tn_route *route)
{
	const struct asked asked = { TN_LABEL_PARENT, service, NULL };
	const struct rule *rule = find(init.config->above_rules, NULL, service, label);
	(void)self;
	if (!rule) {
		tn_log("the parent asks for %s: no route; add one to provides", service);
		return;
	}
	const char *wanted = rule->new_label ? rule->new_label : label;
	if (tn_text_copy(route->label, sizeof(route->label), wanted) == TN_OK)
		route_by_rule(&asked, rule, route);
	else
		deny(route, TN_ERR_TOO_LONG);
}

bool route_provides(void *self, struct tn_child *tn, const char *service)
{
	const struct child *child = child_of(tn);
	(void)self;
	bool provided = child->start && start_provides(child->start, service);
	if (!provided)
		tn_log("%s announces %s, which its start node does not provide", child->name,
		       service);
	return provided;
}
