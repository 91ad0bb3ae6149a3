/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The ROM service: all readers of a ROM attach the same managed dataspace. */
#include "lz4-rom.h"

#include <tenon/component.h>
#include <tenon/text.h>

enum { STATE_MAX = 8192 };

static struct {
	struct rom *roms;
	struct tn_rom_source state;
	struct tn_rom_service service;
} server;

/* As it is when somebody asks. */
static void make_state(void *self, struct tn_rom_source *source)
{
	static char text[STATE_MAX];
	struct tn_kdl_writer writer;
	(void)self;
	if (source != &server.state)
		return;
	tn_kdl_writer_init(&writer, text, sizeof(text));
	for (const struct rom *rom = server.roms; rom; rom = rom->next) {
		tn_kdl_write_node(&writer, "rom");
		tn_kdl_write_string(&writer, NULL, rom->name);
		tn_kdl_write_u64(&writer, "blocks", rom->file.block_count);
		tn_kdl_write_u64(&writer, "frames", rom->frame_count);
		tn_kdl_write_u64(&writer, "unpacked", rom->unpacked);
		tn_kdl_write_u64(&writer, "taken", rom->taken);
		tn_kdl_write_u64(&writer, "shown-again", rom->shown_again);
	}
	if (tn_kdl_write_end(&writer) != TN_KDL_OK ||
	    tn_rom_source_publish(source, text, writer.len) != TN_OK)
		tn_log("the state stays as it was: it is too long, or there is no memory for it");
}

static struct tn_rom_source *find(void *self, const char *label)
{
	const char *name = tn_label_last(label);
	struct rom *rom = server.roms;
	(void)self;
	if (tn_text_equal(name, STATE_ROM))
		return &server.state;
	while (rom && !tn_text_equal(rom->name, name))
		rom = rom->next;
	return rom ? &rom->source : NULL;
}

static void open_roms(tn_rm_cap rm)
{
	for (struct rom *rom = server.roms; rom; rom = rom->next) {
		tn_rom_source_init(&rom->source);
		tn_error error = file_open(&rom->file, rom->file_name);
		if (error == TN_OK)
			error = pager_create(rom, rm, server.service.entrypoint);
		if (error == TN_OK)
			continue;
		tn_log("%s: file %s cannot be served: %s", rom->name, rom->file_name,
		       tn_error_text(error));
		tn_exit(1);
	}
}

void component_construct(struct tn_env *env)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	server.service.entrypoint = tn_env_entrypoint(env);
	server.service.find = find;
	server.service.asked = make_state;
	server.roms = config_read();
	tn_rom_source_init(&server.state);
	tn_error error = tn_session_open("RM", "", none, &tn_rm_interface, &session);
	if (error == TN_OK) {
		open_roms((tn_rm_cap){ session.cap });
		error = tn_rom_service_announce(&server.service);
	}
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
