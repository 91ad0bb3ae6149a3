/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* init: reads the scenario, starts its children, routes their sessions, ends when it says so. */

#include "rom.h"

enum { EXIT_CONFIG = 2, EXIT_START = 3, EXIT_FAULT = 100 };

struct init {
	struct tn_env *env;
	struct config config;
	struct tn_family family;
};

static struct init init;

/* -- routing -- */

/* Who has a device can harm all others: none is given but by a rule that names the service. */
static bool is_device(const char *service)
{
	static const char *const names[] = { "IO_MEM", "IO_PORT", "IRQ", "DMA" };
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_is(names[i], service))
			return true;
	return false;
}

static bool applies(const struct rule *rule, const char *service, const char *label)
{
	if (rule->service[0] ? !text_is(rule->service, service) : is_device(service))
		return false;
	return !rule->has_label || text_is(rule->label, label);
}

static const struct rule *find_rule(const struct start *start, const char *service,
				    const char *label)
{
	const struct config *config = &init.config;
	const struct rule *rule = start->has_rules ? start->rules : config->default_rules;
	while (rule && !applies(rule, service, label))
		rule = rule->next;
	return rule;
}

static void deny(struct tn_route *route, tn_error reason)
{
	route->target = TN_ROUTE_DENY;
	route->reason = reason;
}

static void route_to_child(const struct start *client, const char *service, const char *name,
			   struct tn_route *route)
{
	struct start *server = config_find(&init.config, name);
	if (!server || !server->alive) {
		tn_log("%s asks for %s, but %s is not running", client->name, service, name);
		deny(route, TN_ERR_NO_SERVICE);
		return;
	}
	route->target = TN_ROUTE_CHILD;
	route->server = &server->child;
}

static bool own_config(struct start *client, const char *service, const char *label,
		       struct tn_route *route)
{
	if (!text_is(service, "ROM") || !text_is(label, "config"))
		return false;
	deny(route, TN_ERR_NOT_FOUND); /* init's own is none of its business */
	if (!client->config_object.handle)
		return true;
	route->target = TN_ROUTE_OWN;
	route->object = client->config_object.handle;
	route->interface = &tn_rom_interface;
	return true;
}

/* Without any rule at all everything goes to the parent, but for devices. */
static bool by_default(const struct start *client, const char *service)
{
	return !client->has_rules && !init.config.has_default_rules && !is_device(service);
}

static void route_by_rule(const struct start *client, const struct rule *rule, const char *service,
			  struct tn_route *route)
{
	if (rule && rule->child[0]) {
		route_to_child(client, service, rule->child, route);
	} else if (rule || by_default(client, service)) {
		route->target = TN_ROUTE_PARENT;
	} else {
		tn_log("%s asks for %s: no route; add one to its start node", client->name,
		       service);
		deny(route, TN_ERR_NO_SERVICE);
	}
}

static struct start *start_of(struct tn_child *child)
{
	return (struct start *)(void *)((char *)child - offsetof(struct start, child));
}

static void route_session(void *self, struct tn_child *child, const char *service,
			  const char *label, struct tn_route *route)
{
	struct start *client = start_of(child);
	const struct rule *rule = find_rule(client, service, label);
	(void)self;
	if ((!rule || !rule->has_label) && own_config(client, service, label, route))
		return;
	route_by_rule(client, rule, service, route);
	const char *wanted = rule && rule->has_new_label ? rule->new_label : label;
	if (tn_child_label(child, wanted, route->label) != TN_OK)
		deny(route, TN_ERR_TOO_LONG);
}

static bool provides(void *self, struct tn_child *child, const char *service)
{
	const struct provided *provided = start_of(child)->provides;
	(void)self;
	while (provided && !text_is(provided->service, service))
		provided = provided->next;
	if (!provided)
		tn_log("%s announces %s, which its start node does not provide", child->name,
		       service);
	return provided;
}

/* -- the end of a child -- */

static const char *fault_text(uint32_t kind)
{
	static const char *const texts[] = {
		[TN_FAULT_NONE] = "ended by core",
		[TN_FAULT_READ] = "read",
		[TN_FAULT_WRITE] = "write",
		[TN_FAULT_EXECUTE] = "execute",
		[TN_FAULT_INSTRUCTION] = "illegal instruction",
		[TN_FAULT_ARITHMETIC] = "arithmetic",
		[TN_FAULT_BREAKPOINT] = "breakpoint",
		[TN_FAULT_KERNEL_ENTRY] = "kernel entry",
		[TN_FAULT_OTHER] = "other",
	};
	return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "unknown";
}

static int report(const struct start *start, const struct tn_child_end *end)
{
	switch (end->cause) {
	case TN_CHILD_EXITED:
		tn_log("%s exited with value %d", start->name, end->value);
		return end->value;
	case TN_CHILD_FAULTED:
		tn_log("%s faulted (%s, address 0x%llx, instruction 0x%llx): "
		       "removed, the rest runs on",
		       start->name, fault_text(end->fault.kind),
		       (unsigned long long)end->fault.address,
		       (unsigned long long)end->fault.instruction);
		return EXIT_FAULT;
	case TN_CHILD_NOT_STARTED:
		tn_log("%s could not be started from ROM %s with ram=%llu caps=%llu: %s",
		       start->name, start->binary, (unsigned long long)start->quota.ram,
		       (unsigned long long)start->quota.caps, tn_error_text(end->error));
		return EXIT_START;
	default:
		tn_log("%s was ended", start->name);
		return EXIT_FAULT;
	}
}

static void ended(void *self, struct tn_child *child, const struct tn_child_end *end)
{
	struct start *start = start_of(child);
	(void)self;
	int value = report(start, end);
	start->alive = false;
	rom_stop_serving(start);
	if (text_is(start->name, init.config.end_on))
		tn_exit(value);
}

/* -- start -- */

static void start_child(struct start *start)
{
	if (start->config.at) {
		tn_error error = rom_serve_config(init.env, start);
		if (error != TN_OK)
			tn_log("%s gets no configuration: %s", start->name, tn_error_text(error));
	}
	start->child.name = start->name;
	start->child.binary = start->binary;
	start->child.quota = start->quota;
	start->alive = true;
	tn_child_start(&init.family, &start->child);
}

static void fail(const char *what, tn_error error)
{
	tn_log("%s: %s", what, tn_error_text(error));
	tn_exit(EXIT_CONFIG);
}

static void read_config(void)
{
	char *text = NULL;
	tn_error error = rom_read("config", &text, &init.config.length);
	if (error != TN_OK)
		fail("no configuration in ROM config", error);
	init.config.text = text;
	unsigned mistakes = config_read(&init.config);
	if (mistakes) {
		tn_log("%u mistakes in the configuration: nothing started", mistakes);
		tn_exit(EXIT_CONFIG);
	}
}

void component_construct(struct tn_env *env)
{
	static const struct tn_family_policy policy = { .route = route_session,
							.provides = provides,
							.ended = ended };
	init.env = env;
	read_config();
	init.family.policy = &policy;
	init.family.flags = init.config.report_hash ? TN_ENV_REPORT_HASH : 0;
	tn_error error = tn_family_init(&init.family, env);
	if (error != TN_OK)
		fail("cannot have children", error);
	/* All can be routed to before the first one asks. */
	for (struct start *start = init.config.starts; start; start = start->next)
		start->alive = true;
	for (struct start *start = init.config.starts; start; start = start->next)
		start_child(start);
}
