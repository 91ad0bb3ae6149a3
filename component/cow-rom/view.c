/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The original is attached in one piece, read-only. A write takes its page out of the piece that it
 * is in, which leaves at most two; so the pieces are paid with the pages that are copied.
 */
#include "cow-rom.h"

#include <tenon/component.h>

static tn_error put(const struct view *view, tn_dataspace_cap from, uint64_t offset, uint64_t at,
		    uint64_t end, uint32_t rights)
{
	uint64_t attached_at, attached_size;
	if (at == end)
		return TN_OK;
	return tn_region_map_attach(view->map, from, at, offset, end - at, rights, &attached_at,
				    &attached_size);
}

static void take(const struct view *view, uint64_t at, uint64_t *begin, uint64_t *size)
{
	tn_error error;
	do
		error = tn_region_map_detach(view->map, at, begin, size);
	while (error == TN_ERR_AGAIN);
}

/* Its client must not wait for what never comes: it faults. */
static void give_up(struct view *view, tn_error error)
{
	tn_log("a view of %s ends: %s", view->rom->name, tn_error_text(error));
	do
		error = tn_rm_destroy(view->rm, view->map);
	while (error == TN_ERR_AGAIN);
	view->gone = true;
}

/* -- memory for copies -- */

static tn_error add_pool(struct view *view, uint64_t ram, uint64_t caps)
{
	if (ram < DONATION_RAM + PAGE_RAM || caps < DONATION_CAPS)
		return TN_OK;
	struct pool *pool = tn_heap_alloc(sizeof(*pool));
	if (!pool)
		return TN_ERR_OUT_OF_RAM;
	uint64_t pages = (ram - DONATION_RAM) / PAGE_RAM;
	*pool = (struct pool){ .next = view->pools };
	pool->pages = pages < view->rom->pages ? (uint32_t)pages : view->rom->pages;
	view->pools = pool;
	return TN_OK;
}

static tn_error make_pool(struct pool *pool)
{
	void *at = NULL;
	if (pool->memory.handle)
		return TN_OK;
	tn_error error = tn_dataspace_alloc((size_t)pool->pages * TN_PAGE_SIZE, &pool->memory);
	if (error == TN_OK)
		error = tn_attach(pool->memory, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	pool->at = at;
	return error;
}

static struct pool *find_pool(const struct view *view)
{
	struct pool *pool = view->pools;
	while (pool && pool->used == pool->pages)
		pool = pool->next;
	return pool;
}

/* -- faults -- */

static tn_error copy_page(struct view *view, struct pool *pool, uint32_t page)
{
	uint64_t at = (uint64_t)page * TN_PAGE_SIZE, begin = at, size = 0, end = at + TN_PAGE_SIZE;
	tn_error error = make_pool(pool);
	uint64_t offset = (uint64_t)pool->used * TN_PAGE_SIZE;
	if (error == TN_OK)
		error = tn_guarded_copy(pool->at + offset, view->rom->at + at, TN_PAGE_SIZE);
	if (error != TN_OK)
		return error;
	pool->used++;
	view->pages[page] = PAGE_COPIED;
	take(view, at, &begin, &size);
	error = put(view, pool->memory, offset, at, end, TN_RIGHT_READ | TN_RIGHT_WRITE);
	if (error == TN_OK)
		error = put(view, view->rom->original, begin, begin, at, TN_RIGHT_READ);
	if (error == TN_OK)
		error = put(view, view->rom->original, end, end, begin + size, TN_RIGHT_READ);
	return error;
}

static void write_page(struct view *view, uint32_t page)
{
	struct pool *pool = find_pool(view);
	if (view->pages[page] == PAGE_COPIED)
		return;
	if (!pool) {
		view->pages[page] = PAGE_WANTED;
		view->has_wanted = true;
		return;
	}
	tn_error error = copy_page(view, pool, page);
	if (error != TN_OK)
		give_up(view, error);
}

/* What is read is there; it may only have been out of reach while a page of the piece was copied.
 */
static void faulted(void *argument)
{
	struct view *view = argument;
	struct tn_region_fault fault = { .more = 1 };
	while (!view->gone && fault.more && tn_region_map_fault_next(view->map, &fault) == TN_OK)
		if (fault.access == TN_RIGHT_WRITE)
			write_page(view, (uint32_t)(fault.offset / TN_PAGE_SIZE));
}

/* -- life -- */

static tn_error make_map(struct view *view, struct tn_entrypoint *entrypoint)
{
	uint64_t size = (uint64_t)view->rom->pages * TN_PAGE_SIZE;
	tn_error error = tn_rm_create(view->rm, size, &view->map, &view->content);
	if (error == TN_OK)
		error = put(view, view->rom->original, 0, 0, size, TN_RIGHT_READ);
	view->faulted.handler = faulted;
	view->faulted.argument = view;
	if (error == TN_OK)
		error = tn_signal_create(entrypoint, &view->faulted);
	return error == TN_OK ? tn_region_map_fault_signal(view->map, view->faulted.cap) : error;
}

tn_error view_open(struct view *view, const struct rom *rom, tn_rm_cap rm,
		   struct tn_entrypoint *entrypoint, struct tn_quota quota)
{
	uint64_t price = SESSION_RAM + rom->pages;
	*view = (struct view){ .rom = rom, .rm = rm };
	if (quota.ram < price)
		return TN_ERR_OUT_OF_RAM;
	if (quota.caps < SESSION_CAPS)
		return TN_ERR_OUT_OF_CAPS;
	view->pages = tn_heap_alloc(rom->pages);
	if (!view->pages)
		return TN_ERR_OUT_OF_RAM;
	memset(view->pages, PAGE_SHARED, rom->pages);
	tn_error error = add_pool(view, quota.ram - price, quota.caps - SESSION_CAPS);
	if (error == TN_OK)
		error = make_map(view, entrypoint);
	if (error != TN_OK)
		view_close(view);
	return error;
}

void view_donate(struct view *view, struct tn_quota quota)
{
	tn_error error = add_pool(view, quota.ram, quota.caps);
	if (error != TN_OK)
		tn_log("a donation for %s is of no use: %s", view->rom->name, tn_error_text(error));
	if (!view->has_wanted)
		return;
	view->has_wanted = false;
	for (uint32_t page = 0; page < view->rom->pages && !view->gone; page++)
		if (view->pages[page] == PAGE_WANTED)
			write_page(view, page);
}

static void free_pools(struct view *view)
{
	while (view->pools) {
		struct pool *pool = view->pools;
		view->pools = pool->next;
		if (pool->memory.handle)
			tn_dataspace_free(pool->memory);
		tn_heap_free(pool);
	}
}

void view_close(struct view *view)
{
	tn_error error = view->map.handle && !view->gone ? TN_ERR_AGAIN : TN_OK;
	while (error == TN_ERR_AGAIN)
		error = tn_rm_destroy(view->rm, view->map);
	tn_signal_destroy(&view->faulted);
	tn_cap_release(view->map.handle);
	tn_cap_release(view->content.handle);
	free_pools(view);
	tn_heap_free(view->pages);
}
