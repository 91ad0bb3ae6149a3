/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The test's parent, and what its children play; one executable. */
#pragma once

#include <tenon/child.h>
#include <tenon/heartbeat.h>
#include <tenon/quota.h>
#include <tenon/text.h>

enum {
	ASKED_RAM = 1 << 20,
	ASKED_CAPS = 10,
	GIVERS_RAM = 512 * 1024, /* what the giver can free */
	DONATED_RAM = 64 * 1024,
	DONATED_CAPS = 5,
};

/* Plays the role of the component's name; ends with 0, or with the line of the check that failed.
 */
void role_play(struct tn_env *env);
