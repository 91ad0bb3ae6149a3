/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* New ROMs out of other ROMs, by rules. */
#pragma once

#include <tenon/config.h>
#include <tenon/rom_client.h>
#include <tenon/rom_server.h>

#define NAME_MAX 63u

enum { PATTERN_DEPTH_MAX = 16 };

struct input {
	struct input *next;
	char name[NAME_MAX + 1];
	char rom[TN_LABEL_MAX + 1];
	size_t limit;
	struct tn_rom_client client;
	bool usable; /* what the client has is KDL */
};

/* A value that is looked for in an input. */
struct value {
	struct value *next;
	char name[NAME_MAX + 1];
	struct input *input;
	struct tn_kdl_node pattern;  /* its children: one chain of nodes */
	char property[NAME_MAX + 1]; /* "": the argument */
	uint64_t argument;
	struct tn_kdl_value fallback; /* kind NONE: none */
	struct tn_kdl_value now;      /* kind NONE: not found, and no fallback */
};

struct output {
	struct output *next;
	char name[NAME_MAX + 1];
	size_t limit;
	struct tn_kdl_node rules;
	char *text[2]; /* the one that is published, and the one to be made */
	size_t length;
	struct tn_rom_source source;
};

struct filter {
	struct input *inputs;
	struct value *values;
	struct output *outputs;
};

/* With mistakes in the configuration the component ends. */
void config_read(struct filter *filter);

struct input *find_input(const struct filter *filter, const char *name);
struct value *find_value(const struct filter *filter, const char *name);

/* Looks all values up in what the inputs are now. */
void values_update(struct filter *filter);

/* Calls `found` for each node that matches the pattern, until it returns false. */
void query(const struct input *input, const struct tn_kdl_node *pattern,
	   bool (*found)(void *self, const struct tn_kdl_node *node), void *self);
bool same_value(const struct tn_kdl_value *a, const struct tn_kdl_value *b);

/* Writes what the rules of the output make of the values. */
enum tn_kdl_status output_make(const struct filter *filter, struct output *output, size_t *length);
