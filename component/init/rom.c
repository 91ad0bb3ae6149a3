/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "rom.h"

static tn_error copy_dataspace(tn_dataspace_cap dataspace, size_t size, char **text)
{
	void *at = NULL;
	tn_error error = tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &at);
	if (error != TN_OK)
		return error;
	*text = tn_heap_alloc(size ? size : 1);
	error = *text ? tn_guarded_copy(*text, at, size) : TN_ERR_OUT_OF_RAM;
	(void)tn_detach(at);
	if (error != TN_OK) {
		tn_heap_free(*text);
		*text = NULL;
	}
	return error;
}

tn_error rom_read(const char *label, char **text, size_t *length)
{
	struct tn_session session;
	const struct tn_quota quota = { 0, 0 };
	uint64_t size = 0;
	tn_error error = tn_session_open("ROM", label, quota, &tn_rom_interface, &session);
	if (error != TN_OK)
		return error;
	{
		TN_SCOPED(tn_dataspace_cap, dataspace);
		tn_rom_cap rom = { session.cap };
		error = tn_rom_dataspace(rom, &size, &dataspace);
		if (error == TN_OK)
			error = copy_dataspace(dataspace, (size_t)size, text);
	}
	tn_session_close(&session);
	*length = (size_t)size;
	return error;
}

/* -- a child's configuration -- */

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	const struct start *start = self;
	(void)request;
	*size = start->config.len;
	*cap = start->config_dataspace;
	return TN_OK;
}

/* It never changes in this version of init: nothing to tell. */
static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	(void)changed;
	return TN_OK;
}

static tn_error fill(const struct start *start)
{
	void *at = NULL;
	tn_error error =
		tn_attach(start->config_dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	if (error != TN_OK)
		return error;
	__builtin_memcpy(at, start->config.at, start->config.len);
	(void)tn_detach(at);
	return TN_OK;
}

tn_error rom_serve_config(struct tn_env *env, struct start *start)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	tn_rom_cap cap;
	tn_error error = tn_dataspace_alloc(start->config.len, &start->config_dataspace);
	if (error != TN_OK)
		return error;
	error = fill(start);
	if (error == TN_OK)
		error = tn_rom_serve(tn_env_entrypoint(env), &start->config_object, &ops, start,
				     &cap);
	if (error != TN_OK) {
		tn_dataspace_free(start->config_dataspace);
		start->config_object.handle = 0;
	}
	return error;
}

void rom_stop_serving(struct start *start)
{
	if (!start->config_object.handle)
		return;
	tn_object_destroy(&start->config_object);
	tn_dataspace_free(start->config_dataspace);
	start->config_object.handle = 0;
}
