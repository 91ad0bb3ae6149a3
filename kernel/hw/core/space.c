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

tn_error port_region_map(struct pd *pd, struct region *region)
{
	return space_map(pd, region->address, region->memory->base + region->offset,
			 region->size / HW_PAGE_SIZE, region->rights | region->memory->attributes);
}

bool port_region_unmap(struct pd *pd, struct region *region)
{
	space_unmap(pd, region->address, region->size / HW_PAGE_SIZE);
	return true;
}

void port_region_revoke(struct pd *pd, struct region *region)
{
	space_unmap(pd, region->address, region->size / HW_PAGE_SIZE);
}
