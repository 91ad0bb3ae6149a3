/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "report-rom.h"

#include <tenon/config.h>
#include <tenon/text.h>

#define LIMIT          ((uint64_t)64 << 10)
#define GREATEST_LIMIT ((uint64_t)1 << 30)

static void read_readers(struct tn_config *config, const struct tn_kdl_node *node,
			 struct policy *policy)
{
	struct tn_kdl_node child;
	for (bool more = tn_kdl_child(node, "reader", &child); more;
	     more = tn_kdl_next(&child, "reader")) {
		struct tn_kdl_asked asked;
		struct tn_kdl_node copy = child;
		struct reader *reader = tn_config_alloc(config, child.start, sizeof(*reader));
		if (!reader)
			return;
		tn_kdl_track(&copy, &asked);
		tn_config_argument(config, &copy, 0, "the reader's label", reader->label,
				   sizeof(reader->label));
		tn_config_unknown(config, &copy, "a label");
		reader->next = policy->readers;
		policy->readers = reader;
	}
}

static void check_unique(struct tn_config *config, const struct tn_kdl_node *node,
			 const struct policy *other, const struct policy *policy)
{
	for (; other; other = other->next)
		if (tn_text_equal(other->rom, policy->rom))
			tn_config_mistake(config, node->start, "there is a ROM %s already",
					  policy->rom);
}

static struct policy *read_policy(struct tn_config *config, struct tn_kdl_node *node,
				  const struct policy *before)
{
	struct tn_kdl_asked asked;
	struct policy *policy = tn_config_alloc(config, node->start, sizeof(*policy));
	if (!policy)
		return NULL;
	tn_kdl_track(node, &asked);
	if (tn_config_argument(config, node, 0, "the ROM's name", policy->rom, sizeof(policy->rom)))
		check_unique(config, node, before, policy);
	tn_config_property(config, node, "report", policy->report, sizeof(policy->report));
	policy->limit = tn_config_size(config, node, "limit", LIMIT, 1, GREATEST_LIMIT);
	read_readers(config, node, policy);
	tn_config_unknown(config, node, "a name, report=, limit=, reader");
	return policy;
}

struct policy *config_read(void)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	struct tn_kdl_asked asked;
	struct policy *first = NULL, **last = &first;
	tn_config_read(&config, "config", &root);
	tn_kdl_track(&root, &asked);
	for (bool more = tn_kdl_child(&root, "rom", &node); more;
	     more = tn_kdl_next(&node, "rom")) {
		struct tn_kdl_node copy = node;
		struct policy *policy = read_policy(&config, &copy, first);
		if (!policy)
			break;
		*last = policy;
		last = &policy->next;
	}
	tn_config_unknown(&config, &root, "rom");
	tn_config_end(&config);
	return first;
}
