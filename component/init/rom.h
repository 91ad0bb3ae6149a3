/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROMs: init's own configuration, and the configuration of a child that init serves to it. */
#pragma once

#include "config.h"

/* A copy of the ROM `label` on the heap, safe from whoever serves it. */
TN_MUST_USE tn_error rom_read(const char *label, char **text, size_t *length);

/* Makes the child's `config` node a ROM; start->config_object is what its sessions are. */
TN_MUST_USE tn_error rom_serve_config(struct tn_env *env, struct start *start);
void rom_stop_serving(struct start *start);
