/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Region maps as objects; the RM service; what follows from maps being attached to maps. */
#include <core/account.h>
#include <core/cap.h>
#include <core/dataspace.h>
#include <core/paging.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/region.h>
#include <core/region_map.h>
#include <core/revoke.h>
#include <core/services.h>
#include <core/work.h>
#include <tenon/rm.h>

static struct region_map *of(struct object *object)
{
	return TN_CONTAINER_OF(object, struct region_map, object);
}

void region_map_init(struct region_map *map, struct pd *pd)
{
	map->pd = pd;
	map->first = map->full = pd ? LAYOUT_ATTACH : 0;
	map->end = LAYOUT_ATTACH_END;
	tn_list_init(&map->waiting);
	tn_list_init(&map->untold);
	region_trees_init(map);
}

/* -- walks: each map that it comes to is marked, so that none is seen twice -- */

static uint64_t walk;

/* Nothing attaches a map that ends, whose dataspace has gone before its pieces do. */
static struct region *next_attached(struct region_map *map, struct region *region)
{
	if (!map->dataspace)
		return NULL;
	struct tn_list *regions = &map->dataspace->regions;
	struct tn_list_node *node =
		region ? tn_list_next(regions, &region->in_dataspace) : tn_list_first(regions);
	return node ? TN_CONTAINER_OF(node, struct region, in_dataspace) : NULL;
}

/* Maps in a row from this one to the memory. */
static uint32_t height_below(struct region_map *map)
{
	if (map->mark == walk)
		return map->height;
	map->mark = walk;
	map->height = 1;
	if (!map->nested)
		return 1;
	for (struct region *region = region_from(map, 0); region; region = region_next(region)) {
		if (!region->dataspace->map)
			continue;
		uint32_t below = 1 + height_below(region->dataspace->map);
		map->height = below > map->height ? below : map->height;
	}
	return map->height;
}

/* Maps in a row from an address space to this one. */
static uint32_t height_above(struct region_map *map)
{
	struct region *region = NULL;
	if (map->mark == walk)
		return map->height;
	map->mark = walk;
	map->height = 1;
	while ((region = next_attached(map, region))) {
		if (region->map->pd)
			break; /* those come last */
		uint32_t above = 1 + height_above(region->map);
		map->height = above > map->height ? above : map->height;
	}
	return map->height;
}

tn_error region_map_check_nesting(struct region_map *map, struct dataspace *dataspace)
{
	walk++;
	uint32_t above = height_above(map);
	if (dataspace->map->mark == walk)
		return TN_ERR_DEADLOCK; /* it shows this map already */
	walk++;
	return above + height_below(dataspace->map) > TN_RM_DEPTH_MAX ? TN_ERR_LIMIT : TN_OK;
}

/* -- life and death -- */

