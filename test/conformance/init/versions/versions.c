/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Serves one ROM, whatever it is asked for; its first version is ROM "live-1", the others come when
 * service "Versions" is told to. */

#include "../probe.h"

#include <tenon/rom_client.h>
#include <tenon/rom_server.h>

enum { SIZE_MAX_READ = 1 << 16 };

static struct tn_rom_source source;

/* Not before the version of before was read: none is passed over. */
static tn_error publish(void *self, struct tn_request *request, const char *rom)
{
	char *content = NULL;
	size_t size = 0;
	(void)self;
	if (request && !source.fetched)
		return TN_ERR_BUSY;
	tn_error error = tn_rom_read(rom, SIZE_MAX_READ, &content, &size);
	if (error == TN_OK)
		error = tn_rom_source_publish(&source, content, size);
	tn_heap_free(content);
	return error;
}

static struct tn_rom_source *find(void *self, const char *label)
{
	(void)self;
	(void)label;
	return &source;
}

static struct tn_object object;

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *handle)
{
	(void)self;
	(void)request;
	*handle = object.handle;
	return TN_OK;
}

static void close(void *self, uint32_t id)
{
	(void)self;
	(void)id;
}

static tn_error start(struct tn_env *env)
{
	static const struct versions_ops ops = { .publish = publish };
	static struct tn_rom_service roms = { .find = find };
	static struct tn_service control = {
		.name = "Versions", .interface = &versions_interface, .open = open, .close = close
	};
	versions_cap cap;
	tn_rom_source_init(&source);
	roms.entrypoint = tn_env_entrypoint(env);
	tn_error error = versions_serve(roms.entrypoint, &object, &ops, NULL, &cap);
	if (error == TN_OK)
		error = publish(NULL, NULL, "live-1");
	if (error == TN_OK)
		error = tn_rom_service_announce(&roms);
	if (error == TN_OK)
		error = tn_service_announce(&control);
	return error;
}

void component_construct(struct tn_env *env)
{
	tn_error error = start(env);
	if (error != TN_OK)
		tn_transcript("not ok versions: %s", tn_error_text(error));
}
