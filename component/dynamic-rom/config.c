/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "dynamic-rom.h"

#include <tenon/config.h>
#include <tenon/rom_client.h>
#include <tenon/text.h>

#define MS_MAX ((uint64_t)24 * 3600 * 1000)

/* A string as content. */
static void take_string(struct tn_config *config, const struct tn_kdl_node *node,
			const struct tn_kdl_value *value, struct step *step)
{
	size_t room = value->text.len + 1; /* no value is longer than its text */
	step->content = tn_config_alloc(config, node->start, room);
	if (!step->content)
		return;
	if (value->kind != TN_KDL_STRING ||
	    tn_kdl_string_copy(&value->text, step->content, room, &step->size) != TN_KDL_OK)
		tn_config_mistake(config, value->start, "content must be a string, or nodes");
}

/* Nodes as content: a document of them, as they are written. */
static void take_nodes(struct tn_config *config, const struct tn_kdl_node *node, struct step *step)
{
	struct tn_kdl_node child;
	step->content = tn_config_alloc(config, node->start, tn_kdl_node_text(node).len + 1);
	if (!step->content)
		return;
	for (bool more = tn_kdl_child(node, NULL, &child); more; more = tn_kdl_next(&child, NULL)) {
		struct tn_kdl_string text = tn_kdl_node_text(&child);
		memcpy(step->content + step->size, text.at, text.len);
		step->size += text.len;
		step->content[step->size++] = '\n';
	}
}

static void read_content(struct tn_config *config, const struct tn_kdl_node *node,
			 struct step *step)
{
	struct tn_kdl_value value = tn_kdl_arg(node, 0);
	step->kind = STEP_CONTENT;
	if (value.kind == TN_KDL_NONE)
		take_nodes(config, node, step);
	else
		take_string(config, node, &value, step);
}

static void read_content_rom(struct tn_config *config, const struct tn_kdl_node *node,
			     struct step *step)
{
	char name[TN_LABEL_MAX + 1];
	step->kind = STEP_CONTENT;
	if (!tn_config_argument(config, node, 0, "the ROM's name", name, sizeof(name)))
		return;
	tn_error error = tn_rom_read(name, TN_CONFIG_MAX, &step->content, &step->size);
	if (error != TN_OK)
		tn_config_mistake(config, node->start, "ROM %s cannot be read: %s", name,
				  tn_error_text(error));
}

static void read_step(struct tn_config *config, struct tn_kdl_node *node, struct step *step)
{
	static const char known[] = "content, content-rom, wait, wait-read";
	struct tn_kdl_asked asked;
	tn_kdl_track(node, &asked);
	if (tn_kdl_name_is(node, "content")) {
		read_content(config, node, step);
	} else if (tn_kdl_name_is(node, "content-rom")) {
		read_content_rom(config, node, step);
	} else if (tn_kdl_name_is(node, "wait")) {
		step->kind = STEP_WAIT;
		step->ns = tn_config_u64(config, node, "ms", 0, 1, MS_MAX) * 1000000;
		if (tn_kdl_prop(node, "ms").kind == TN_KDL_NONE)
			tn_config_mistake(config, node->start, "wait needs ms=");
	} else if (tn_kdl_name_is(node, "wait-read")) {
		step->kind = STEP_WAIT_READ;
	} else {
		tn_config_mistake(config, node->start, "unknown step; known: %s", known);
		return;
	}
	tn_config_unknown(config, node, "a string or nodes of `content`, ms= of `wait`");
}

static void read_steps(struct tn_config *config, const struct tn_kdl_node *node, struct rom *rom)
{
	struct step **last = &rom->steps;
	struct tn_kdl_node child;
	bool waits = false;
	for (bool more = tn_kdl_child(node, NULL, &child); more; more = tn_kdl_next(&child, NULL)) {
		struct step *step = tn_config_alloc(config, child.start, sizeof(*step));
		if (!step)
			return;
		struct tn_kdl_node copy = child;
		read_step(config, &copy, step);
		waits |= step->kind != STEP_CONTENT;
		*last = step;
		last = &step->next;
	}
	if (rom->repeat && !waits)
		tn_config_mistake(config, node->start, "repeat=#true needs a wait or a wait-read");
}

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
	if (exists(before, rom->name))
		tn_config_mistake(config, node->start, "there is a ROM %s already", rom->name);
	rom->repeat = tn_config_bool(config, node, "repeat", false);
	read_steps(config, node, rom);
	tn_config_unknown(config, node, "a name, repeat=, steps");
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
	tn_config_end(&config);
	return first;
}
