/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A `start` node. */

#include "config.h"

#include <tenon/text.h>

#define RAM_MAX  ((uint64_t)1 << 40)
#define CAPS_MAX ((uint64_t)1 << 20)

static void add_name(struct config *config, struct start *start)
{
	struct name *name = config_alloc(config, start->at, sizeof(*name));
	if (!name)
		return;
	name->name = start->name;
	name->start = start;
	name->at = start->at;
	if (tn_tree_insert(&config->names, name->name, &name->by_name) != TN_OK)
		tn_config_mistake(&config->file, start->at,
				  "there is a child named %s already: rename one", start->name);
}

/* -- what it provides -- */

static struct service *service_of(struct config *config, const char *name, const char *at)
{
	struct tn_tree_node *node = tn_tree_find(&config->services, name);
	if (node)
		return TN_CONTAINER_OF(node, struct service, by_name);
	struct service *service = config_alloc(config, at, sizeof(*service));
	if (!service)
		return NULL;
	service->name = name;
	tn_tree_add(&config->services, name, &service->by_name);
	return service;
}

static void add_provided(struct config *config, struct start *start, const char *name)
{
	struct provided *provided = config_alloc(config, start->at, sizeof(*provided));
	struct service *service = service_of(config, name, start->at);
	if (!provided || !service || start_provides(start, name))
		return;
	provided->service = name;
	provided->start = start;
	provided->next = start->provides;
	start->provides = provided;
	if (service->last)
		service->last->next_of_service = provided;
	else
		service->first = provided;
	service->last = provided;
}

static void read_provides(struct config *config, const struct tn_kdl_node *start_node,
			  struct start *start)
{
	char name[TN_SERVICE_NAME_MAX + 1];
	struct tn_kdl_node node;
	for (bool more = tn_kdl_child(start_node, "provides", &node); more;
	     more = tn_kdl_next(&node, "provides")) {
		for (size_t i = 0; i == 0 || tn_kdl_arg(&node, i).kind != TN_KDL_NONE; i++) {
			if (tn_kdl_arg_string(&node, i, "", name, sizeof(name)) == TN_KDL_OK &&
			    name[0])
				add_provided(config, start, config_copy(config, node.start, name));
			else
				tn_config_mistake(&config->file, node.start,
						  "provides needs names of services, at most %u "
						  "bytes each",
						  TN_SERVICE_NAME_MAX);
		}
	}
}

/* -- quota -- */

void config_quota(struct config *config, const struct tn_kdl_node *node, struct tn_quota *quota)
{
	const struct tn_quota otherwise = config->default_quota;
	quota->caps = tn_config_u64(&config->file, node, "caps", otherwise.caps, 1, CAPS_MAX);
	quota->ram =
		tn_config_size(&config->file, node, "ram", otherwise.ram, TN_PAGE_SIZE, RAM_MAX);
}

static void read_quota(struct config *config, const struct tn_kdl_node *node, struct start *start)
{
	config_quota(config, node, &start->quota);
	struct tn_quota *max = &start->quota_max;
	max->caps = tn_config_u64(&config->file, node, "caps-max", start->quota.caps, 1, CAPS_MAX);
	max->ram = tn_config_size(&config->file, node, "ram-max", start->quota.ram, TN_PAGE_SIZE,
				  RAM_MAX);
	if (max->caps < start->quota.caps || max->ram < start->quota.ram)
		tn_config_mistake(&config->file, node->start,
				  "caps-max= and ram-max= must not be less than caps= and ram=");
}

/* -- its end -- */

static void read_restart(struct config *config, const struct tn_kdl_node *node,
			 struct ending *ending)
{
	struct tn_config *file = &config->file;
	uint64_t delay = tn_config_u64(file, node, "delay-ms", 100, 0, 3600000);
	uint64_t most = delay > 10000 ? delay : 10000;
	uint64_t delay_max = tn_config_u64(file, node, "delay-max-ms", most, 1, 3600000);
	ending->limit = tn_config_u64(file, node, "limit", 0, 1, 1000000);
	ending->delay_ns = delay * 1000000;
	ending->delay_max_ns = delay_max * 1000000;
	if (delay_max < delay)
		tn_config_mistake(file, node->start, "delay-max-ms= is less than delay-ms=");
	if (!delay && !ending->limit)
		tn_config_mistake(file, node->start,
				  "delay-ms=0 needs limit=: nothing else would end a crash loop");
}

