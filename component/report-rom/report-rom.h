/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Reports that others read as ROMs. */
#pragma once

#include <tenon/rom_server.h>
#include <tenon/types.h>

#define ROM_NAME_MAX 63u

/* A label that may read a ROM. */
struct reader {
	struct reader *next;
	char label[TN_LABEL_MAX + 1];
};

/* One line of policy: which report becomes which ROM, who reads it. */
struct policy {
	struct policy *next;
	char rom[ROM_NAME_MAX + 1];
	char report[TN_LABEL_MAX + 1]; /* whole label of the Report session */
	uint64_t limit;                /* bytes */
	struct reader *readers;        /* NULL: whoever asks for it by its name */
	struct tn_rom_source source;
};

/* With mistakes in the configuration the component ends. */
struct policy *config_read(void);

/* Announces the Report service. */
TN_MUST_USE tn_error reports_announce(struct tn_entrypoint *entrypoint, struct policy *policies);
