/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/dataspace.h>
#include <core/paging.h>
#include <core/memory.h>
#include <core/price.h>
#include <core/region.h>
#include <core/region_map.h>
#include <core/revoke.h>
#include <core/work.h>

/* What a step of the port's costs. */
enum { MAP_UNITS = 32 };

static struct region *of(struct tn_tree_node *node)
{
	return node ? TN_CONTAINER_OF(node, struct region, in_map) : NULL;
}

static uint64_t units(uint64_t address, uint64_t size, uint64_t span)
{
	return (address + size - 1) / span - address / span + 1;
}

/*
 * Page tables that the region may need: one for each span that it touches at each level. Neighbours
 * may share them, so this is an upper bound, and the same on every kernel. The tables of the first
 * gigabyte are in the price of a PD; a managed dataspace has none, those who attach it do.
 */
static uint64_t price_of(const struct region_map *map, uint64_t address, uint64_t size)
{
	if (!map->pd)
		return PRICE_REGION;
	uint64_t tables = units(address, size, LAYOUT_TABLE_SPAN_1);
	if (address + size > LAYOUT_ATTACH)
		tables += units(address, size, LAYOUT_TABLE_SPAN_2);
	if (address + size > LAYOUT_TABLE_SPAN_3)
		tables += units(address, size, LAYOUT_TABLE_SPAN_3);
	return PRICE_REGION + PRICE_MAPPING + size / TN_PAGE_SIZE * PRICE_MAPPING_PAGE +
	       tables * TN_PAGE_SIZE;
}

/* -- looking for regions -- */

struct range {
	uint64_t first, end;
};

/* Ranges that overlap are equal. */
static int order(const void *key, const struct tn_tree_node *node)
{
	const struct range *range = key;
	const struct region *region = TN_CONTAINER_OF_CONST(node, struct region, in_map);
	if (range->end <= region->address)
		return -1;
	return range->first >= region_end(region);
}

void region_trees_init(struct region_map *map)
{
	tn_tree_init(&map->regions, order);
	tn_tree_init(&map->reserved, order);
}

static struct region *overlapping(const struct tn_tree *tree, uint64_t address, uint64_t size)
{
	const struct range range = { address, address + size };
	return of(tn_tree_find(tree, &range));
}

/* On the way of each fault, hence without order(). */
struct region *region_find(const struct region_map *map, uint64_t address)
{
	struct tn_tree_node *node = map->regions.root;
	while (node) {
		struct region *region = of(node);
		bool behind = address >= region->address;
		if (behind && address - region->address < region->size)
			return region;
		node = node->child[behind];
	}
	return NULL;
}

struct region *region_from(const struct region_map *map, uint64_t address)
{
	const struct range range = { address, address + 1 };
	return of(tn_tree_lower_bound(&map->regions, &range));
}

struct region *region_next(const struct region *region)
{
	return of(tn_tree_next(&region->in_map));
}

struct region *core_region_find(struct pd *pd, uint64_t address)
{
	return region_find(&pd->space, address);
}

struct region *core_region_next(struct pd *pd, const struct region *region)
{
	return region ? region_next(region) : region_from(&pd->space, 0);
}

struct region *region_in_the_way(struct region_map *map, uint64_t address, uint64_t size,
				 bool *reserved)
{
	struct region *attached = overlapping(&map->regions, address, size);
	struct region *reservation = overlapping(&map->reserved, address, size);
	*reserved = reservation && (!attached || reservation->address < attached->address);
	return *reserved ? reservation : attached;
}

/* Large regions begin at a span of the first page table level. */
static uint64_t alignment(const struct region_map *map, uint64_t size)
{
	return map->pd && size >= LAYOUT_TABLE_SPAN_1 ? LAYOUT_TABLE_SPAN_1 : TN_PAGE_SIZE;
}

