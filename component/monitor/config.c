/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "monitor.h"

#include <tenon/config.h>
#include <tenon/text.h>

#define MS_MAX ((uint64_t)3600 * 1000)

static void read_binary(struct tn_config *config, const struct tn_kdl_node *node,
			struct watched *watched)
{
	struct tn_kdl_node binary;
	struct tn_kdl_asked asked;
	tn_text_copy_cut(watched->binary, sizeof(watched->binary), watched->name);
	if (!tn_kdl_child(node, "binary", &binary))
		return;
	tn_kdl_track(&binary, &asked);
	tn_config_argument(config, &binary, 0, "the ROM's name", watched->binary,
			   sizeof(watched->binary));
	tn_config_unknown(config, &binary, "a name");
}

static bool exists(const struct watched *watched, const char *name)
{
	while (watched && !tn_text_equal(watched->name, name))
		watched = watched->next;
	return watched;
}

static struct watched *read_start(struct tn_config *config, struct tn_kdl_node *node,
				  const struct watched *before)
{
	struct tn_kdl_asked asked;
	struct watched *watched = tn_config_alloc(config, node->start, sizeof(*watched));
	if (!watched)
		return NULL;
	tn_kdl_track(node, &asked);
	tn_config_argument(config, node, 0, "the child's name", watched->name,
			   sizeof(watched->name));
	if (exists(before, watched->name))
		tn_config_mistake(config, node->start, "there is a child %s already",
				  watched->name);
	watched->quota.caps = tn_config_u64(config, node, "caps", 100, 1, UINT32_MAX);
	watched->quota.ram = tn_config_size(config, node, "ram", 1 << 20, 1, UINT64_MAX >> 1);
	watched->misses = (uint32_t)tn_config_u64(config, node, "misses", 3, 1, UINT32_MAX);
	watched->restarts = (uint32_t)tn_config_u64(config, node, "restarts", 0, 0, UINT32_MAX);
	read_binary(config, node, watched);
	tn_config_unknown(config, node, "a name, caps=, ram=, misses=, restarts=, binary");
	return watched;
}

void config_read(struct monitoring *monitoring)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	struct tn_kdl_asked asked;
	struct watched **last = &monitoring->children;
	tn_config_read(&config, "config", &root);
	tn_kdl_track(&root, &asked);
	monitoring->period_ms = tn_config_u64(&config, &root, "period-ms", 1000, 1, MS_MAX);
	for (bool more = tn_kdl_child(&root, "start", &node); more;
	     more = tn_kdl_next(&node, "start")) {
		struct tn_kdl_node copy = node;
		struct watched *watched = read_start(&config, &copy, monitoring->children);
		if (!watched)
			break;
		*last = watched;
		last = &watched->next;
	}
	tn_config_unknown(&config, &root, "period-ms=, start");
	tn_config_end(&config);
}
