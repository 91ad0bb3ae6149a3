/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/dataspace.h>
#include <core/memory.h>
#include <core/price.h>
#include <core/region.h>
#include <core/work.h>

/* What a step of the port's costs. */
enum { MAP_UNITS = 32 };

static uint64_t end_of(const struct region *region)
{
	return region->address + region->size;
}

static uint64_t units(uint64_t address, uint64_t size, uint64_t span)
{
	return (address + size - 1) / span - address / span + 1;
}

/*
 * Page tables that the region may need: one for each span that it touches at each level. Neighbours
 * may share them, so this is an upper bound, and the same on every kernel. The tables of the first
 * gigabyte are in the price of a PD.
 */
static uint64_t price_of(uint64_t address, uint64_t size)
{
	uint64_t tables = units(address, size, LAYOUT_TABLE_SPAN_1);
	if (address + size > LAYOUT_ATTACH)
		tables += units(address, size, LAYOUT_TABLE_SPAN_2);
	if (address + size > LAYOUT_TABLE_SPAN_3)
		tables += units(address, size, LAYOUT_TABLE_SPAN_3);
	return PRICE_REGION + tables * TN_PAGE_SIZE;
}

struct region *core_region_find(struct pd *pd, uint64_t address)
{
	struct list_node *node = list_first(&pd->regions);
	for (; node; node = list_next(&pd->regions, node)) {
		struct region *region = list_entry(node, struct region, in_pd);
		if (address >= region->address && address < end_of(region))
			return region;
	}
	return NULL;
}

/* Finds the list position for [address, address + size); NULL: something is there. */
static struct list_node *position(struct pd *pd, uint64_t address, uint64_t size)
{
	struct list_node *node = list_first(&pd->regions);
	for (; node; node = list_next(&pd->regions, node)) {
		struct region *region = list_entry(node, struct region, in_pd);
		if (region->address >= address + size)
			return node;
		if (end_of(region) > address)
			return NULL;
	}
	return &pd->regions.head;
}

/* First fit in the attach area. Large regions begin at a span of the first page table level. */
static uint64_t find_gap(struct pd *pd, uint64_t size)
{
	uint64_t align = size >= LAYOUT_TABLE_SPAN_1 ? LAYOUT_TABLE_SPAN_1 : TN_PAGE_SIZE;
	uint64_t at = LAYOUT_ATTACH;
	struct list_node *node = list_first(&pd->regions);
	for (; node; node = list_next(&pd->regions, node)) {
		struct region *region = list_entry(node, struct region, in_pd);
		if (end_of(region) <= at)
			continue;
		if (region->address >= at + size)
			break;
		at = (end_of(region) + align - 1) & ~(align - 1);
	}
	return at + size <= LAYOUT_ATTACH_END ? at : 0;
}

static bool misaligned(uint64_t value)
{
	return value & (TN_PAGE_SIZE - 1);
}

/* What a component may ask for. */
static tn_error check(const struct region_args *args, uint64_t *size)
{
	const struct dataspace *dataspace = args->dataspace;
	uint32_t both = TN_RIGHT_WRITE | TN_RIGHT_EXECUTE;
	if (misaligned(args->address) || misaligned(args->offset) || misaligned(args->size))
		return TN_ERR_ARGUMENT;
	if (args->offset >= dataspace->size || args->size > dataspace->size - args->offset)
		return TN_ERR_ARGUMENT;
	*size = args->size ? args->size : dataspace->size - args->offset;
	if ((args->rights & both) == both || (args->rights & ~dataspace->rights))
		return TN_ERR_DENIED;
	if (!(args->rights & TN_RIGHT_READ))
		return TN_ERR_ARGUMENT;
	if (!args->address)
		return TN_OK;
	if (args->address < LAYOUT_BINARIES || args->address >= LAYOUT_ATTACH_END ||
	    *size > LAYOUT_ATTACH_END - args->address)
		return TN_ERR_ARGUMENT;
	/* Stacks are core's, but for the rest of the area below and above. */
	if (args->address < LAYOUT_STACKS_END && args->address + *size > LAYOUT_STACKS)
		return TN_ERR_DENIED;
	return TN_OK;
}

