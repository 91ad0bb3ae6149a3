/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Bounded steps. What may be long is done in steps: within the request of whoever asked for it, who
 * is told TN_ERR_AGAIN, or by core itself, a step now and then (core_work()). Others are served in
 * between. A step has a budget, in units of about a thousand instructions; whatever counts spends
 * from it, and stops when nothing is left.
 */
#pragma once

#include <core/core.h>

/* A new step: core_request() and core_work() say so. */
void work_begin(void);
/* Whether this step may do one more thing. */
bool work_left(void);
void work_spend(unsigned units);

/* The object ends: core goes on with that by itself, until object_step() has freed it. */
void work_add(struct object *object);
/* Something that is no object waits for core_work(). */
void work_wanted(void);
