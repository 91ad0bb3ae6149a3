/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/pool.h>

struct free_object {
	struct free_object *next;
};

tn_error tn_pool_init(struct tn_pool *pool, void *memory, size_t size, size_t object_size)
{
	size_t padding = (0 - object_size) % sizeof(struct free_object);
	if (!object_size || (uintptr_t)memory % sizeof(struct free_object))
		return TN_ERR_ARGUMENT;
	if (object_size > size || padding > size - object_size)
		return TN_ERR_ARGUMENT;
	object_size += padding;
	pool->capacity = size / object_size;
	pool->used = 0;
	pool->memory = memory;
	pool->object_size = object_size;
	pool->fresh = 0;
	pool->free = NULL;
	return TN_OK;
}

tn_error tn_pool_alloc(struct tn_pool *pool, void **object)
{
	struct free_object *first = pool->free;
	*object = NULL;
	if (first) {
		pool->free = first->next;
		*object = first;
	} else if (pool->fresh < pool->capacity) {
		*object = pool->memory + pool->object_size * pool->fresh++;
	} else {
		return TN_ERR_LIMIT;
	}
	pool->used++;
	return TN_OK;
}

void tn_pool_free(struct tn_pool *pool, void *object)
{
	struct free_object *freed = object;
	if (!object)
		return;
	freed->next = pool->free;
	pool->free = freed;
	pool->used--;
}

bool tn_pool_contains(const struct tn_pool *pool, const void *object)
{
	/* Addresses, as pointers into different memory have no order. */
	uintptr_t offset = (uintptr_t)object - (uintptr_t)pool->memory;
	return offset < pool->capacity * pool->object_size && offset % pool->object_size == 0;
}
