/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Region maps as objects, and what follows from one being attached to others. */
#pragma once

#include <core/core.h>

/* Of a PD; NULL: managed. */
void region_map_init(struct region_map *map, struct pd *pd);
/* A managed dataspace, with the map that says what is in it. */
TN_MUST_USE tn_error region_map_create(struct pd *payer, uint64_t size, struct region_map **made);
/* What it is attached by, which goes with it; NULL: it is an address space. */
struct dataspace **region_map_dataspace(struct object *object);
/* One bounded step of its end, when nobody reaches it any more. True: done. */
bool region_map_step(struct object *object);
void region_map_free(struct object *object);
tn_error region_map_request(struct object *object, struct tn_request *request);

/*
 * May the managed dataspace be attached to this map? TN_ERR_DEADLOCK: it shows this map already.
 * TN_ERR_LIMIT: too many in a row.
 */
TN_MUST_USE tn_error region_map_check_nesting(struct region_map *map, struct dataspace *dataspace);
