/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The heap: power-of-two classes in slabs for what is small, a dataspace of its own for what is
 * large. Each block is preceded by a header that says which.
 */
#include <runtime/runtime.h>

enum {
	SMALLEST_SHIFT = 5,
	LARGEST_SHIFT = 12,
	CLASSES = LARGEST_SHIFT - SMALLEST_SHIFT + 1,
	SLAB = 32 << 10,
};

struct header {
	uint32_t class; /* CLASSES: large */
	tn_handle dataspace;
	uint64_t reserved;
};
_Static_assert(sizeof(struct header) == 16, "blocks stay aligned to 16");

struct free_block {
	struct free_block *next;
};

static struct free_block *free_blocks[CLASSES];
/* Held while core is called for a new slab: that path takes nothing from the heap. */
static struct tn_mutex lock;

static void *attach_new(size_t size, tn_dataspace_cap *dataspace)
{
	void *address = NULL;
	if (tn_dataspace_alloc(size, dataspace) != TN_OK)
		return NULL;
	if (tn_attach(*dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address) == TN_OK)
		return address;
	tn_dataspace_free(*dataspace);
	return NULL;
}

static void refill(unsigned class)
{
	size_t size = (size_t)1 << (class + SMALLEST_SHIFT);
	tn_dataspace_cap dataspace;
	char *slab = attach_new(SLAB, &dataspace);
	if (!slab)
		return;
	for (size_t at = 0; at + size <= SLAB; at += size) {
		struct free_block *block = (struct free_block *)(void *)(slab + at);
		block->next = free_blocks[class];
		free_blocks[class] = block;
	}
}

static struct free_block *take_block(unsigned class)
{
	tn_mutex_lock(&lock);
	if (!free_blocks[class])
		refill(class);
	struct free_block *block = free_blocks[class];
	if (block)
		free_blocks[class] = block->next;
	tn_mutex_unlock(&lock);
	return block;
}

static void *alloc_large(size_t size)
{
	tn_dataspace_cap dataspace;
	struct header *header = attach_new(size, &dataspace);
	if (!header)
		return NULL;
	header->class = CLASSES;
	header->dataspace = dataspace.handle;
	return header + 1;
}

ABI void *tn_heap_alloc(size_t size)
{
	unsigned class = 0;
	if (size > SIZE_MAX - TN_PAGE_SIZE)
		return NULL;
	size += sizeof(struct header);
	while (class < CLASSES && ((size_t)1 << (class + SMALLEST_SHIFT)) < size)
		class ++;
	if (class == CLASSES)
		return alloc_large(size);
	struct free_block *block = take_block(class);
	if (!block)
		return NULL;
	struct header *header = (struct header *)(void *)block;
	header->class = class;
	header->dataspace = 0;
	return header + 1;
}

ABI void tn_heap_free(void *memory)
{
	if (!memory)
		return;
	struct header *header = (struct header *)memory - 1;
	if (header->class < CLASSES) {
		struct free_block *block = (struct free_block *)(void *)header;
		unsigned class = header->class;
		tn_mutex_lock(&lock);
		block->next = free_blocks[class];
		free_blocks[class] = block;
		tn_mutex_unlock(&lock);
		return;
	}
	tn_dataspace_cap dataspace = { header->dataspace };
	tn_error error = tn_detach(header);
	(void)error; /* it is ours and attached */
	tn_dataspace_free(dataspace);
}
