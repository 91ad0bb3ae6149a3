/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Free places are a queue, so that each rests as long as possible. What was never used is not in
 * it, and its memory not looked at, so that neither starting nor growing has to write to all of it.
 */
#include <tenon/idspace.h>

enum { NONE = UINT32_MAX };

static uint32_t index_of(tn_id id)
{
	return (uint32_t)id;
}

static uint32_t generation_of(tn_id id)
{
	return (uint32_t)(id >> 32);
}

static tn_id id_of(const struct tn_idspace *space, uint32_t index)
{
	return (tn_id)space->slots[index].generation << 32 | index;
}

/* NULL unless the id is valid. */
static struct tn_idspace_slot *slot_of(const struct tn_idspace *space, tn_id id)
{
	struct tn_idspace_slot *slot;
	if (index_of(id) >= space->fresh)
		return NULL;
	slot = &space->slots[index_of(id)];
	return slot->object && slot->generation == generation_of(id) ? slot : NULL;
}

/* NONE if there is no place left. */
static uint32_t take_free(struct tn_idspace *space)
{
	uint32_t index = space->first_free;
	if (index != NONE) {
		space->first_free = space->slots[index].next_free;
		return index;
	}
	if (space->fresh == space->capacity)
		return NONE;
	index = space->fresh++;
	space->slots[index].generation = 1;
	return index;
}

static void put_free(struct tn_idspace *space, uint32_t index)
{
	if (space->first_free == NONE)
		space->first_free = index;
	else
		space->slots[space->last_free].next_free = index;
	space->slots[index].next_free = NONE;
	space->last_free = index;
}

void tn_idspace_init(struct tn_idspace *space, struct tn_idspace_slot *slots, uint32_t capacity)
{
	space->slots = slots;
	space->capacity = capacity;
	space->used = 0;
	space->fresh = 0;
	space->first_free = space->last_free = NONE;
}

tn_error tn_idspace_add(struct tn_idspace *space, void *object, tn_id *id)
{
	uint32_t index;
	*id = 0;
	if (!object)
		return TN_ERR_ARGUMENT;
	index = take_free(space);
	if (index == NONE)
		return TN_ERR_LIMIT;
	space->slots[index].object = object;
	space->used++;
	*id = id_of(space, index);
	return TN_OK;
}

void *tn_idspace_find(const struct tn_idspace *space, tn_id id)
{
	const struct tn_idspace_slot *slot = slot_of(space, id);
	return slot ? slot->object : NULL;
}

void *tn_idspace_remove(struct tn_idspace *space, tn_id id)
{
	struct tn_idspace_slot *slot = slot_of(space, id);
	void *object;
	if (!slot)
		return NULL;
	object = slot->object;
	slot->object = NULL;
	/* Never 0: an id of place 0 would be none. */
	slot->generation = slot->generation == UINT32_MAX ? 1 : slot->generation + 1;
	put_free(space, index_of(id));
	space->used--;
	return object;
}

tn_error tn_idspace_grow(struct tn_idspace *space, struct tn_idspace_slot *slots, uint32_t capacity)
{
	if (capacity <= space->capacity)
		return TN_ERR_ARGUMENT;
	for (uint32_t i = 0; i < space->fresh; i++)
		slots[i] = space->slots[i];
	space->slots = slots;
	space->capacity = capacity;
	return TN_OK;
}

void *tn_idspace_next(const struct tn_idspace *space, tn_id *id)
{
	uint32_t index = *id ? index_of(*id) + 1 : 0;
	/* Behind the largest index there is no other. */
	if (*id && !index)
		index = space->fresh;
	for (; index < space->fresh; index++) {
		if (!space->slots[index].object)
			continue;
		*id = id_of(space, index);
		return space->slots[index].object;
	}
	*id = 0;
	return NULL;
}
