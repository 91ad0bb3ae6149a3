/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A scenario as init has read it: all from the heap, for as long as init lives. */
#pragma once

#include <stdarg.h>
#include <tenon/child.h>
#include <tenon/format.h>
#include <tenon/kdl.h>

/* A rule: which sessions, and where to. */
struct rule {
	struct rule *next;
	char service[TN_SERVICE_NAME_MAX + 1]; /* "": any */
	char label[TN_LABEL_MAX + 1];
	bool has_label;
	char child[TN_LABEL_MAX + 1]; /* "": the parent */
	char new_label[TN_LABEL_MAX + 1];
	bool has_new_label;
	const char *start; /* where it stands */
};

struct provided {
	struct provided *next;
	char service[TN_SERVICE_NAME_MAX + 1];
};

/* A child to be. */
struct start {
	struct start *next;
	char name[TN_LABEL_MAX + 1];
	char binary[TN_LABEL_MAX + 1];
	struct tn_quota quota;
	struct provided *provides;
	struct rule *rules;
	bool has_rules;
	struct tn_kdl_string config; /* text of its `config` node, or absent */
	struct tn_child child;
	bool alive;
	/* its configuration as a ROM: */
	tn_dataspace_cap config_dataspace;
	struct tn_object config_object;
};

struct config {
	const char *text;
	size_t length;
	struct start *starts;
	struct rule *default_rules;
	bool has_default_rules;
	bool report_hash;
	char end_on[TN_LABEL_MAX + 1]; /* "": never ends */
	const char *end_start;         /* where that stands */
};

/* Reads `config->text`. Logs every mistake with its place; returns how many there were. */
unsigned config_read(struct config *config);

struct start *config_find(const struct config *config, const char *name);

bool text_is(const char *a, const char *b);
