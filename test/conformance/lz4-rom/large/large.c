/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* An executable of more than 2 MiB, of which little is executed: then it says so by a service. */

#include <tenon/component.h>
#include <tenon/session.h>
#include <tenon/time.h>

extern const char large_functions[];

static uint32_t call(uint32_t i)
{
	uint32_t (*function)(void);
	const void *address = large_functions + i * 65536;
	memcpy(&function, &address, sizeof(function));
	return function();
}

static tn_error open(void *self, const struct tn_session_request *request, tn_handle *object)
{
	(void)self;
	(void)request;
	(void)object;
	return TN_ERR_DENIED;
}

static void close(void *self, uint32_t id)
{
	(void)self;
	(void)id;
}

void component_construct(struct tn_env *env)
{
	static struct tn_service service = {
		.name = "Large", .interface = &tn_time_interface, .open = open, .close = close
	};
	static const uint32_t called[] = { 3, 30, 17, 3 };
	(void)env;
	for (unsigned i = 0; i < sizeof(called) / sizeof(called[0]); i++)
		if (call(called[i]) != called[i] + 1000)
			tn_exit(1);
	if (tn_service_announce(&service) != TN_OK)
		tn_exit(1);
}