tn_error region_map_create(struct pd *payer, uint64_t size, struct region_map **made)
{
	if (!size || size > LAYOUT_ATTACH_END)
		return TN_ERR_ARGUMENT;
	size = (size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	tn_error error = account_charge(payer, TN_USAGE_DATASPACE, PRICE_REGION_MAP, 0);
	if (error != TN_OK)
		return error;
	struct region_map *map = core_alloc(sizeof(*map));
	struct dataspace *dataspace = map ? dataspace_of_map(payer, map, size) : NULL;
	if (!dataspace) {
		core_free(map, sizeof(*map));
		account_refund(payer, TN_USAGE_DATASPACE, PRICE_REGION_MAP, 0);
		return TN_ERR_LIMIT;
	}
	region_map_init(map, NULL);
	object_init(&map->object, OBJECT_REGION_MAP, payer);
	map->dataspace = dataspace;
	map->end = size;
	*made = map;
	return TN_OK;
}

struct dataspace **region_map_dataspace(struct object *object)
{
	struct region_map *map = of(object);
	return map->pd ? NULL : &map->dataspace;
}

/* Those who waited have seen already that they wait for nothing. */
bool region_map_step(struct object *object)
{
	return regions_step(of(object));
}

void region_map_free(struct object *object)
{
	struct region_map *map = of(object);
	if (map->pd)
		return;
	revoke_forget_map(map);
	cap_drop(&map->signal);
	account_refund(object->payer, TN_USAGE_DATASPACE, PRICE_REGION_MAP, 0);
	core_free(map, sizeof(*map));
}

/* -- operations -- */

static tn_error attach(void *self, struct tn_request *request, tn_dataspace_cap cap,
		       uint64_t address, uint64_t offset, uint64_t size, uint32_t rights,
		       uint64_t *attached_at, uint64_t *attached_size)
{
	struct region *region;
	(void)request;
	struct object *object = cap_object(core_caller(), cap.handle, OBJECT_DATASPACE);
	if (!object)
		return TN_ERR_CAPABILITY;
	struct region_args args = {
		.dataspace = TN_CONTAINER_OF(object, struct dataspace, object),
		.address = address,
		.anywhere = address == TN_ANYWHERE,
		.offset = offset,
		.size = size,
		.rights = rights,
		.lazy = true,
	};
	tn_error error = region_attach(self, &args, &region);
	if (error != TN_OK)
		return error;
	*attached_at = region->address;
	*attached_size = region->size;
	return TN_OK;
}

static tn_error reserve(void *self, struct tn_request *request, uint64_t address, uint64_t size,
			uint64_t *reserved_at)
{
	(void)request;
	return region_reserve(self, address, size, reserved_at);
}

static tn_error unreserve(void *self, struct tn_request *request, uint64_t address)
{
	(void)request;
	return region_unreserve(self, address);
}

static tn_error detach(void *self, struct tn_request *request, uint64_t address,
		       uint64_t *detached_at, uint64_t *size)
{
	struct region_map *map = self;
	(void)request;
	struct region *region = map->pd ? region_find(map, address) : NULL;
	tn_error error = region_detach(map, address, detached_at, size);
	/* Who detaches by the PD session unmaps it; here nobody does unless told. */
	if (error == TN_OK && region && region_find(map, *detached_at) == region)
		port_region_flush(region, *detached_at, *size, false);
	return error;
}

static tn_error find(void *self, struct tn_request *request, uint64_t address, uint64_t size,
		     uint64_t *found_at, uint64_t *found_size, uint32_t *is_reserved)
{
	bool reserved;
	(void)request;
	if (!size || size > UINT64_MAX - address)
		return TN_ERR_ARGUMENT;
	const struct region *region = region_in_the_way(self, address, size, &reserved);
	if (!region)
		return TN_ERR_NOT_FOUND;
	*found_at = region->address;
	*found_size = region->size;
	*is_reserved = reserved;
	return TN_OK;
}

static tn_error fault_signal(void *self, struct tn_request *request, tn_signal_cap faulted)
{
	struct region_map *map = self;
	(void)request;
	if (map->pd)
		return TN_ERR_DENIED;
	if (!cap_object(core_caller(), faulted.handle, OBJECT_SIGNAL))
		return TN_ERR_CAPABILITY;
	tn_error error = cap_hold(core_caller(), faulted.handle, OBJECT_SIGNAL, &map->signal);
	if (error == TN_OK && !tn_list_empty(&map->untold))
		cap_submit(map->signal);
	return error;
}

static tn_error next(void *self, struct tn_request *request, struct tn_region_fault *fault)
{
	struct region_map *map = self;
	(void)request;
	if (map->pd)
		return TN_ERR_DENIED;
	return paging_next(map, fault) ? TN_OK : TN_ERR_NOT_FOUND;
}

tn_error region_map_request(struct object *object, struct tn_request *request)
{
	static const struct tn_region_map_ops ops = {
		.attach = attach,
		.reserve = reserve,
		.unreserve = unreserve,
		.detach = detach,
		.find = find,
		.fault_signal = fault_signal,
		.fault_next = next,
	};
	return tn_region_map_dispatch(&ops, of(object), request);
}
