/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What init is made of: a scenario in force, and the children that live by it. */
#pragma once

#include "config.h"

/* Exit values, see doc/scenario.md. */
enum { EXIT_CONFIG = 2, EXIT_START = 3, EXIT_FAULT = 100 };

/* A ROM that init serves to one child: its configuration, or the state of all. */
struct served_rom {
	struct tn_object object; /* no handle: not served */
	tn_dataspace_cap current, previous;
	uint64_t size;
	tn_signal_cap changed; /* the child's, if it watches */
	bool fetched;
};

/* A child that was started, lives, or is to be started again; whatever the scenario says meanwhile.
 */
struct child {
	struct tn_list_node in_all;
	struct tn_list_node in_waiting; /* for its restart */
	struct tn_child tn;
	const struct start *start; /* in the scenario in force; NULL: it is to go */
	char name[TN_LABEL_MAX + 1];
	char binary[TN_LABEL_MAX + 1];
	struct tn_quota quota;
	enum { CHILD_DOWN, CHILD_UP, CHILD_WAITING } state;
	bool start_again; /* when it has ended: its definition has changed */
	struct served_rom config, status;
	uint64_t started_ns, due_ns;
	uint64_t in_a_row; /* restarts since it last ran well */
	uint64_t restarts, starts;
	struct tn_child_end end; /* the last one */
};

struct init {
	struct tn_env *env;
	struct config *config;
	struct tn_family family;
	struct tn_list children;
	struct tn_list waiting;
};

extern struct init init;

/* -- child.c -- */
struct child *child_create(const char *name); /* NULL: out of memory */
void child_free(struct child *child);
/* By child->start. */
void child_start(struct child *child);
void child_ended(void *self, struct tn_child *tn, const struct tn_child_end *end);

static inline struct child *child_of(const struct tn_child *tn)
{
	return tn ? (struct child *)(void *)((char *)(uintptr_t)tn - offsetof(struct child, tn))
		  : NULL;
}

/* -- restart.c: what follows an end -- */
void restart_or_end(struct child *child);
void restart_due(uint64_t now);
/* The earliest, UINT64_MAX: none. */
uint64_t restart_next(void);

/* -- clock.c -- */
/* 0 before the clock is there. */
uint64_t clock_now(void);
/* Anew, after what waits has changed. */
void clock_program(void);

/* -- route.c: the policy of sessions -- */
void route_session(void *self, struct tn_child *client, const char *service, const char *label,
		   struct tn_route *route);
void route_environment(void *self, struct tn_child *client, const char *service, const char *label,
		       struct tn_route *route);
void route_above(void *self, const char *service, const char *label, struct tn_route *route);
bool route_provides(void *self, struct tn_child *child, const char *service);

/* -- update.c -- */
/* Puts a scenario in force; the one before is freed. */
void update(struct config *config);

/* -- quota.c -- */
/* Says so if the children are given more than there is. */
void quota_check(const struct config *config);
void quota_requested(void *self, struct tn_child *child, struct tn_quota wanted);
/* More, or less, as its definition says now. */
void quota_adjust(struct child *child);

/* -- rom.c -- */
TN_MUST_USE tn_error rom_serve(struct served_rom *rom);
/* A new version; readers are told. */
TN_MUST_USE tn_error rom_publish(struct served_rom *rom, const void *content, size_t size);
void rom_stop(struct served_rom *rom);

/* -- state.c: the state of all, as KDL -- */
/* Returns its length; what does not fit is left out as whole nodes. */
size_t state_write(char *text, size_t size);

/* -- report.c: who gets it, and when -- */
void report_configure(const struct config *config);
void report_changed(void *self);
void report_due(uint64_t now);
uint64_t report_next(void);
/* What there is now, as ROM `status` of a child. */
TN_MUST_USE tn_error report_serve(struct child *child);
