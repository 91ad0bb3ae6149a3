/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A server with a bug: it divides by what its client says. */

#include "fragile.h"

static tn_error divide(void *self, struct tn_request *request, uint32_t by, uint32_t *quotient)
{
	volatile uint32_t dividend = 42; /* the compiler keeps the bug */
	(void)self;
	(void)request;
	*quotient = dividend / by;
	return TN_OK;
}

/* One object for all: there is nothing to remember of a client. */
static fragile_cap object;

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
	static const struct fragile_ops ops = { .divide = divide };
	static struct tn_service service = {
		.name = "Fragile", .interface = &fragile_interface, .open = open, .close = close
	};
	static struct tn_object served;
	tn_error error = fragile_serve(tn_env_entrypoint(env), &served, &ops, NULL, &object);
	if (error == TN_OK)
		error = tn_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot serve: %s", tn_error_text(error));
	tn_exit(1);
}
