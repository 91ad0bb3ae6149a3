/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The ROM service: a view of its own for each session. */
#include "cow-rom.h"

#include <tenon/component.h>
#include <tenon/rom.h>
#include <tenon/rom_server.h>
#include <tenon/session_list.h>
#include <tenon/text.h>

struct client {
	struct tn_session_node node;
	struct tn_object object;
	struct view view;
};

static struct {
	struct rom *roms;
	tn_rm_cap rm;
	struct tn_entrypoint *entrypoint;
	struct tn_session_node *clients;
} server;

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	const struct view *view = &((struct client *)self)->view;
	(void)request;
	if (view->gone)
		return TN_ERR_GONE;
	*size = view->rom->size;
	*cap = view->content;
	return TN_OK;
}

/* There are no newer versions. */
static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	(void)changed;
	return TN_OK;
}

static const struct rom *find(const char *label)
{
	const struct rom *rom = server.roms;
	while (rom && !tn_text_equal(rom->name, tn_label_last(label)))
		rom = rom->next;
	return rom;
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	const struct rom *rom = find(request->label);
	tn_rom_cap cap;
	(void)self;
	if (!rom)
		return TN_ERR_NOT_FOUND;
	struct client *client = tn_heap_alloc(sizeof(*client));
	if (!client)
		return TN_ERR_OUT_OF_RAM;
	memset(client, 0, sizeof(*client));
	tn_error error =
		view_open(&client->view, rom, server.rm, server.entrypoint, request->quota);
	if (error == TN_OK) {
		error = tn_rom_serve(server.entrypoint, &client->object, &ops, client, &cap);
		if (error != TN_OK)
			view_close(&client->view);
	}
	if (error != TN_OK) {
		tn_heap_free(client);
		return error;
	}
	tn_session_list_add(&server.clients, &client->node, request->id);
	*object = cap.handle;
	return TN_OK;
}

static void upgrade(void *self, uint32_t id, struct tn_quota quota)
{
	struct tn_session_node *node = server.clients;
	(void)self;
	while (node && node->id != id)
		node = node->next;
	if (node)
		view_donate(&((struct client *)node)->view, quota);
}

static void close(void *self, uint32_t id)
{
	struct client *client = (void *)tn_session_list_remove(&server.clients, id);
	(void)self;
	if (!client)
		return;
	tn_object_destroy(&client->object);
	view_close(&client->view);
	tn_heap_free(client);
}

static tn_error open_rom(struct rom *rom)
{
	const struct tn_quota donation = { TN_ROM_RAM, TN_ROM_CAPS };
	struct tn_session session;
	uint64_t room = 0;
	uint32_t rights;
	void *at = NULL;
	tn_error error =
		tn_session_open("ROM", rom->file_name, donation, &tn_rom_interface, &session);
	if (error == TN_OK)
		error = tn_rom_dataspace((tn_rom_cap){ session.cap }, &rom->size, &rom->original);
	if (error == TN_OK)
		error = tn_dataspace_info(rom->original, &room, &rights);
	if (error == TN_OK && (!rom->size || rom->size > room || room / TN_PAGE_SIZE > UINT32_MAX))
		error = TN_ERR_FORMAT;
	if (error == TN_OK)
		error = tn_attach(rom->original, 0, 0, TN_RIGHT_READ, &at);
	rom->at = at;
	rom->pages = (uint32_t)((rom->size + TN_PAGE_SIZE - 1) / TN_PAGE_SIZE);
	return error;
}

static tn_error open_all(void)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	for (struct rom *rom = server.roms; rom; rom = rom->next) {
		tn_error error = open_rom(rom);
		if (error != TN_OK) {
			tn_log("%s: file %s cannot be had", rom->name, rom->file_name);
			return error;
		}
	}
	tn_error error = tn_session_open("RM", "", none, &tn_rm_interface, &session);
	server.rm.handle = session.cap;
	return error;
}

void component_construct(struct tn_env *env)
{
	static struct tn_service service = { .name = "ROM",
					     .interface = &tn_rom_interface,
					     .open = open,
					     .upgrade = upgrade,
					     .close = close };
	server.entrypoint = tn_env_entrypoint(env);
	server.roms = config_read();
	tn_error error = open_all();
	if (error == TN_OK)
		error = tn_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
