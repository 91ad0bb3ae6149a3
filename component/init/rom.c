/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROMs that init serves to a child. */

#include "init.h"

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	struct served_rom *rom = self;
	(void)request;
	if (!rom->current.handle)
		return TN_ERR_AGAIN;
	*size = rom->size;
	*cap = rom->current;
	rom->fetched = true;
	return TN_OK;
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	struct served_rom *rom = self;
	(void)request;
	tn_error error = tn_cap_retain(changed.handle);
	if (error != TN_OK)
		return error;
	tn_cap_release(rom->changed.handle);
	rom->changed = changed;
	return TN_OK;
}

tn_error rom_serve(struct served_rom *rom)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	tn_rom_cap cap;
	if (rom->object.handle)
		return TN_OK;
	return tn_rom_serve(tn_env_entrypoint(init.env), &rom->object, &ops, rom, &cap);
}

static tn_error fill(tn_dataspace_cap dataspace_cap, const void *content, size_t size)
{
	void *at = NULL;
	tn_error error = tn_attach(dataspace_cap, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	if (error != TN_OK)
		return error;
	__builtin_memcpy(at, content, size);
	(void)tn_detach(at);
	return tn_dataspace_seal(dataspace_cap);
}

static void forget(tn_dataspace_cap *version)
{
	if (version->handle)
		tn_dataspace_free(*version);
	version->handle = 0;
}

/* The version before the current one stays, for who is copying it. */
tn_error rom_publish(struct served_rom *rom, const void *content, size_t size)
{
	tn_dataspace_cap version;
	forget(&rom->previous);
	tn_error error = tn_dataspace_alloc(size ? size : 1, &version);
	if (error != TN_OK)
		return error;
	error = fill(version, content, size);
	if (error != TN_OK) {
		tn_dataspace_free(version);
		return error;
	}
	rom->previous = rom->current;
	rom->current = version;
	rom->size = size;
	if (rom->changed.handle)
		(void)tn_signal_submit(rom->changed);
	return TN_OK;
}

void rom_stop(struct served_rom *rom)
{
	if (rom->object.handle)
		tn_object_destroy(&rom->object);
	forget(&rom->previous);
	forget(&rom->current);
	tn_cap_release(rom->changed.handle);
	__builtin_memset(rom, 0, sizeof(*rom));
}
