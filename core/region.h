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

/* Arguments are the component's, except those for core's own parts: all are checked. */
TN_MUST_USE tn_error region_attach(struct pd *pd, const struct region_args *args,
				   struct region **made);
TN_MUST_USE tn_error region_detach(struct pd *pd, uint64_t address, uint64_t *detached_at,
				   uint64_t *size);
/* Takes a region away; the memory is the caller's. */
void region_remove(struct region *region, uint64_t *address, uint64_t *size);
/* The dataspace goes: its memory must not be reached through the region any more. */
void region_orphan(struct region *region);
/* All regions of a PD that is stopped. */
void regions_free(struct pd *pd);
