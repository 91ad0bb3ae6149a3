/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <hw_core.h>

/* Donates one page table on the way to the address. */
static enum hw_status add_table(struct pd *pd, uint64_t address)
{
	uint64_t frame = frames_alloc(1);
	if (!frame)
		return HW_ERR_NEED_TABLE;
	struct hw_result r = hw_call6(HW_TABLE_ADD, pd->port.pd, address, frame, 0, 0);
	if (r.status != HW_OK)
		frames_free(frame, 1);
	return (enum hw_status)r.status;
}

tn_error space_tables(struct pd *pd, uint64_t address)
{
	for (;;) {
		enum hw_status status = add_table(pd, address);
		if (status == HW_ERR_OCCUPIED)
			return TN_OK;
		if (status != HW_OK)
			return TN_ERR_OUT_OF_RAM;
	}
}

/* Regions pay for tables, so that tables that no region needs any more must go. */
static void take_tables(struct pd *pd, uint64_t address, uint64_t end)
{
	while (address < end) {
		struct hw_result r = hw_call2(HW_TABLE_TAKE, pd->port.pd, address);
		if (r.status == HW_OK)
			frames_free(r.rsi, 1);
		else
			address = (address | (LAYOUT_TABLE_SPAN_1 - 1)) + 1;
	}
}

/* Generic code has decided who may have both. */
uint64_t space_rights(uint32_t rights, const struct port_memory *memory)
{
	const uint32_t both = TN_RIGHT_WRITE | TN_RIGHT_EXECUTE;
	return rights | memory->attributes | ((rights & both) == both ? HW_MEMORY_BOTH : 0);
}

static void unmap_pages(struct pd *pd, uint64_t address, uint64_t pages)
{
	while (pages) {
		struct hw_result r = hw_call6(HW_UNMAP, pd->port.pd, address, pages, 0, 0);
		if (r.status != HW_ERR_AGAIN)
			return;
		address += r.rsi * HW_PAGE_SIZE;
		pages -= r.rsi;
	}
}

void space_unmap(struct pd *pd, uint64_t address, uint64_t pages)
{
	if (!pd->port.pd)
		return;
	unmap_pages(pd, address, pages);
	take_tables(pd, address, address + pages * HW_PAGE_SIZE);
}

tn_error space_map(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
		   uint64_t rights)
{
	uint64_t done = 0;
	while (done < pages) {
		uint64_t at = address + done * HW_PAGE_SIZE;
		struct hw_result r = hw_call6(HW_MAP, pd->port.pd, at,
					      physical + done * HW_PAGE_SIZE, pages - done, rights);
		if (r.status == HW_OK)
			return TN_OK;
		done += r.rsi; /* set whatever the status */
		at = address + done * HW_PAGE_SIZE;
		if (r.status == HW_ERR_AGAIN)
			continue;
		if (r.status == HW_ERR_NEED_TABLE && add_table(pd, at) == HW_OK)
			continue;
		unmap_pages(pd, address, done);
		take_tables(pd, address, address + pages * HW_PAGE_SIZE);
		return r.status == HW_ERR_NEED_TABLE ? TN_ERR_OUT_OF_RAM : TN_ERR_CONFLICT;
	}
	return TN_OK;
}

bool space_map_absent(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
		      uint64_t rights)
{
	uint64_t done = 0;
	for (;;) {
		uint64_t at = address + done * HW_PAGE_SIZE;
		struct hw_result r = hw_call6(HW_MAP, pd->port.pd, at,
					      physical + done * HW_PAGE_SIZE, pages - done, rights);
		done += r.rsi;
		if (r.status == HW_OK || r.status == HW_ERR_OCCUPIED)
			return true;
		if (r.status == HW_ERR_AGAIN)
			continue;
		at = address + done * HW_PAGE_SIZE;
		if (r.status != HW_ERR_NEED_TABLE || add_table(pd, at) != HW_OK)
			return false;
	}
}

/* A region is mapped and unmapped in pieces of what one lowest page table holds. */
enum { PIECE_PAGES = LAYOUT_TABLE_SPAN_1 / HW_PAGE_SIZE };

static uint64_t address_of(const struct region *region, uint64_t page)
{
	return region->address + page * HW_PAGE_SIZE;
}

/* The next piece to be mapped; they end where lowest tables do. */
static uint64_t piece(const struct region *region, uint64_t from)
{
	uint64_t left = region->size / HW_PAGE_SIZE - from;
	uint64_t in_table = PIECE_PAGES - address_of(region, from) / HW_PAGE_SIZE % PIECE_PAGES;
	return left < in_table ? left : in_table;
}

/* The last piece that is mapped. False: nothing was left after it. */
static bool unmap_piece(struct pd *pd, struct region *region)
{
	uint64_t end = region->address / HW_PAGE_SIZE + region->port.mapped;
	uint64_t pages = (end - 1) % PIECE_PAGES + 1;
	if (!region->port.mapped)
		return false;
	if (pages > region->port.mapped)
		pages = region->port.mapped;
	region->port.mapped -= pages;
	space_unmap(pd, address_of(region, region->port.mapped), pages);
	return region->port.mapped;
}

/* What is mapped of a region that is not mapped wholly goes. */
static void unmap_all(struct pd *pd, struct region *region)
{
	while (unmap_piece(pd, region))
		;
}

tn_error port_region_map(struct pd *pd, struct region *region)
{
	uint64_t from = region->port.mapped, pages = piece(region, from);
	uint64_t physical = region->memory->base + region->offset + from * HW_PAGE_SIZE;
	tn_error error = space_map(pd, address_of(region, from), physical, pages,
				   space_rights(region->rights, region->memory));
	if (error != TN_OK) {
		unmap_all(pd, region);
		return error;
	}
	region->port.mapped += pages;
	return address_of(region, region->port.mapped) < region->address + region->size
		       ? TN_ERR_AGAIN
		       : TN_OK;
}

/* Of a managed dataspace anything may be mapped; `mapped` counts what was looked at. */
static bool unmap_managed(struct pd *pd, struct region *region)
{
	uint64_t from = region->port.mapped, pages = piece(region, from);
	space_unmap(pd, address_of(region, from), pages);
	region->port.mapped += pages;
	return region->port.mapped < region->size / HW_PAGE_SIZE;
}

enum port_progress port_region_unmap(struct pd *pd, struct region *region)
{
	if (region->dataspace && region->dataspace->map)
		return unmap_managed(pd, region) ? PORT_MORE : PORT_DONE;
	return unmap_piece(pd, region) ? PORT_MORE : PORT_DONE;
}

bool port_region_revoke(struct pd *pd, struct region *region)
{
	return !unmap_piece(pd, region);
}

void port_region_flush(struct region *region, uint64_t address, uint64_t size, bool destroyed)
{
	(void)destroyed;
	space_unmap(region->map->pd, address, size / HW_PAGE_SIZE);
}
