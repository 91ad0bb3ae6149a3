/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What runs at one moment, compared with the moment before. */
#pragma once

#include <tenon/component.h>
#include <tenon/trace.h>

/* Of a thread, what has to be known the next time. */
struct seen {
	uint64_t id, cpu_ns;
};

struct threads {
	struct seen *at;
	size_t count, room;
};

/* A component with all of its threads. */
struct line {
	struct tn_trace_subject subject; /* of its first thread */
	uint64_t spent_ns;               /* CPU time since the last sample, of all */
	uint32_t threads, waiting;       /* those that wait for a pager */
};

/* Zeroed at first. */
struct sample {
	struct line *lines; /* by what was spent, the greatest first */
	size_t line_count, line_room;
	struct threads now, before;
};

/* Reads all pages. Errors: those of the session; TN_ERR_OUT_OF_RAM: more runs than fits. */
TN_MUST_USE tn_error sample_take(struct sample *sample, tn_trace_cap trace);
