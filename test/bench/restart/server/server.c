/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "../fragile.h"

static struct tn_object object;

static tn_error ping(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error fault(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	__builtin_trap();
	return TN_OK;
}

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

void component_construct(struct tn_env *env)
{
	static const struct fragile_ops ops = { .ping = ping, .fault = fault };
	static struct tn_service service = {
		.name = "Fragile", .interface = &fragile_interface, .open = open, .close = close
	};
	fragile_cap cap;
	tn_error error = fragile_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap);
	if (error == TN_OK)
		error = tn_service_announce(&service);
	if (error != TN_OK)
		tn_exit(1);
}
