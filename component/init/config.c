/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The top level of a scenario, and its memory. */

#include "config.h"

#include <tenon/text.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size;
};

/* -- memory -- */

static struct arena_block *grow(struct config *config, size_t size)
{
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block = tn_heap_alloc(sizeof(*block) + room);
	if (!block)
		return NULL;
	block->next = config->arena;
	block->size = room;
	config->arena = block;
	config->arena_left = room;
	return block;
}

void *config_alloc(struct config *config, const char *at, size_t size)
{
	size = (size + 15) & ~(size_t)15;
	if (size > config->arena_left && !grow(config, size)) {
		tn_config_mistake(&config->file, at,
				  "out of RAM: the configuration is too big for init's quota");
		return NULL;
	}
	struct arena_block *block = config->arena;
	char *place = (char *)(block + 1) + (block->size - config->arena_left);
	config->arena_left -= size;
	__builtin_memset(place, 0, size);
	return place;
}

const char *config_copy(struct config *config, const char *at, const char *text)
{
	size_t size = tn_text_length(text) + 1;
	char *copy = config_alloc(config, at, size);
	if (!copy)
		return "";
	__builtin_memcpy(copy, text, size);
	return copy;
}

void config_free(struct config *config)
{
	while (config->arena) {
		struct arena_block *block = config->arena;
		config->arena = block->next;
		tn_heap_free(block);
	}
	tn_heap_free(config->content);
	tn_heap_free(config);
}

/* -- values -- */

const char *config_argument(struct config *config, const struct tn_kdl_node *node, size_t index,
			    const char *what, size_t max)
{
	char text[TN_LABEL_MAX + 1];
	if (!tn_config_argument(&config->file, node, index, what, text, max + 1))
		return NULL;
	return config_copy(config, node->start, text);
}

const char *config_property(struct config *config, const struct tn_kdl_node *node, const char *name,
			    size_t max)
{
	char text[TN_LABEL_MAX + 1];
	struct tn_kdl_value value = tn_kdl_prop(node, name);
	enum tn_kdl_status status = tn_kdl_as_string(value, "", text, max + 1);
	if (status > TN_KDL_ABSENT)
		tn_config_mistake(&config->file, value.start,
				  "%s= must be a string of at most %zu bytes", name, max);
	return status == TN_KDL_OK ? config_copy(config, node->start, text) : NULL;
}

/* -- names -- */

static int order_of_names(const void *key, const struct tn_tree_node *node)
{
	return tn_text_compare(key, TN_CONTAINER_OF_CONST(node, struct name, by_name)->name);
}

static int order_of_services(const void *key, const struct tn_tree_node *node)
{
	return tn_text_compare(key, TN_CONTAINER_OF_CONST(node, struct service, by_name)->name);
}

struct start *config_find(const struct config *config, const char *name)
{
	struct tn_tree_node *node = tn_tree_find(&config->names, name);
	return node ? TN_CONTAINER_OF(node, struct name, by_name)->start : NULL;
}

struct start *config_provider(const struct config *config, const char *service,
			      const struct start *but, bool *more)
{
	struct tn_tree_node *node = tn_tree_find(&config->services, service);
	struct start *found = NULL;
	*more = false;
	if (!node)
		return NULL;
	const struct provided *one = TN_CONTAINER_OF(node, struct service, by_name)->first;
	for (; one; one = one->next_of_service) {
		if (one->start == but)
			continue;
		if (found) {
			*more = true;
			break;
		}
		found = one->start;
	}
	return found;
}

bool start_provides(const struct start *start, const char *service)
{
	const struct provided *provided = start->provides;
	while (provided && !tn_text_equal(provided->service, service))
		provided = provided->next;
	return provided;
}

/* -- the nodes of the top level -- */

static void read_end(struct config *config, struct tn_kdl_node *node)
{
	char on[TN_LABEL_MAX + 1];
	config->end_at = node->start;
	if (tn_config_property(&config->file, node, "on", on, sizeof(on)))
		config->end_on = config_copy(config, node->start, on);
	tn_config_unknown(&config->file, node, "on=");
}

static void read_report_hash(struct config *config, struct tn_kdl_node *node)
{
	if (tn_kdl_arg_bool(node, 0, true, &config->report_hash) > TN_KDL_ABSENT)
		tn_config_mistake(&config->file, node->start, "report-hash takes #true or #false");
	tn_config_unknown(&config->file, node, "#true, #false");
}

static void read_alias(struct config *config, struct tn_kdl_node *node)
{
	struct name *alias = config_alloc(config, node->start, sizeof(*alias));
	if (!alias)
		return;
	alias->at = node->start;
	alias->name = config_argument(config, node, 0, "the alias", TN_LABEL_MAX);
	alias->child = config_property(config, node, "child", TN_LABEL_MAX);
	if (!alias->child)
		tn_config_mistake(&config->file, node->start,
				  "an alias needs child=\"name of a child\"");
	alias->next = config->aliases;
	config->aliases = alias;
	tn_config_unknown(&config->file, node, "a name, child=");
}

