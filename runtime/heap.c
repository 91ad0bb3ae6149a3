/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The heap: power-of-two classes in slabs for what is small, a dataspace of its own for what is
 * large. Each block is preceded by a header that says which. What components call is in plain/ or,
 * in a checked build, in checked/.
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
	uint64_t size; /* of a large one */
};
_Static_assert(sizeof(struct header) == 16, "blocks stay aligned to 16");

struct free_block {
	struct free_block *next;
};

static struct free_block *free_blocks[CLASSES];
/* Held while core is called for a new slab: that path takes nothing from the heap. */
static struct tn_mutex lock;
static struct tn_heap_usage usage;

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

static uint64_t class_size(unsigned class)
{
	return (uint64_t)1 << (class + SMALLEST_SHIFT);
}

static void refill(unsigned class)
{
	size_t size = class_size(class);
	tn_dataspace_cap dataspace;
	char *slab = attach_new(SLAB, &dataspace);
	if (!slab)
		return;
	usage.held += SLAB;
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
	if (block) {
		free_blocks[class] = block->next;
		usage.used += class_size(class);
		usage.blocks++;
	}
	tn_mutex_unlock(&lock);
	return block;
}

/* A large block is held and used as a whole, and comes and goes so. */
static void count_large(uint64_t size, uint64_t block)
{
	tn_mutex_lock(&lock);
	usage.held += size;
	usage.used += size;
	usage.blocks += block;
	tn_mutex_unlock(&lock);
}

static void *alloc_large(size_t size)
{
	tn_dataspace_cap dataspace;
	size = (size + TN_PAGE_SIZE - 1) & ~(TN_PAGE_SIZE - 1);
	struct header *header = attach_new(size, &dataspace);
	if (!header)
		return NULL;
	header->class = CLASSES;
	header->dataspace = dataspace.handle;
	header->size = size;
	count_large(size, 1);
	return header + 1;
}

void *heap_take(size_t size)
{
	unsigned class = 0;
	if (size > SIZE_MAX - TN_PAGE_SIZE)
		return NULL;
	size += sizeof(struct header);
	while (class < CLASSES && class_size(class) < size)
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

void heap_give(void *memory)
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
		usage.used -= class_size(class);
		usage.blocks--;
		tn_mutex_unlock(&lock);
		return;
	}
	tn_dataspace_cap dataspace = { header->dataspace };
	count_large(0 - header->size, UINT64_MAX); /* modulo 2^64: less */
	tn_error error = tn_detach(header);
	(void)error; /* it is ours and attached */
	tn_dataspace_free(dataspace);
}

ABI void tn_heap_usage(struct tn_heap_usage *now)
{
	tn_mutex_lock(&lock);
	*now = usage;
	tn_mutex_unlock(&lock);
}
