/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "frame.h"
#include "layout.h"
#include "table.h"

typedef uint64_t table[TABLE_ENTRIES] __attribute__((aligned(4096)));

#define KERNEL_READ    (TABLE_PRESENT | TABLE_NO_EXECUTE | TABLE_TOUCHED)
#define KERNEL_WRITE   (KERNEL_READ | TABLE_WRITE)
#define KERNEL_EXECUTE (TABLE_PRESENT | TABLE_TOUCHED)
#define KERNEL_INNER   (TABLE_PRESENT | TABLE_WRITE)
#define LARGE_FRAMES   (TABLE_ENTRIES * 1ull)

static table kernel_top;
static table image_level2, image_level1, image_level0;
static table shared_level2, shared_level1, shared_level0;
static table mmio_level2, mmio_level1, mmio_level0;
static table direct_level2;

static uint64_t image_physical(const void *symbol)
{
	return (uint64_t)symbol - KERNEL_BASE;
}

static void chain(uint64_t *upper, uint64_t address, unsigned level, const uint64_t *lower)
{
	upper[table_index(address, level)] = image_physical(lower) | KERNEL_INNER;
}

static void map_image(uint64_t *lowest, const uint8_t *from, const uint8_t *to, uint64_t bits)
{
	for (; from < to; from += HW_PAGE_SIZE)
		lowest[table_index((uint64_t)from, 0)] = image_physical(from) | bits;
}

static void setup_image(void)
{
	chain(kernel_top, KERNEL_BASE, 3, image_level2);
	chain(image_level2, KERNEL_BASE, 2, image_level1);
	chain(image_level1, KERNEL_BASE, 1, image_level0);
	map_image(image_level0, kernel_text, kernel_text_end, KERNEL_EXECUTE);
	map_image(image_level0, kernel_text_end, kernel_data, KERNEL_READ);
	map_image(image_level0, kernel_data, kernel_end, KERNEL_WRITE);
	image_level0[table_index((uint64_t)kernel_stack_guard, 0)] = 0;
}

/* All that a user page table has of the kernel; see entry.S. */
static void setup_shared(void)
{
	chain(shared_level2, KERNEL_BASE, 2, shared_level1);
	chain(shared_level1, KERNEL_BASE, 1, shared_level0);
	map_image(shared_level0, trampoline_text, trampoline_text_end, KERNEL_EXECUTE);
	map_image(shared_level0, trampoline_tables, trampoline_tables_end, KERNEL_READ);
	map_image(shared_level0, trampoline_data, trampoline_data_end, KERNEL_WRITE);
	table_trampoline_entry = image_physical(shared_level2) | KERNEL_INNER;
}

static void setup_mmio(const struct apic_config *apics)
{
	chain(kernel_top, MMIO_BASE, 3, mmio_level2);
	chain(mmio_level2, MMIO_BASE, 2, mmio_level1);
	chain(mmio_level1, MMIO_BASE, 1, mmio_level0);
	mmio_level0[0] = apics->local | KERNEL_WRITE | TABLE_UNCACHED;
	for (unsigned i = 0; i < apics->io_count; i++)
		mmio_level0[1 + i] = apics->io[i].address | KERNEL_WRITE | TABLE_UNCACHED;
}

static bool read_only(uint64_t physical)
{
	return physical >= image_physical(kernel_start) && physical < image_physical(kernel_data);
}

/* Whether one large page can map all of [first, first + LARGE_FRAMES). */
static bool uniform(uint64_t first)
{
	for (uint64_t i = first; i < first + LARGE_FRAMES; i++)
		if (i >= frame_count || frames[i].kind == FRAME_DEVICE ||
		    read_only(i * HW_PAGE_SIZE))
			return false;
	return true;
}

static uint64_t direct_entry(uint64_t first)
{
	uint64_t *lowest, physical;

	if (uniform(first))
		return first * HW_PAGE_SIZE | KERNEL_WRITE | TABLE_LARGE;
	physical = boot_allocate(HW_PAGE_SIZE);
	lowest = frame_memory(physical);
	for (uint64_t i = first; i < first + LARGE_FRAMES && i < frame_count; i++) {
		uint64_t address = i * HW_PAGE_SIZE;

		if (frames[i].kind != FRAME_DEVICE)
			lowest[i % TABLE_ENTRIES] =
				address | (read_only(address) ? KERNEL_READ : KERNEL_WRITE);
	}
	return physical | KERNEL_INNER;
}

static void setup_direct(void)
{
	kernel_top[table_index(DIRECT_BASE, 3)] = image_physical(direct_level2) | KERNEL_INNER;
	for (uint64_t first = 0; first < frame_count; first += LARGE_FRAMES) {
		uint64_t address = first * HW_PAGE_SIZE;
		uint64_t *upper = direct_level2 + table_index(address, 2);
		uint64_t *middle;

		if (!*upper)
			*upper = boot_allocate(HW_PAGE_SIZE) | KERNEL_INNER;
		middle = frame_memory(*upper & TABLE_ADDRESS);
		middle[table_index(address, 1)] = direct_entry(first);
	}
}

void boot_setup_paging(const struct apic_config *apics)
{
	setup_image();
	setup_shared();
	setup_mmio(apics);
	setup_direct();
	cpu_set_kernel_page_table(image_physical(kernel_top));
}
