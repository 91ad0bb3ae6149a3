/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Faults: what there is at an address, through managed dataspaces, and waiting for who says so. */
#include <core/cap.h>
#include <core/dataspace.h>
#include <core/fault.h>
#include <core/paging.h>
#include <core/region.h>

/* Where an access ends: a piece of memory, or the map that has nothing there. */
struct place {
	struct core_piece piece;
	struct dataspace *source; /* whose memory that is; NULL: core's own */
	struct region_map *map;   /* that lacks it; NULL: the address space itself */
	uint64_t offset;
};

/* One step down: the part of the piece that `region` has is what is left of it. */
static void narrow(struct core_piece *piece, const struct region *region, uint64_t address,
		   uint64_t offset)
{
	uint64_t before = offset - region->address, behind = region_end(region) - offset;
	uint64_t end = piece->address + piece->size;
	if (address - piece->address > before)
		piece->address = address - before;
	piece->size = (end - address < behind ? end : address + behind) - piece->address;
	piece->rights &= region->rights;
}

static bool resolve(struct pd *pd, uint64_t address, uint32_t rights, struct place *place)
{
	struct region *region = region_find(&pd->space, address);
	place->map = NULL;
	if (!region || region->leaving || rights & ~region->rights)
		return false;
	place->piece = (struct core_piece){ .region = region,
					    .address = region->address,
					    .size = region->size,
					    .rights = region->rights };
	uint64_t offset = address - region->address + region->offset;
	while (region->dataspace && region->dataspace->map) {
		if (object_gone(&region->dataspace->object))
			return false; /* as if it were detached already */
		place->map = region->dataspace->map;
		place->offset = offset & ~(uint64_t)(TN_PAGE_SIZE - 1);
		region = region_find(place->map, offset);
		if (!region || region->leaving || rights & ~region->rights)
			return false;
		narrow(&place->piece, region, address, offset);
		offset = offset - region->address + region->offset;
	}
	place->piece.memory = region->memory;
	place->source = region->dataspace;
	place->piece.offset = offset - (address - place->piece.address);
	return region->memory != NULL;
}

bool core_piece_find(struct pd *pd, uint64_t address, uint32_t rights, struct core_piece *piece)
{
	struct place place;
	bool found = resolve(pd, address, rights, &place);
	if (found)
		*piece = place.piece;
	return found;
}

static uint32_t needed(const struct tn_fault *fault)
{
	switch (fault->kind) {
	case TN_FAULT_READ:
		return TN_RIGHT_READ;
	case TN_FAULT_WRITE:
		return TN_RIGHT_WRITE;
	case TN_FAULT_EXECUTE:
		return TN_RIGHT_EXECUTE;
	default:
		return 0;
	}
}

/* -- waiting -- */

void paging_forget(struct thread *thread)
{
	if (thread->waits_in)
		tn_list_remove(&thread->in_waiting);
	thread->waits_in = NULL;
}

static void wait(struct thread *thread, const struct tn_fault *fault, const struct place *place)
{
	static uint64_t serials;
	if (!thread->serial)
		thread->serial = ++serials;
	thread->waits_in = place->map;
	thread->waits_for = *fault;
	thread->waits_at = place->offset;
	tn_list_append(&place->map->untold, &thread->in_waiting);
	cap_submit(place->map->signal);
}

/* Zeroed in steps, one for each fault: others are served in between. */
static enum core_fault_result prepare(struct dataspace *source)
{
	if (source && dataspace_ready(source) != TN_OK)
		return CORE_FAULT_AGAIN;
	return CORE_FAULT_MAP;
}

enum core_fault_result core_fault(struct pd *pd, struct thread *thread,
				  const struct tn_fault *fault, bool may_wait,
				  struct core_piece *piece)
{
	struct place place = { .map = NULL };
	uint32_t rights = needed(fault);
	if (!thread || !rights || pd->state != TN_PD_RUNNING)
		return CORE_FAULT_END;
	paging_forget(thread);
	if (resolve(pd, fault->address, rights, &place)) {
		*piece = place.piece;
		return prepare(place.source);
	}
	if (!may_wait || !place.map)
		return CORE_FAULT_END;
	wait(thread, fault, &place);
	return CORE_FAULT_WAIT;
}

void core_fault_report(struct pd *pd, struct thread *thread, const struct tn_fault *fault)
{
	if (thread)
		paging_forget(thread);
	fault_tell(pd, thread, fault);
}

static void retry(struct thread *thread)
{
	paging_forget(thread);
	port_thread_retry(thread);
}

/* Who has to wait again is behind the last one that was there. */
static void retry_list(struct tn_list *list, uint64_t address, uint64_t size)
{
	struct tn_list_node *last = list->head.previous, *node = tn_list_first(list);
	for (bool end = !node; !end;) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_waiting);
		end = node == last;
		node = node->next;
		if (thread->waits_at - address < size)
			retry(thread);
	}
}

void paging_retry_map(struct region_map *map, uint64_t address, uint64_t size)
{
	retry_list(&map->waiting, address, size);
	retry_list(&map->untold, address, size);
}

void paging_retry_pd(struct pd *pd, uint64_t address, uint64_t size)
{
	struct tn_list_node *node = tn_list_first(&pd->threads);
	for (; node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (thread->waits_in && thread->waits_for.address - address < size)
			retry(thread);
	}
}

bool paging_next(struct region_map *map, struct tn_region_fault *fault)
{
	struct tn_list_node *node = tn_list_first(&map->untold);
	if (!node)
		return false;
	struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_waiting);
	tn_list_remove(node);
	tn_list_append(&map->waiting, node);
	*fault = (struct tn_region_fault){
		.offset = thread->waits_at,
		.thread = thread->serial,
		.access = needed(&thread->waits_for),
		.more = !tn_list_empty(&map->untold),
	};
	return true;
}
