/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Regions: pieces of dataspaces in region maps. */
#pragma once

#include <core/core.h>

struct region_args {
	struct dataspace *dataspace; /* NULL: `memory`, core's own part of a PD */
	struct port_memory *memory;
	uint64_t address;
	bool anywhere;
	uint64_t offset, size;
	uint32_t rights;
	bool lazy;           /* accessible at the first touch */
	bool free_of_charge; /* in the flat price of the PD */
};

/*
 * Arguments are the component's, except those for core's own parts: all are checked. TN_ERR_AGAIN:
 * the dataspace is not zeroed yet. A large region may be accessible in part, see region_settle().
 */
TN_MUST_USE tn_error region_attach(struct region_map *map, const struct region_args *args,
				   struct region **made);
TN_MUST_USE tn_error region_detach(struct region_map *map, uint64_t address, uint64_t *detached_at,
				   uint64_t *size);
/* Makes more of a large region accessible. TN_ERR_AGAIN: not all yet. */
TN_MUST_USE tn_error region_settle(struct region_map *map, uint64_t address);
TN_MUST_USE tn_error region_reserve(struct region_map *map, uint64_t address, uint64_t size,
				    uint64_t *reserved_at);
TN_MUST_USE tn_error region_unreserve(struct region_map *map, uint64_t address);
/* What is in the way of the range, attached or reserved; NULL: nothing. */
struct region *region_in_the_way(struct region_map *map, uint64_t address, uint64_t size,
				 bool *reserved);
void region_trees_init(struct region_map *map);
/* The region that contains the address, or NULL. */
struct region *region_find(const struct region_map *map, uint64_t address);
/* The first region that ends above the address, and the next one by address; NULL: none. */
struct region *region_from(const struct region_map *map, uint64_t address);
struct region *region_next(const struct region *region);
/* Takes a region of a PD away, TN_ERR_AGAIN: not all yet; the memory is the caller's. */
TN_MUST_USE tn_error region_remove(struct region *region, uint64_t *address, uint64_t *size);
/*
 * The dataspace goes: its memory must not be reached through the region any more. In steps; true:
 * done.
 */
bool region_orphan(struct region *region);
/* All regions of a map that nobody reaches any more, in bounded steps. True: done. */
bool regions_step(struct region_map *map);

static inline uint64_t region_end(const struct region *region)
{
	return region->address + region->size;
}
