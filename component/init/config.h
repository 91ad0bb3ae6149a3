/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A scenario as it was read: a value that does not change any more, with all its memory in an arena
 * of its own. init reads a new one whole, and drops the old one.
 */
#pragma once

#include <tenon/child.h>
#include <tenon/config.h>
#include <tenon/list.h>
#include <tenon/tree.h>

struct start;
struct child;

/* A rule: which sessions, and where to. */
struct rule {
	struct rule *next;
	const char *service; /* "": any */
	enum { MATCH_ANY, MATCH_EXACT, MATCH_PREFIX, MATCH_SUFFIX, MATCH_LAST } match;
	const char *label;
	enum { TO_PARENT, TO_CHILD, TO_ANY_CHILD, TO_STATE } target;
	const char *name;      /* TO_CHILD: as it is written, a child's or an alias */
	struct start *child;   /* TO_CHILD: that one */
	const char *new_label; /* NULL: as it was asked for */
	bool family;           /* TO_PARENT: the client's name is left out */
	bool wait;             /* for a server that is not there yet */
	const char *at;        /* where it stands */
};

/* A service that a child provides. */
struct provided {
	struct provided *next;            /* of the same child */
	struct provided *next_of_service; /* of other children, in the order of the file */
	struct start *start;
	const char *service;
};

/* All who provide a service. */
struct service {
	struct tn_tree_node by_name;
	const char *name;
	struct provided *first, *last;
};

/* What follows the end of a child. */
struct ending {
	enum { END_IGNORE, END_RESTART, END_PROPAGATE } action;
	uint64_t delay_ns, delay_max_ns; /* RESTART: of the first one in a row, and at most */
	uint64_t limit;                  /* restarts in a row; 0: no limit */
};

/* A child to be. */
struct start {
	struct start *next;
	const char *name, *binary;
	struct tn_quota quota, quota_max;
	uint32_t priority; /* at most */
	uint64_t cpus;     /* may run on these, as bits */
	bool permit_execute;
	struct provided *provides;
	struct rule *rules;
	bool has_rules;
	struct tn_kdl_string config; /* what is served to it as ROM "config", or absent */
	const char *config_rom;      /* or the label of another ROM; NULL: none */
	struct ending on_exit, on_fault;
	struct tn_kdl_string text; /* the whole node */
	const char *at;
	struct child *live; /* set when the scenario is put in force */
};

/* A child's name, or another name for it. */
struct name {
	struct tn_tree_node by_name;
	struct name *next; /* aliases */
	const char *name;
	const char *child; /* alias: as it is written */
	struct start *start;
	const char *at;
};

struct arena_block;

struct config {
	struct tn_config file; /* text and mistakes */
	char *content;         /* the text, from the heap */
	struct arena_block *arena;
	size_t arena_left;
	struct start *starts, *last_start;
	struct tn_tree names;
	struct name *aliases;
	struct tn_tree services;
	struct rule *default_rules;
	bool has_default_rules;
	struct rule *above_rules; /* for sessions that the own parent asks for */
	struct tn_quota default_quota;
	bool report_hash;
	const char *end_on; /* NULL: never ends */
	const char *end_at;
	uint64_t report_delay_ns, report_size; /* 0: no report */
};

/* Reads a scenario; takes `content`. NULL: out of memory, or mistakes, which were logged. */
struct config *config_read(char *content, size_t length);
void config_free(struct config *config);

/* A child by its name or an alias; NULL: there is none. */
struct start *config_find(const struct config *config, const char *name);
/* The first child that provides the service and is not `but`. *more: there are others. */
struct start *config_provider(const struct config *config, const char *service,
			      const struct start *but, bool *more);
bool start_provides(const struct start *start, const char *service);

/* -- among the files that read -- */

void *config_alloc(struct config *config, const char *at, size_t size);
const char *config_copy(struct config *config, const char *at, const char *text);
/* Required and not empty; NULL: a mistake that was reported. */
const char *config_argument(struct config *config, const struct tn_kdl_node *node, size_t index,
			    const char *what, size_t max);
/* NULL: absent, or a mistake that was reported. */
const char *config_property(struct config *config, const struct tn_kdl_node *node, const char *name,
			    size_t max);
struct rule *config_rules(struct config *config, const struct tn_kdl_node *node);
void config_start(struct config *config, struct tn_kdl_node *node);
void config_quota(struct config *config, const struct tn_kdl_node *node, struct tn_quota *quota);
/* What only the whole can tell: names that lead nowhere. */
void config_check(struct config *config);
