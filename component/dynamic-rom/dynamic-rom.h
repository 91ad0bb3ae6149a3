/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROMs that go through steps. */
#pragma once

#include <tenon/rom_server.h>

#define ROM_NAME_MAX 63u

struct step {
	struct step *next;
	enum { STEP_CONTENT, STEP_WAIT, STEP_WAIT_READ } kind;
	char *content;
	size_t size;
	uint64_t ns; /* WAIT */
};

struct rom {
	struct rom *next;
	char name[ROM_NAME_MAX + 1];
	struct tn_rom_source source;
	struct step *steps;
	struct step *at; /* the one under way; NULL: all done */
	bool repeat;
	uint64_t deadline; /* ns; UINT64_MAX: does not wait for time */
};

/* All ROMs of the configuration. With mistakes in it the component ends. */
struct rom *config_read(void);
