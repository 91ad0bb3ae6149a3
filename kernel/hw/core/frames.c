/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Physical memory: frames are named by their address. */
#include <core/page_map.h>
#include <hw_core.h>

enum { ZERO_PAGES = 32 }; /* in a step */

void frames_init(void)
{
	for (uint32_t i = 0; i < hw_boot->range_count; i++)
		page_map_add(hw_boot->ranges[i].base / HW_PAGE_SIZE,
			     hw_boot->ranges[i].size / HW_PAGE_SIZE);
}

uint64_t port_ram(void)
{
	return page_map_total() * HW_PAGE_SIZE;
}

uint64_t frames_take(uint64_t count)
{
	return page_map_take(count) * HW_PAGE_SIZE;
}

static void zero(uint64_t base, uint64_t pages)
{
	__builtin_memset(hw_window(base), 0, pages * HW_PAGE_SIZE);
}

uint64_t frames_alloc(uint64_t count)
{
	uint64_t base = frames_take(count);
	if (base)
		zero(base, count);
	return base;
}

void frames_free(uint64_t base, uint64_t count)
{
	page_map_give(base / HW_PAGE_SIZE, count);
}

void *port_core_pages(size_t pages)
{
	uint64_t base = frames_alloc(pages);
	return base ? hw_window(base) : NULL;
}

tn_error port_memory_create(struct port_memory *memory, uint64_t pages)
{
	memory->base = frames_take(pages);
	memory->pages = pages;
	memory->zeroed = 0;
	memory->sealed = false;
	return memory->base ? TN_OK : TN_ERR_OUT_OF_RAM;
}

bool port_memory_prepare(struct port_memory *memory)
{
	uint64_t left = memory->pages - memory->zeroed;
	uint64_t now = left < ZERO_PAGES ? left : ZERO_PAGES;
	zero(memory->base + memory->zeroed * HW_PAGE_SIZE, now);
	memory->zeroed += now;
	return memory->zeroed == memory->pages;
}

bool port_memory_destroy(struct port_memory *memory)
{
	if (memory->base)
		frames_free(memory->base, memory->pages);
	memory->base = 0;
	return true;
}

void *port_memory_view(struct port_memory *memory)
{
	return hw_window(memory->base);
}

/* Regions of sealed memory are never mapped writable: generic code checks the rights. */
void port_memory_seal(struct port_memory *memory)
{
	memory->sealed = true;
}