/* First fit. */
static tn_error find_gap(struct region_map *map, uint64_t size, uint64_t *address)
{
	uint64_t align = alignment(map, size), at = map->full;
	const struct region *region;
	bool reserved;
	for (;;) {
		at = (at + align - 1) & ~(align - 1);
		if (at > map->end || size > map->end - at)
			return TN_ERR_LIMIT;
		region = region_in_the_way(map, at, size, &reserved);
		if (!region)
			break;
		at = region_end(region);
	}
	*address = at;
	return TN_OK;
}

/* -- what a component may ask for -- */

static bool misaligned(uint64_t value)
{
	return value & (TN_PAGE_SIZE - 1);
}

static tn_error check_place(const struct region_map *map, uint64_t address, uint64_t size)
{
	uint64_t lowest = map->pd ? LAYOUT_BINARIES : 0;
	if (misaligned(address) || address < lowest || address >= map->end ||
	    size > map->end - address)
		return TN_ERR_ARGUMENT;
	/* Stacks are core's, but for the rest of the area below and above. */
	if (map->pd && address < LAYOUT_STACKS_END && address + size > LAYOUT_STACKS)
		return TN_ERR_DENIED;
	return TN_OK;
}

/* RAM is executable for whom that is permitted; and then what is written is, too. */
static tn_error check_rights(const struct region_map *map, const struct dataspace *dataspace,
			     uint32_t rights)
{
	const uint32_t both = TN_RIGHT_WRITE | TN_RIGHT_EXECUTE;
	const struct pd *pd = map->pd ? map->pd : map->object.payer;
	uint32_t allowed = dataspace->rights;
	if (pd->may_execute && allowed & TN_RIGHT_WRITE)
		allowed |= TN_RIGHT_EXECUTE;
	if (rights & ~allowed)
		return TN_ERR_DENIED;
	/* What is behind a managed dataspace is decided piece by piece. */
	if ((rights & both) == both && !pd->may_execute && (map->pd || !dataspace->map))
		return TN_ERR_DENIED;
	return rights & TN_RIGHT_READ ? TN_OK : TN_ERR_ARGUMENT;
}

static tn_error check(struct region_map *map, const struct region_args *args, uint64_t *size)
{
	struct dataspace *dataspace = args->dataspace;
	if (misaligned(args->offset) || misaligned(args->size))
		return TN_ERR_ARGUMENT;
	if (args->offset >= dataspace->size || args->size > dataspace->size - args->offset)
		return TN_ERR_ARGUMENT;
	*size = args->size ? args->size : dataspace->size - args->offset;
	tn_error error = args->anywhere ? TN_OK : check_place(map, args->address, *size);
	if (error == TN_OK)
		error = check_rights(map, dataspace, args->rights);
	if (error == TN_OK && !map->pd && dataspace->map)
		error = region_map_check_nesting(map, dataspace);
	return error == TN_OK && !args->lazy ? dataspace_ready(dataspace) : error;
}

/* -- attaching -- */

/* Where nothing is, as was looked for already. */
static void link_region(struct tn_tree *tree, struct region *region)
{
	const struct range range = { region->address, region_end(region) };
	tn_tree_add(tree, &range, &region->in_map);
}

static void unlink_region(struct region *region)
{
	struct region_map *map = region->map;
	tn_tree_remove(&map->regions, &region->in_map);
	if (region->address < map->full && region->address >= map->first)
		map->full = region->address;
	revoke_forget_region(region);
	tn_list_remove(&region->in_dataspace);
	if (!map->pd && region->dataspace && region->dataspace->map)
		map->nested--;
	account_refund(map->pd ? map->pd : map->object.payer, TN_USAGE_REGION, region->price, 0);
	core_free(region, sizeof(*region));
}

static struct region *make(struct region_map *map, uint64_t address, uint64_t size, uint64_t price)
{
	struct region *region = core_alloc(sizeof(*region));
	if (!region)
		return NULL;
	region->map = map;
	region->address = address;
	region->size = size;
	region->price = price;
	return region;
}

