/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* init: reads the scenario, starts its children, routes their sessions, follows its changes. */

#include "init.h"

#include <tenon/rom_client.h>

struct init init;

static struct tn_rom_client scenario;

static void fail(const char *what, tn_error error)
{
	tn_log("%s: %s", what, tn_error_text(error));
	tn_exit(EXIT_CONFIG);
}

/* A copy that no update of the ROM touches: the scenario in force points into it. */
static char *copy_of_scenario(void)
{
	char *copy = tn_heap_alloc(scenario.size + 1);
	if (copy)
		__builtin_memcpy(copy, scenario.content, scenario.size + 1);
	return copy;
}

static struct config *read_scenario(void)
{
	char *content = copy_of_scenario();
	if (content)
		return config_read(content, scenario.size);
	tn_log("out of RAM: a configuration of %zu bytes", scenario.size);
	return NULL;
}

/* A broken one changes nothing. */
static void scenario_changed(void *argument)
{
	(void)argument;
	tn_error error = tn_rom_client_update(&scenario);
	if (error != TN_OK) {
		tn_log("the new configuration cannot be read, the old one stays: %s",
		       tn_error_text(error));
		return;
	}
	struct config *config = read_scenario();
	if (config)
		update(config);
	else
		tn_log("the new configuration is not taken, the old one stays");
}

static struct config *first_scenario(void)
{
	tn_error error = tn_rom_client_open(&scenario, "config", TN_CONFIG_MAX,
					    tn_env_entrypoint(init.env), scenario_changed, NULL);
	if (error == TN_OK)
		error = tn_rom_client_update(&scenario);
	while (error == TN_ERR_AGAIN) {
		tn_signal_wait(&scenario.changed);
		error = tn_rom_client_update(&scenario);
	}
	if (error != TN_OK)
		fail("no configuration in ROM config", error);
	struct config *config = read_scenario();
	if (!config) {
		tn_log("nothing started");
		tn_exit(EXIT_CONFIG);
	}
	return config;
}

void component_construct(struct tn_env *env)
{
	static const struct tn_family_policy policy = {
		.route = route_session,
		.provides = route_provides,
		.ended = child_ended,
		.route_environment = route_environment,
		.route_above = route_above,
		.changed = report_changed,
		.resource_request = quota_requested,
	};
	init.env = env;
	tn_list_init(&init.children);
	tn_list_init(&init.waiting);
	struct config *config = first_scenario();
	init.family.policy = &policy;
	tn_error error = tn_family_init(&init.family, env);
	if (error != TN_OK)
		fail("cannot have children", error);
	update(config);
}