static void unlink_region(struct pd *pd, struct region *region)
{
	list_remove(&region->in_pd);
	list_remove(&region->in_dataspace);
	account_refund(pd, TN_USAGE_REGION, region->price, 0);
	core_free(region, sizeof(*region));
}

/* As much as this step allows, or all. An error other than TN_ERR_AGAIN: nothing is mapped. */
static tn_error map_step(struct region *region, bool all)
{
	tn_error error;
	do {
		work_spend(MAP_UNITS);
		error = port_region_map(region->pd, region);
	} while (error == TN_ERR_AGAIN && (all || work_left()));
	region->arriving = error == TN_ERR_AGAIN;
	return error;
}

tn_error region_attach(struct pd *pd, const struct region_args *args, struct region **made)
{
	uint64_t size = args->size;
	tn_error error = args->dataspace ? check(args, &size) : TN_OK;
	if (error == TN_OK && args->dataspace)
		error = dataspace_ready(args->dataspace);
	if (error != TN_OK)
		return error;
	uint64_t address = args->address ? args->address : find_gap(pd, size);
	if (!address)
		return TN_ERR_LIMIT;
	struct list_node *before = position(pd, address, size);
	if (!before)
		return TN_ERR_CONFLICT;
	uint64_t price = args->free_of_charge ? 0 : price_of(address, size);
	error = account_charge(pd, TN_USAGE_REGION, price, 0);
	if (error != TN_OK)
		return error;
	struct region *region = core_alloc(sizeof(*region));
	if (!region) {
		account_refund(pd, TN_USAGE_REGION, price, 0);
		return TN_ERR_LIMIT;
	}
	region->pd = pd;
	region->address = address;
	region->size = size;
	region->offset = args->offset;
	region->rights = args->rights;
	region->price = price;
	region->dataspace = args->dataspace;
	region->memory = args->dataspace ? args->dataspace->memory : args->memory;
	list_insert_before(before, &region->in_pd);
	if (args->dataspace)
		list_append(&args->dataspace->regions, &region->in_dataspace);
	error = map_step(region, !args->dataspace);
	if (error != TN_OK && error != TN_ERR_AGAIN) {
		unlink_region(pd, region);
		return error;
	}
	*made = region;
	return TN_OK;
}

tn_error region_settle(struct pd *pd, uint64_t address)
{
	struct region *region = core_region_find(pd, address);
	if (!region || region->leaving)
		return TN_ERR_NOT_FOUND;
	if (!region->memory)
		return TN_ERR_GONE;
	return region->arriving ? map_step(region, false) : TN_OK;
}

void core_region_gone(struct pd *pd, struct region *region)
{
	unlink_region(pd, region);
}

tn_error region_remove(struct region *region, uint64_t *address, uint64_t *size)
{
	enum port_progress progress = PORT_MORE;
	*address = region->address;
	*size = region->size;
	region->leaving = region->unmapping = true;
	while (progress == PORT_MORE) {
		if (!work_left())
			return TN_ERR_AGAIN;
		work_spend(MAP_UNITS);
		progress = port_region_unmap(region->pd, region);
	}
	region->unmapping = false;
	if (progress == PORT_DONE)
		unlink_region(region->pd, region);
	return TN_OK;
}

tn_error region_detach(struct pd *pd, uint64_t address, uint64_t *detached_at, uint64_t *size)
{
	struct region *region = core_region_find(pd, address);
	bool binary = address >= LAYOUT_BINARIES && address < LAYOUT_BINARIES_END;
	if (!region || (region->leaving && !region->unmapping) ||
	    (!binary && address < LAYOUT_ATTACH))
		return TN_ERR_NOT_FOUND;
	return region_remove(region, detached_at, size);
}

bool region_orphan(struct region *region)
{
	while (region->memory) {
		if (!work_left())
			return false;
		work_spend(MAP_UNITS);
		if (port_region_revoke(region->pd, region))
			region->memory = NULL;
	}
	list_remove(&region->in_dataspace);
	region->dataspace = NULL;
	return true;
}

bool regions_step(struct pd *pd)
{
	struct list_node *node;
	while ((node = list_first(&pd->regions))) {
		if (!work_left())
			return false;
		work_spend(1);
		unlink_region(pd, list_entry(node, struct region, in_pd));
	}
	return true;
}
