/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Core's small services. Each: make a session for `payer`, free it, serve a request. */
#pragma once

#include <core/core.h>

/* Label: the path as core's log shows it, copied. Price of each: PRICE_SESSION. */
TN_MUST_USE tn_error log_create(struct pd *payer, const char *label, struct object **made);
void log_free(struct object *object);
tn_error log_request(struct object *object, struct tn_request *request);
/* Writes more of what waits for the console. */
void log_step(void);
/* Core's own lines, formatted. */
void core_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Where the bundle has a ROM "measure", lines of the log begin with the time since core's start in
 * ns, and core tells at the end of each PD, and of all, what it has cost. Otherwise these do
 * nothing.
 */
void measure_start(void);
/* What the line begins with, and its length. */
size_t measure_stamp(char *line, size_t size);
void measure_begins(struct pd *pd);
/* Before anything of it goes; once. */
void measure_thread_ends(struct thread *thread);
void measure_ends(struct pd *pd);
void measure_all_end(void);

/* The module is named by the last element of the label. */
TN_MUST_USE tn_error rom_create(struct pd *payer, const char *label, struct object **made);
/* It ends with the session, in steps. */
struct dataspace **rom_dataspace(struct object *object);
void rom_free(struct object *object);
tn_error rom_request(struct object *object, struct tn_request *request);
bool rom_module(const char *name, struct port_module *module);

TN_MUST_USE tn_error time_create(struct pd *payer, struct object **made);
void time_free(struct object *object);
/* Tells the rest of those whose deadlines have passed. */
void time_step(void);
tn_error time_request(struct object *object, struct tn_request *request);

TN_MUST_USE tn_error cpu_create(struct pd *payer, struct object **made);
void cpu_free(struct object *object);
tn_error cpu_request(struct object *object, struct tn_request *request);

TN_MUST_USE tn_error rm_create(struct pd *payer, struct object **made);
void rm_free(struct object *object);
tn_error rm_request(struct object *object, struct tn_request *request);

/*
 * IO_MEM, IO_PORT, IRQ, DMA: core/device/, which is part of core only where the port has devices.
 * Without it these are NULL, and no such object exists.
 */
TN_MUST_USE tn_error device_create(enum object_kind kind, struct pd *payer, const char *label,
				   struct object **made) __attribute__((weak));
void device_free(struct object *object) __attribute__((weak));
/* Of IO_MEM. */
struct dataspace **device_dataspace(struct object *object) __attribute__((weak));
tn_error device_request(struct object *object, struct tn_request *request) __attribute__((weak));

/* Label: sees the components of that label and those below. */
TN_MUST_USE tn_error trace_create(struct pd *payer, const char *label, struct object **made);
void trace_free(struct object *object);
tn_error trace_request(struct object *object, struct tn_request *request);

/* What init sees as its parent. */
tn_error root_request(struct object *object, struct tn_request *request);
/* The object of a session that init has closed is at its end. */
void root_session_ended(uint32_t id);
/* Creates and starts init, with that quota. */
void root_start(uint64_t ram, uint64_t caps);
