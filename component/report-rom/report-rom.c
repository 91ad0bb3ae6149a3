/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "report-rom.h"

#include <tenon/component.h>
#include <tenon/text.h>

static struct policy *policies;

static bool may_read(const struct policy *policy, const char *label)
{
	const struct reader *reader = policy->readers;
	while (reader && !tn_text_equal(reader->label, label))
		reader = reader->next;
	return reader || !policy->readers;
}

static struct tn_rom_source *find(void *self, const char *label)
{
	struct policy *policy = policies;
	(void)self;
	while (policy && !tn_text_equal(policy->rom, tn_label_last(label)))
		policy = policy->next;
	return policy && may_read(policy, label) ? &policy->source : NULL;
}

void component_construct(struct tn_env *env)
{
	static struct tn_rom_service service = { .find = find };
	service.entrypoint = tn_env_entrypoint(env);
	policies = config_read();
	for (struct policy *policy = policies; policy; policy = policy->next)
		tn_rom_source_init(&policy->source);
	tn_error error = reports_announce(service.entrypoint, policies);
	if (error == TN_OK)
		error = tn_rom_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
