/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * How long it takes until many components run: the share of each. The configuration says how many
 * they are: `config count=N`. It begins when the first init gets its scenario, which comes from
 * here.
 */

#include "../../measure.h"
#include "../gauge.h"

#include <tenon/config.h>
#include <tenon/rom_server.h>

enum { COUNT_MAX = 10000 };

static struct tn_object object;
static uint64_t begin, expected, count;

static tn_error here(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	if (++count < expected)
		return TN_OK;
	bench_begin();
	bench_sample(begin);
	bench_report("init.start", (uint32_t)expected);
	tn_exit(0);
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

static tn_error open_rom(void *self, const struct tn_session_request *request, tn_handle *handle)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	(void)self;
	if (!begin)
		begin = bench_now();
	tn_error error = tn_session_open("ROM", tn_label_last(request->label), none,
					 &tn_rom_interface, &session);
	*handle = session.cap;
	return error;
}

void component_construct(struct tn_env *env)
{
	static const struct gauge_ops ops = { .here = here };
	static struct tn_service service = {
		.name = "Gauge", .interface = &gauge_interface, .open = open, .close = close
	};
	static struct tn_service roms = {
		.name = "ROM", .interface = &tn_rom_interface, .open = open_rom, .close = close
	};
	struct tn_config config;
	struct tn_kdl_node node;
	gauge_cap cap;
	tn_config_read(&config, "config", &node);
	expected = tn_config_u64(&config, &node, "count", 1, 1, COUNT_MAX);
	tn_config_end(&config);
	bench_init();
	bench_check(gauge_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap), "serve");
	bench_check(tn_service_announce(&service), "announce");
	bench_check(tn_service_announce(&roms), "announce");
}
