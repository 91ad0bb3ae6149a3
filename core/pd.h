/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Protection domains. */
#pragma once

#include <core/core.h>

/* Quota moves from the payer to the new PD, which pays its own price. */
TN_MUST_USE tn_error pd_create(struct pd *payer, const char *label, uint64_t ram, uint64_t caps,
			       struct pd **made);
/* Prepares a PD structure; also core's own. */
void pd_init(struct pd *pd, const char *label);
/* Core hears nothing of it from now on. */
void pd_stop(struct object *object);
/*
 * One bounded step of ending everything that the PD has made or pays, child PDs included. True:
 * done. While the port waits for the kernel it does nothing; core goes on when that is over.
 */
bool pd_step(struct object *object);
/* After pd_step(): quota goes back to the payer. */
void pd_free(struct object *object);
tn_error pd_request(struct object *object, struct tn_request *request);

/* The PD with this number, NULL if there is none; false: no PD has so high a number. */
bool pd_find(uint32_t number, struct pd **pd);

/* Gives the PD its parent capability and lets its first thread run. */
TN_MUST_USE tn_error pd_start(struct pd *pd, struct object *parent);

/* Maps runtime and stack; where the first thread begins (birth.c). */
struct birth_plan {
	uint64_t entry, stack_pointer, argument;
};
TN_MUST_USE tn_error birth_prepare(struct pd *pd, tn_handle parent, struct birth_plan *plan);
