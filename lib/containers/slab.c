/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A page begins with a header, which an object finds by its address. Pages that are full are in no
 * list: nothing is looked for there, and an object that is freed leads to its page.
 */
#include <tenon/slab.h>

struct free_object {
	struct free_object *next;
};

struct page {
	struct tn_list_node in_list;
	struct free_object *free;
	uint32_t used;
	uint32_t fresh; /* objects from here on were never used and are not linked */
};

enum { ALIGNMENT_MAX = 64 };

static size_t round_up(size_t size, size_t alignment)
{
	return (size + alignment - 1) & ~(alignment - 1);
}

/* A type's size is a multiple of its alignment. */
static size_t alignment_for(size_t object_size)
{
	size_t alignment = object_size & (0 - object_size);
	return alignment < ALIGNMENT_MAX ? alignment : ALIGNMENT_MAX;
}

static struct page *page_of(const struct tn_slab *slab, void *object)
{
	return (void *)((char *)object - ((uintptr_t)object & (slab->page_size - 1)));
}

tn_error tn_slab_init(struct tn_slab *slab, size_t object_size, size_t page_size,
		      tn_slab_get_page *get_page, tn_slab_put_page *put_page, void *self)
{
	size_t first, count;
	if (!object_size || object_size > page_size || (page_size & (page_size - 1)))
		return TN_ERR_ARGUMENT;
	object_size = round_up(object_size, sizeof(struct free_object));
	first = round_up(sizeof(struct page), alignment_for(object_size));
	count = first < page_size ? (page_size - first) / object_size : 0;
	if (!count || count > UINT32_MAX)
		return TN_ERR_ARGUMENT;
	slab->used = 0;
	slab->pages = 0;
	slab->object_size = object_size;
	slab->page_size = page_size;
	slab->first_offset = first;
	slab->per_page = (uint32_t)count;
	slab->get_page = get_page;
	slab->put_page = put_page;
	slab->self = self;
	tn_list_init(&slab->partial);
	tn_list_init(&slab->empty);
	return TN_OK;
}

void tn_slab_give(struct tn_slab *slab, void *memory)
{
	struct page *page = memory;
	page->free = NULL;
	page->used = 0;
	page->fresh = 0;
	tn_list_prepend(&slab->empty, &page->in_list);
	slab->pages++;
}

/* Where the next object comes from: pages in use first, so that others get empty. */
static struct page *page_with_room(struct tn_slab *slab)
{
	struct tn_list_node *node = tn_list_first(&slab->partial);
	void *memory;
	if (!node)
		node = tn_list_first(&slab->empty);
	if (node)
		return TN_CONTAINER_OF(node, struct page, in_list);
	memory = slab->get_page ? slab->get_page(slab->self) : NULL;
	if (memory)
		tn_slab_give(slab, memory);
	return memory;
}

static void *take_object(const struct tn_slab *slab, struct page *page)
{
	struct free_object *object = page->free;
	page->used++;
	if (!object)
		return (char *)page + slab->first_offset + slab->object_size * page->fresh++;
	page->free = object->next;
	return object;
}

tn_error tn_slab_alloc(struct tn_slab *slab, void **object)
{
	struct page *page = page_with_room(slab);
	*object = NULL;
	if (!page)
		return TN_ERR_OUT_OF_RAM;
	*object = take_object(slab, page);
	slab->used++;
	if (page->used == 1 || page->used == slab->per_page)
		tn_list_remove(&page->in_list);
	if (page->used == 1 && page->used < slab->per_page)
		tn_list_prepend(&slab->partial, &page->in_list);
	return TN_OK;
}

/* One stays, where there is a way back for pages. */
static void keep_or_put(struct tn_slab *slab, struct page *page)
{
	if (!slab->put_page || tn_list_empty(&slab->empty)) {
		tn_list_prepend(&slab->empty, &page->in_list);
		return;
	}
	slab->pages--;
	slab->put_page(slab->self, page);
}

void tn_slab_free(struct tn_slab *slab, void *object)
{
	struct free_object *freed = object;
	struct page *page;
	if (!object)
		return;
	page = page_of(slab, object);
	freed->next = page->free;
	page->free = freed;
	slab->used--;
	if (page->used-- == slab->per_page)
		tn_list_prepend(&slab->partial, &page->in_list);
	if (page->used)
		return;
	tn_list_remove(&page->in_list);
	keep_or_put(slab, page);
}

void *tn_slab_take_page(struct tn_slab *slab)
{
	struct tn_list_node *node = tn_list_take_first(&slab->empty);
	if (!node)
		return NULL;
	slab->pages--;
	return TN_CONTAINER_OF(node, struct page, in_list);
}
