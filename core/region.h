/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Regions: pieces of dataspaces in address spaces. */
#pragma once

#include <core/core.h>

struct region_args {
	struct dataspace *dataspace; /* NULL: `memory`, core's own part of a PD */
	struct port_memory *memory;
	uint64_t address; /* 0: anywhere */
	uint64_t offset, size;
	uint32_t rights;
	bool free_of_charge; /* in the flat price of the PD */
};

/*
 * Arguments are the component's, except those for core's own parts: all are checked. TN_ERR_AGAIN:
 * the dataspace is not zeroed yet. A large region may be accessible in part, see region_settle().
 */
TN_MUST_USE tn_error region_attach(struct pd *pd, const struct region_args *args,
				   struct region **made);
TN_MUST_USE tn_error region_detach(struct pd *pd, uint64_t address, uint64_t *detached_at,
				   uint64_t *size);
/* Makes more of a large region accessible. TN_ERR_AGAIN: not all yet. */
TN_MUST_USE tn_error region_settle(struct pd *pd, uint64_t address);
/* Takes a region away, TN_ERR_AGAIN: not all yet; the memory is the caller's. */
TN_MUST_USE tn_error region_remove(struct region *region, uint64_t *address, uint64_t *size);
/*
 * The dataspace goes: its memory must not be reached through the region any more. In steps; true:
 * done.
 */
bool region_orphan(struct region *region);
/* All regions of a PD that is stopped, in bounded steps. True: done. */
bool regions_step(struct pd *pd);