static tn_error place(struct region_map *map, const struct region_args *args, uint64_t size,
		      uint64_t *address)
{
	*address = args->address;
	if (args->anywhere)
		return find_gap(map, size, address);
	return overlapping(&map->regions, *address, size) ? TN_ERR_CONFLICT : TN_OK;
}

/* As much as this step allows, or all. An error other than TN_ERR_AGAIN: nothing is mapped. */
static tn_error map_step(struct region *region, bool all)
{
	tn_error error;
	do {
		work_spend(MAP_UNITS);
		error = port_region_map(region->map->pd, region);
	} while (error == TN_ERR_AGAIN && (all || work_left()));
	region->arriving = error == TN_ERR_AGAIN;
	return error;
}

tn_error region_attach(struct region_map *map, const struct region_args *args, struct region **made)
{
	uint64_t size = args->size, address;
	struct pd *payer = map->pd ? map->pd : map->object.payer;
	tn_error error = args->dataspace ? check(map, args, &size) : TN_OK;
	if (error == TN_OK)
		error = place(map, args, size, &address);
	if (error != TN_OK)
		return error;
	uint64_t price = args->free_of_charge ? 0 : price_of(map, address, size);
	error = account_charge(payer, TN_USAGE_REGION, price, 0);
	if (error != TN_OK)
		return error;
	struct region *region = make(map, address, size, price);
	if (!region) {
		account_refund(payer, TN_USAGE_REGION, price, 0);
		return TN_ERR_LIMIT;
	}
	link_region(&map->regions, region);
	region->offset = args->offset;
	region->rights = args->rights;
	region->dataspace = args->dataspace;
	region->memory = args->dataspace ? args->dataspace->memory : args->memory;
	if (args->dataspace && map->pd)
		tn_list_append(&args->dataspace->regions, &region->in_dataspace);
	else if (args->dataspace)
		tn_list_insert_before(args->dataspace->regions.head.next, &region->in_dataspace);
	map->nested += !map->pd && args->dataspace->map;
	region->arriving = args->lazy;
	if (map->pd && region->memory && !args->lazy)
		error = map_step(region, !args->dataspace);
	if (error != TN_OK && error != TN_ERR_AGAIN) {
		unlink_region(region);
		return error;
	}
	if (address <= map->full && region_end(region) > map->full)
		map->full = region_end(region);
	*made = region;
	if (!map->pd)
		paging_retry_map(map, address, size);
	return TN_OK;
}

tn_error core_region_settle(struct region *region)
{
	if (!region->memory || region->leaving)
		return TN_ERR_GONE;
	tn_error error = region->dataspace ? dataspace_ready(region->dataspace) : TN_OK;
	return error == TN_OK && region->arriving ? map_step(region, false) : error;
}

tn_error region_settle(struct region_map *map, uint64_t address)
{
	struct region *region = region_find(map, address);
	if (!region || region->leaving)
		return TN_ERR_NOT_FOUND;
	bool managed = region->dataspace && region->dataspace->map;
	return managed ? TN_OK : core_region_settle(region);
}

/* -- taking away -- */

void core_region_gone(struct pd *pd, struct region *region)
{
	(void)pd;
	unlink_region(region);
}

tn_error region_remove(struct region *region, uint64_t *address, uint64_t *size)
{
	struct pd *pd = region->map->pd;
	enum port_progress progress = PORT_MORE;
	*address = region->address;
	*size = region->size;
	region->leaving = region->unmapping = true;
	while (progress == PORT_MORE) {
		if (!work_left())
			return TN_ERR_AGAIN;
		work_spend(MAP_UNITS);
		progress = port_region_unmap(pd, region);
	}
	region->unmapping = false;
	if (progress == PORT_DONE)
		unlink_region(region);
	paging_retry_pd(pd, *address, *size);
	return TN_OK;
}