static void read_ending(struct config *config, const struct tn_kdl_node *start_node,
			const char *name, struct ending *ending)
{
	static const char *const actions[] = {
		[END_IGNORE] = "ignore", [END_RESTART] = "restart", [END_PROPAGATE] = "propagate"
	};
	struct tn_kdl_asked asked;
	struct tn_kdl_node node;
	char action[16];
	unsigned i = 0;
	if (!tn_kdl_child(start_node, name, &node))
		return;
	tn_kdl_track(&node, &asked);
	bool given = tn_kdl_arg_string(&node, 0, "", action, sizeof(action)) == TN_KDL_OK;
	while (given && i < 3 && !tn_text_equal(action, actions[i]))
		i++;
	if (!given || i == 3) {
		tn_config_mistake(&config->file, node.start,
				  "%s takes \"restart\", \"propagate\" or \"ignore\"", name);
		return;
	}
	ending->action = (__typeof__(ending->action))i;
	if (ending->action == END_RESTART)
		read_restart(config, &node, ending);
	tn_config_unknown(&config->file, &node,
			  ending->action == END_RESTART
				  ? "an action, delay-ms=, delay-max-ms=, limit="
				  : "an action; delay-ms=, delay-max-ms=, limit= with \"restart\"");
}

/* -- executable and configuration -- */

static void read_binary(struct config *config, const struct tn_kdl_node *node, struct start *start)
{
	struct tn_kdl_node child;
	const char *property = config_property(config, node, "binary", TN_LABEL_MAX);
	const char *argument = NULL;
	if (tn_kdl_child(node, "binary", &child))
		argument = config_argument(config, &child, 0, "the ROM's name", TN_LABEL_MAX);
	if (property && argument)
		tn_config_mistake(&config->file, child.start, "binary is given twice");
	start->binary = property ? property : argument ? argument : start->name;
}

static void read_config(struct config *config, const struct tn_kdl_node *node, struct start *start)
{
	struct tn_kdl_node child;
	if (tn_kdl_child(node, "config", &child))
		start->config = tn_kdl_node_text(&child);
	if (!tn_kdl_child(node, "config-rom", &child))
		return;
	start->config_rom = config_argument(config, &child, 0, "the ROM's name", TN_LABEL_MAX);
	if (start->config.at)
		tn_config_mistake(&config->file, child.start,
				  "config and config-rom exclude each other");
}

/* -- CPU -- */

/* "2" or "2-5". */
static bool parse_range(struct tn_text_slice text, uint64_t *first, uint64_t *last)
{
	size_t dash = 0;
	while (dash < text.length && text.at[dash] != '-')
		dash++;
	struct tn_text_slice from = { text.at, dash }, to = text;
	if (dash < text.length)
		to = (struct tn_text_slice){ text.at + dash + 1, text.length - dash - 1 };
	return tn_text_parse_u64(from, 0, 63, first) == TN_OK &&
	       tn_text_parse_u64(to, *first, 63, last) == TN_OK;
}

/* "0", "0-2", "0,3": bits. */
static bool parse_cpus(const char *text, uint64_t *cpus)
{
	struct tn_text_slice element;
	uint64_t first, last;
	*cpus = 0;
	while (tn_text_next_element(&text, ",", &element)) {
		if (!parse_range(element, &first, &last))
			return false;
		for (uint64_t cpu = first; cpu <= last; cpu++)
			*cpus |= (uint64_t)1 << cpu;
	}
	return *cpus;
}

static void read_cpu(struct config *config, const struct tn_kdl_node *node, struct start *start)
{
	const char *cpus = config_property(config, node, "cpus", 63);
	start->priority = (uint32_t)tn_config_u64(&config->file, node, "priority", TN_PRIORITY_MAX,
						  0, TN_PRIORITY_MAX);
	start->cpus = UINT64_MAX;
	if (cpus && !parse_cpus(cpus, &start->cpus))
		tn_config_mistake(&config->file, node->start,
				  "cpus= must be numbers from 0 to 63, such as \"0,2-3\"");
}

/* -- all of it -- */

static void read_route(struct config *config, const struct tn_kdl_node *node, struct start *start)
{
	struct tn_kdl_node child;
	if (!tn_kdl_child(node, "route", &child))
		return;
	struct tn_kdl_asked asked;
	tn_kdl_track(&child, &asked);
	start->has_rules = true;
	start->rules = config_rules(config, &child);
}

void config_start(struct config *config, struct tn_kdl_node *node)
{
	struct start *start = config_alloc(config, node->start, sizeof(*start));
	if (!start)
		return;
	start->at = node->start;
	start->text = tn_kdl_node_text(node);
	start->name = config_argument(config, node, 0, "the child's name", TN_LABEL_MAX);
	if (start->name)
		add_name(config, start);
	else
		start->name = "";
	read_binary(config, node, start);
	read_quota(config, node, start);
	read_cpu(config, node, start);
	start->permit_execute = tn_config_bool(&config->file, node, "permit-execute", false);
	read_provides(config, node, start);
	read_route(config, node, start);
	read_config(config, node, start);
	read_ending(config, node, "exit", &start->on_exit);
	start->on_fault = start->on_exit;
	read_ending(config, node, "fault", &start->on_fault);
	tn_config_unknown(&config->file, node,
			  "caps=, ram=, caps-max=, ram-max=, priority=, cpus=, permit-execute=, "
			  "binary, provides, route, config, config-rom, exit, fault");
	if (config->last_start)
		config->last_start->next = start;
	else
		config->starts = start;
	config->last_start = start;
}
