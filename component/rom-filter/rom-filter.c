/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "rom-filter.h"

#include <tenon/component.h>
#include <tenon/text.h>

static struct filter filter;

/* -- outputs -- */

/* Readers are told of what is different only. */
static void make(struct output *output)
{
	size_t length;
	enum tn_kdl_status status = output_make(&filter, output, &length);
	if (status != TN_KDL_OK) {
		tn_log("ROM %s stays as it is: %s", output->name, tn_kdl_status_text(status));
		return;
	}
	bool published = output->source.version.handle;
	if (published && length == output->length &&
	    memcmp(output->text[0], output->text[1], length) == 0)
		return;
	tn_error error = tn_rom_source_publish(&output->source, output->text[1], length);
	if (error != TN_OK) {
		tn_log("ROM %s stays as it is: %s", output->name, tn_error_text(error));
		return;
	}
	char *text = output->text[0];
	output->text[0] = output->text[1];
	output->text[1] = text;
	output->length = length;
}

static void make_all(void)
{
	values_update(&filter);
	for (struct output *output = filter.outputs; output; output = output->next)
		make(output);
}

/* -- inputs -- */

/* What cannot be read counts as empty: the rules have fallbacks for that. */
static void update(struct input *input)
{
	struct tn_kdl_error where;
	tn_error error = tn_rom_client_update(&input->client);
	input->usable = false;
	if (error != TN_OK) {
		if (error != TN_ERR_AGAIN)
			tn_log("input %s cannot be read: %s", input->name, tn_error_text(error));
		return;
	}
	input->usable = tn_kdl_validate(input->client.content, input->client.size, &where);
	if (!input->usable)
		tn_log("%s:%u:%u: input is not KDL: expected %s", input->rom, where.line,
		       where.column, where.expected);
}

static void changed(void *argument)
{
	update(argument);
	make_all();
}

static tn_error open_inputs(struct tn_entrypoint *entrypoint)
{
	for (struct input *input = filter.inputs; input; input = input->next) {
		tn_error error = tn_rom_client_open(&input->client, input->rom, input->limit,
						    entrypoint, changed, input);
		if (error != TN_OK) {
			tn_log("input %s: ROM %s cannot be opened", input->name, input->rom);
			return error;
		}
		update(input);
	}
	return TN_OK;
}

/* -- the service -- */

static struct tn_rom_source *find(void *self, const char *label)
{
	struct output *output = filter.outputs;
	(void)self;
	while (output && !tn_text_equal(output->name, tn_label_last(label)))
		output = output->next;
	return output ? &output->source : NULL;
}

void component_construct(struct tn_env *env)
{
	static struct tn_rom_service service = { .find = find };
	service.entrypoint = tn_env_entrypoint(env);
	config_read(&filter);
	for (struct output *output = filter.outputs; output; output = output->next)
		tn_rom_source_init(&output->source);
	tn_error error = open_inputs(service.entrypoint);
	if (error == TN_OK) {
		make_all();
		error = tn_rom_service_announce(&service);
	}
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
