/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Dataspaces: memory as an object. */
#pragma once

#include <core/core.h>

TN_MUST_USE tn_error dataspace_create(struct pd *payer, uint64_t size, struct dataspace **made);
/* The same with memory from elsewhere, for devices: its bus address is noted. */
typedef tn_error memory_maker(struct port_memory *memory, uint64_t pages, uint64_t *bus_address);
TN_MUST_USE tn_error dataspace_create_by(struct pd *payer, uint64_t size, memory_maker *maker,
					 struct dataspace **made);
/* Over memory that stays its maker's; costs PRICE_SESSION. */
TN_MUST_USE tn_error dataspace_of_memory(struct pd *payer, struct port_memory *memory,
					 uint64_t size, uint32_t rights, struct dataspace **made);
/* Read-only, over memory that is core's; costs PRICE_SESSION. */
TN_MUST_USE tn_error dataspace_of_module(struct pd *payer, const struct port_module *module,
					 struct dataspace **made);
/* Its memory may be reached: it is zeroed, in steps. TN_ERR_AGAIN: not yet. */
TN_MUST_USE tn_error dataspace_ready(struct dataspace *dataspace);
/* One bounded step of taking its memory from everybody. True: done. */
bool dataspace_step(struct object *object);
/* What others attach of a managed one; the map pays, and it goes with the map. NULL: no room. */
struct dataspace *dataspace_of_map(struct pd *payer, struct region_map *map, uint64_t size);
/* Readable only, from now on; TN_ERR_BUSY: somebody has it attached writable. */
TN_MUST_USE tn_error dataspace_seal(struct dataspace *dataspace);
void dataspace_free(struct object *object);
tn_error dataspace_request(struct object *object, struct tn_request *request);
