/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/memory.h>
#include <core/port.h>

enum { SMALLEST_SHIFT = 5, LARGEST_SHIFT = 12, CLASSES = LARGEST_SHIFT - SMALLEST_SHIFT + 1 };

struct free_block {
	struct free_block *next;
};

static struct free_block *free_blocks[CLASSES];

static unsigned class_of(size_t size)
{
	unsigned c = 0;
	while (((size_t)1 << (c + SMALLEST_SHIFT)) < size)
		c++;
	return c;
}

static void refill(unsigned c)
{
	size_t size = (size_t)1 << (c + SMALLEST_SHIFT);
	char *page = port_core_pages(1);
	if (!page)
		return;
	for (size_t at = 0; at < TN_PAGE_SIZE; at += size) {
		struct free_block *block = (struct free_block *)(void *)(page + at);
		block->next = free_blocks[c];
		free_blocks[c] = block;
	}
}

void *core_alloc(size_t size)
{
	unsigned c = class_of(size);
	if (c >= CLASSES)
		return NULL;
	if (!free_blocks[c])
		refill(c);
	struct free_block *block = free_blocks[c];
	if (!block)
		return NULL;
	free_blocks[c] = block->next;
	__builtin_memset(block, 0, (size_t)1 << (c + SMALLEST_SHIFT));
	return block;
}

void core_free(void *memory, size_t size)
{
	if (!memory)
		return;
	struct free_block *block = memory;
	unsigned c = class_of(size);
	block->next = free_blocks[c];
	free_blocks[c] = block;
}

tn_error memory_create(struct port_memory *memory, uint64_t pages)
{
	tn_error error = port_memory_create(memory, pages);
	while (error == TN_OK && !port_memory_prepare(memory))
		;
	return error;
}

void memory_destroy(struct port_memory *memory)
{
	while (!port_memory_destroy(memory))
		;
}
