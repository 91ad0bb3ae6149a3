/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include <tenon/child.h>

/* A child as the configuration says, and what has become of it. */
struct watched {
	struct watched *next;
	char name[TN_LABEL_MAX + 1];
	char binary[TN_LABEL_MAX + 1];
	struct tn_quota quota;
	uint32_t misses;   /* so many beats in turn without an answer: it is ended */
	uint32_t restarts; /* how often it may still be started anew */
	enum { DUE, RUNS, OVER } state;
	bool failed; /* its last end was not an exit with 0 */
	struct tn_child child;
};

struct monitoring {
	uint64_t period_ms;
	struct watched *children;
};

/* Reads ROM config; ends the component where it is not right. */
void config_read(struct monitoring *monitoring);
