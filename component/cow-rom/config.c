/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "cow-rom.h"

#include <tenon/text.h>

static bool exists(const struct rom *rom, const char *name)
{
	while (rom && !tn_text_equal(rom->name, name))
		rom = rom->next;
	return rom;
}

static struct rom *read_rom(struct tn_config *config, struct tn_kdl_node *node,
			    const struct rom *before)
{
	struct tn_kdl_asked asked;
	struct rom *rom = tn_config_alloc(config, node->start, sizeof(*rom));
	if (!rom)
		return NULL;
	tn_kdl_track(node, &asked);
	tn_config_argument(config, node, 0, "the ROM's name", rom->name, sizeof(rom->name));
	tn_text_copy_cut(rom->file_name, sizeof(rom->file_name), rom->name);
	if (tn_kdl_prop(node, "file").kind != TN_KDL_NONE)
		tn_config_property(config, node, "file", rom->file_name, sizeof(rom->file_name));
	if (exists(before, rom->name))
		tn_config_mistake(config, node->start, "there is a ROM %s already", rom->name);
	tn_config_unknown(config, node, "a name, file=");
	return rom;
}

struct rom *config_read(void)
{
	struct tn_config config;
	struct tn_kdl_node root, node;
	struct tn_kdl_asked asked;
	struct rom *first = NULL, **last = &first;
	tn_config_read(&config, "config", &root);
	tn_kdl_track(&root, &asked);
	for (bool more = tn_kdl_child(&root, "rom", &node); more;
	     more = tn_kdl_next(&node, "rom")) {
		struct tn_kdl_node copy = node;
		struct rom *rom = read_rom(&config, &copy, first);
		if (!rom)
			break;
		*last = rom;
		last = &rom->next;
	}
	tn_config_unknown(&config, &root, "rom");
	if (!first)
		tn_config_mistake(&config, root.start, "there is no `rom` to serve");
	tn_config_end(&config);
	return first;
}
