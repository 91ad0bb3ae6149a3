/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "dynamic-rom.h"

#include <tenon/component.h>
#include <tenon/text.h>
#include <tenon/time.h>

static struct {
	struct rom *roms;
	tn_time_cap time;
	struct tn_signal reached; /* a deadline */
	struct tn_signal fetched; /* some reader has got a version */
} server;

static uint64_t clock_ns(void)
{
	uint64_t ns = 0;
	return tn_time_now(server.time, &ns) == TN_OK ? ns : 0;
}

/* -- steps -- */

static void publish(struct rom *rom, const struct step *step)
{
	tn_error error = tn_rom_source_publish(&rom->source, step->content, step->size);
	if (error != TN_OK)
		tn_log("%s: a version is left out: %s", rom->name, tn_error_text(error));
}

/* Whether the step is over. */
static bool take_step(struct rom *rom)
{
	const struct step *step = rom->at;
	switch (step->kind) {
	case STEP_CONTENT:
		publish(rom, step);
		return true;
	case STEP_WAIT:
		if (rom->deadline == UINT64_MAX)
			rom->deadline = clock_ns() + step->ns;
		if (clock_ns() < rom->deadline)
			return false;
		rom->deadline = UINT64_MAX;
		return true;
	default:
		return rom->source.fetched;
	}
}

static void advance(struct rom *rom)
{
	/* A pass over all steps has at least one wait: it does not go round for good. */
	while (rom->at && take_step(rom)) {
		rom->at = rom->at->next;
		if (!rom->at && rom->repeat)
			rom->at = rom->steps;
	}
}

static void advance_all(void *argument)
{
	uint64_t earliest = UINT64_MAX;
	(void)argument;
	for (struct rom *rom = server.roms; rom; rom = rom->next) {
		advance(rom);
		if (rom->deadline < earliest)
			earliest = rom->deadline;
	}
	if (tn_time_deadline(server.time, earliest) != TN_OK)
		tn_log("core refuses a deadline: nothing changes any more");
}

/* -- the service -- */

static struct tn_rom_source *find(void *self, const char *label)
{
	const char *name = tn_label_last(label);
	struct rom *rom = server.roms;
	(void)self;
	while (rom && !tn_text_equal(rom->name, name))
		rom = rom->next;
	return rom ? &rom->source : NULL;
}

/* Not before the version under way has been handed out may the next one replace it. */
static void fetched(void *self, struct tn_rom_source *source)
{
	(void)self;
	(void)source;
	(void)tn_signal_submit(server.fetched.cap);
}

static tn_error open_time(struct tn_entrypoint *entrypoint)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_error error = tn_session_open("TIME", "", none, &tn_time_interface, &session);
	if (error != TN_OK)
		return error;
	server.time.handle = session.cap;
	server.reached.handler = server.fetched.handler = advance_all;
	error = tn_signal_create(entrypoint, &server.fetched);
	if (error == TN_OK)
		error = tn_signal_create(entrypoint, &server.reached);
	return error == TN_OK ? tn_time_watch(server.time, server.reached.cap) : error;
}

void component_construct(struct tn_env *env)
{
	static struct tn_rom_service service = { .find = find, .fetched = fetched };
	server.roms = config_read();
	for (struct rom *rom = server.roms; rom; rom = rom->next) {
		tn_rom_source_init(&rom->source);
		rom->at = rom->steps;
		rom->deadline = UINT64_MAX;
	}
	service.entrypoint = tn_env_entrypoint(env);
	tn_error error = open_time(service.entrypoint);
	if (error == TN_OK)
		advance_all(NULL);
	if (error == TN_OK)
		error = tn_rom_service_announce(&service);
	if (error == TN_OK)
		return;
	tn_log("cannot start: %s", tn_error_text(error));
	tn_exit(1);
}
