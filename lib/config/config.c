/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdarg.h>
#include <tenon/config.h>
#include <tenon/format.h>
#include <tenon/rom_client.h>

void tn_config_mistake(struct tn_config *config, const char *at, const char *format, ...)
{
	char text[256];
	uint32_t line, column;
	va_list arguments;
	va_start(arguments, format);
	tn_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	tn_kdl_position(config->text, at, &line, &column);
	tn_log("%s:%u:%u: %s", config->rom, line, column, text);
	config->mistakes++;
}

void tn_config_unknown(struct tn_config *config, const struct tn_kdl_node *node, const char *known)
{
	struct tn_kdl_unknown unknown = tn_kdl_unknown(node);
	char name[64];
	while (tn_kdl_unknown_next(&unknown)) {
		const char *what = unknown.what == TN_KDL_ARGUMENT   ? "argument"
				   : unknown.what == TN_KDL_PROPERTY ? "property"
								     : "node";
		if (tn_kdl_string_copy(&unknown.name, name, sizeof(name), NULL) != TN_KDL_OK)
			name[0] = 0;
		tn_config_mistake(config, unknown.start, "unknown %s %s here; known: %s", what,
				  name, known);
	}
}

void tn_config_end(const struct tn_config *config)
{
	if (!config->mistakes)
		return;
	tn_log("%s: %u mistake%s: nothing is done", config->rom, config->mistakes,
	       config->mistakes == 1 ? "" : "s");
	tn_exit(TN_CONFIG_EXIT);
}

static void find_node(struct tn_config *config, struct tn_kdl_node *node)
{
	struct tn_kdl_node root = tn_kdl_root(config->text, config->length), other;
	if (!tn_kdl_child(&root, "config", node))
		tn_config_mistake(config, config->text, "there is no node `config`");
	for (bool more = tn_kdl_child(&root, NULL, &other); more; more = tn_kdl_next(&other, NULL))
		if (other.start != node->start && config->mistakes == 0)
			tn_config_mistake(config, other.start,
					  "unknown node here; known: one node `config`");
}

void tn_config_read(struct tn_config *config, const char *rom, struct tn_kdl_node *node)
{
	struct tn_kdl_error where;
	char *text = NULL;
	*config = (struct tn_config){ .rom = rom, .text = "" };
	tn_error error = tn_rom_read(rom, TN_CONFIG_MAX, &text, &config->length);
	if (error != TN_OK) {
		tn_log("ROM %s cannot be read: %s", rom, tn_error_text(error));
		tn_exit(TN_CONFIG_EXIT);
	}
	config->text = text;
	if (tn_kdl_validate(text, config->length, &where))
		find_node(config, node);
	else
		tn_config_mistake(config, text + where.offset, "not KDL: expected %s",
				  where.expected);
	tn_config_end(config);
}

/* -- values -- */

static bool take_string(struct tn_config *config, const struct tn_kdl_node *node,
			struct tn_kdl_value value, const char *what, char *to, size_t size)
{
	enum tn_kdl_status status = tn_kdl_as_string(value, "", to, size);
	if (status == TN_KDL_OK && to[0])
		return true;
	const char *at = value.kind == TN_KDL_NONE ? node->start : value.start;
	if (status == TN_KDL_RANGE)
		tn_config_mistake(config, at, "%s is longer than %zu bytes", what, size - 1);
	else
		tn_config_mistake(config, at, "%s is missing: give it as a string", what);
	return false;
}

bool tn_config_argument(struct tn_config *config, const struct tn_kdl_node *node, size_t index,
			const char *what, char *to, size_t size)
{
	return take_string(config, node, tn_kdl_arg(node, index), what, to, size);
}

bool tn_config_property(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
			char *to, size_t size)
{
	char what[40];
	tn_format(what, sizeof(what), "%s=", name);
	return take_string(config, node, tn_kdl_prop(node, name), what, to, size);
}

uint64_t tn_config_u64(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
		       uint64_t fallback, uint64_t min, uint64_t max)
{
	struct tn_kdl_value value = tn_kdl_prop(node, name);
	if (tn_kdl_as_u64(value, fallback, min, max, &fallback) > TN_KDL_ABSENT)
		tn_config_mistake(config, value.start,
				  "%s= must be a whole number from %llu to %llu", name,
				  (unsigned long long)min, (unsigned long long)max);
	return fallback;
}

uint64_t tn_config_size(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
			uint64_t fallback, uint64_t min, uint64_t max)
{
	struct tn_kdl_value value = tn_kdl_prop(node, name);
	if (tn_kdl_as_size(value, fallback, min, max, &fallback) > TN_KDL_ABSENT)
		tn_config_mistake(config, value.start,
				  "%s= must be from %llu to %llu bytes: a number, or one with a "
				  "unit such as \"64K\"",
				  name, (unsigned long long)min, (unsigned long long)max);
	return fallback;
}

bool tn_config_bool(struct tn_config *config, const struct tn_kdl_node *node, const char *name,
		    bool fallback)
{
	struct tn_kdl_value value = tn_kdl_prop(node, name);
	if (tn_kdl_as_bool(value, fallback, &fallback) > TN_KDL_ABSENT)
		tn_config_mistake(config, value.start, "%s= must be #true or #false", name);
	return fallback;
}

void *tn_config_alloc(struct tn_config *config, const char *at, size_t size)
{
	void *block = tn_heap_alloc(size);
	if (block)
		__builtin_memset(block, 0, size);
	else
		tn_config_mistake(config, at, "out of RAM: give the component more");
	return block;
}