static void read_report(struct config *config, struct tn_kdl_node *node)
{
	uint64_t ms = tn_config_u64(&config->file, node, "delay-ms", 1000, 1, 3600000);
	config->report_delay_ns = ms * 1000000;
	config->report_size =
		tn_config_size(&config->file, node, "size", 64 << 10, TN_PAGE_SIZE, 16 << 20);
	tn_config_unknown(&config->file, node, "delay-ms=, size=");
}

static void read_default(struct config *config, struct tn_kdl_node *node)
{
	config_quota(config, node, &config->default_quota);
	tn_config_unknown(&config->file, node, "caps=, ram=");
}

static void read_default_route(struct config *config, struct tn_kdl_node *node)
{
	config->has_default_rules = true;
	config->default_rules = config_rules(config, node);
}

static void read_provides(struct config *config, struct tn_kdl_node *node)
{
	config->above_rules = config_rules(config, node);
}

/* For who makes the bundle; init need not know. */
static void read_rom(struct config *config, struct tn_kdl_node *node)
{
	(void)config;
	(void)node;
}

static void read_nothing_twice(struct config *config, const struct tn_kdl_node *root,
			       const char *name)
{
	struct tn_kdl_node node;
	if (tn_kdl_child(root, name, &node) && tn_kdl_next(&node, name))
		tn_config_mistake(&config->file, node.start, "%s stands here twice: join them",
				  name);
}

static const struct {
	const char *name;
	void (*read)(struct config *config, struct tn_kdl_node *node);
	bool once;
} readers[] = {
	{ "start", config_start, false }, { "default-route", read_default_route, true },
	{ "end", read_end, true },        { "report-hash", read_report_hash, true },
	{ "rom", read_rom, false },       { "default", read_default, true },
	{ "alias", read_alias, false },   { "provides", read_provides, true },
	{ "report", read_report, true },  { "system", read_rom, true },
};

enum { READERS = sizeof(readers) / sizeof(readers[0]) };

static void read_top(struct config *config, struct tn_kdl_node *node)
{
	struct tn_kdl_asked asked;
	char name[64];
	unsigned i = 0;
	while (i < READERS && !tn_kdl_name_is(node, readers[i].name))
		i++;
	if (i < READERS) {
		tn_kdl_track(node, &asked);
		readers[i].read(config, node);
		return;
	}
	if (tn_kdl_string_copy(&node->name, name, sizeof(name), NULL) != TN_KDL_OK)
		name[0] = 0;
	tn_config_mistake(&config->file, node->start,
			  "unknown node %s; known: start, default-route, default, alias, provides, "
			  "end, report, report-hash, rom, system",
			  name);
}

/* What a parent hands over of a `config` node is a document of that node alone. */
static struct tn_kdl_node scenario_of(const struct config *config)
{
	struct tn_kdl_node root = tn_kdl_root(config->file.text, config->file.length);
	struct tn_kdl_node node, next;
	if (!tn_kdl_child(&root, NULL, &node) || !tn_kdl_name_is(&node, "config"))
		return root;
	next = node;
	return tn_kdl_next(&next, NULL) ? root : node;
}

static void read_all(struct config *config)
{
	struct tn_kdl_node root = scenario_of(config), node;
	/* The default of the quota comes first, wherever it stands. */
	for (bool more = tn_kdl_child(&root, "default", &node); more;
	     more = tn_kdl_next(&node, "default")) {
		struct tn_kdl_node copy = node;
		read_top(config, &copy);
	}
	for (bool more = tn_kdl_child(&root, NULL, &node); more; more = tn_kdl_next(&node, NULL)) {
		struct tn_kdl_node copy = node;
		if (!tn_kdl_name_is(&node, "default"))
			read_top(config, &copy);
	}
	for (unsigned i = 0; i < READERS; i++)
		if (readers[i].once)
			read_nothing_twice(config, &root, readers[i].name);
	config_check(config);
}

struct config *config_read(char *content, size_t length)
{
	struct tn_kdl_error where;
	struct config *config = tn_heap_alloc(sizeof(*config));
	if (!config) {
		tn_log("out of RAM: no room for a configuration");
		tn_heap_free(content);
		return NULL;
	}
	__builtin_memset(config, 0, sizeof(*config));
	config->file = (struct tn_config){ .rom = "config", .text = content, .length = length };
	config->content = content;
	config->default_quota = (struct tn_quota){ 1 << 20, 100 };
	tn_tree_init(&config->names, order_of_names);
	tn_tree_init(&config->services, order_of_services);
	if (tn_kdl_validate(content, length, &where))
		read_all(config);
	else
		tn_config_mistake(&config->file, content + where.offset, "not KDL: expected %s",
				  where.expected);
	if (!config->file.mistakes)
		return config;
	tn_log("%u mistake%s in the configuration", config->file.mistakes,
	       config->file.mistakes == 1 ? "" : "s");
	config_free(config);
	return NULL;
}