/*
 * A piece of a managed map. `told`: who has touched it meanwhile was told of as if nothing was
 * there, while nothing could be attached yet. That is told again.
 */
static bool remove_piece(struct region *region, bool destroyed, bool told)
{
	struct region_map *map = region->map;
	uint64_t address = region->address, size = region->size;
	if (!revoke_piece(region, destroyed))
		return false;
	unlink_region(region);
	if (told)
		paging_retry_map(map, address, size);
	return true;
}

tn_error region_detach(struct region_map *map, uint64_t address, uint64_t *detached_at,
		       uint64_t *size)
{
	struct region *region = region_find(map, address);
	bool binary = address >= LAYOUT_BINARIES && address < LAYOUT_BINARIES_END;
	if (!region || (map->pd && region->leaving && !region->unmapping) ||
	    (map->pd && !binary && address < LAYOUT_ATTACH))
		return TN_ERR_NOT_FOUND;
	if (map->pd)
		return region_remove(region, detached_at, size);
	*detached_at = region->address;
	*size = region->size;
	return remove_piece(region, false, region->job) ? TN_OK : TN_ERR_AGAIN;
}

/*
 * In an address space the region stays, empty, until it is detached: nothing else may appear where
 * the component believes its memory to be. In a managed dataspace its creator fills the gap.
 */
bool region_orphan(struct region *region)
{
	bool managed = region->dataspace->map;
	if (!region->map->pd)
		return remove_piece(region, !managed, true);
	while (region->memory) {
		if (!work_left())
			return false;
		work_spend(MAP_UNITS);
		if (port_region_revoke(region->map->pd, region))
			region->memory = NULL;
	}
	if (managed && !revoke_attachment(region))
		return false;
	revoke_forget_region(region);
	tn_list_remove(&region->in_dataspace);
	region->dataspace = NULL;
	if (managed)
		paging_retry_pd(region->map->pd, region->address, region->size);
	return true;
}

/* -- reserving -- */

tn_error region_reserve(struct region_map *map, uint64_t address, uint64_t size,
			uint64_t *reserved_at)
{
	struct pd *payer = map->pd ? map->pd : map->object.payer;
	tn_error error = TN_OK;
	bool reserved;
	if (!size || misaligned(size))
		return TN_ERR_ARGUMENT;
	error = address == TN_ANYWHERE ? find_gap(map, size, &address)
				       : check_place(map, address, size);
	if (error == TN_OK && region_in_the_way(map, address, size, &reserved))
		error = TN_ERR_CONFLICT;
	if (error == TN_OK)
		error = account_charge(payer, TN_USAGE_REGION, PRICE_REGION, 0);
	if (error != TN_OK)
		return error;
	struct region *region = make(map, address, size, PRICE_REGION);
	if (!region) {
		account_refund(payer, TN_USAGE_REGION, PRICE_REGION, 0);
		return TN_ERR_LIMIT;
	}
	link_region(&map->reserved, region);
	*reserved_at = address;
	return TN_OK;
}

static void drop_reservation(struct region *region)
{
	struct region_map *map = region->map;
	tn_tree_remove(&map->reserved, &region->in_map);
	account_refund(map->pd ? map->pd : map->object.payer, TN_USAGE_REGION, region->price, 0);
	core_free(region, sizeof(*region));
}

tn_error region_unreserve(struct region_map *map, uint64_t address)
{
	struct region *region =
		address == UINT64_MAX ? NULL : overlapping(&map->reserved, address, 1);
	if (!region)
		return TN_ERR_NOT_FOUND;
	drop_reservation(region);
	return TN_OK;
}

bool regions_step(struct region_map *map)
{
	struct region *region;
	while ((region = region_from(map, 0))) {
		if (!work_left())
			return false;
		work_spend(1);
		unlink_region(region);
	}
	while ((region = of(tn_tree_first(&map->reserved)))) {
		if (!work_left())
			return false;
		work_spend(1);
		drop_reservation(region);
	}
	return true;
}
