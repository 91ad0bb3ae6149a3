/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The start: core's capability space, and memory set aside for what core makes once and keeps:
 * tables for the capabilities of pages, and the page tables of its own window on them.
 */
#include <sel4_core.h>

const struct sel4_boot_info *boot_info;
uint64_t boot_image_slots;

static uint64_t next_slot;
static uint64_t set_aside[SEL4_UNTYPEDS_MAX]; /* untyped memory; the smallest first */
static uint32_t set_aside_count;

uint64_t boot_slot(void)
{
	return next_slot < boot_info->empty.end ? next_slot++ : 0;
}

static bool is_set_aside(uint64_t cap)
{
	for (uint32_t i = 0; i < set_aside_count; i++)
		if (set_aside[i] == cap)
			return true;
	return false;
}

static uint64_t ram_size(void)
{
	uint64_t size = 0;
	for (uint64_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++)
		if (!boot_info->untypeds[i].is_device)
			size += 1ull << boot_info->untypeds[i].size_bits;
	return size;
}

/* The smallest one that was not. False: there is none. */
static bool set_one_aside(uint64_t *size)
{
	uint64_t best = 0, bits = 64;
	for (uint64_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
		const struct sel4_untyped *u = &boot_info->untypeds[i];
		uint64_t cap = boot_info->untyped.start + i;
		if (u->is_device || u->size_bits >= bits || is_set_aside(cap))
			continue;
		bits = u->size_bits;
		best = cap;
	}
	if (!best)
		return false;
	set_aside[set_aside_count++] = best;
	*size += 1ull << bits;
	return true;
}

/* Of a page of RAM: two slots of 32 bytes, eight bytes of a page table; and some for the rest. */
static void set_memory_aside(void)
{
	uint64_t size = 0, needed = ram_size() / SEL4_PAGE_SIZE * 80 + (1u << 20);
	while (size < needed && set_one_aside(&size))
		;
}

bool boot_is_free(uint64_t cap)
{
	return !is_set_aside(cap);
}

static bool make(uint64_t type, uint64_t bits, const struct slot *table, uint64_t offset)
{
	for (uint32_t i = set_aside_count; i--;)
		if (!kernel_retype(set_aside[i], type, bits, table, offset, 1))
			return true;
	return false;
}

bool boot_make(uint64_t type, uint64_t bits, uint64_t index, uint64_t depth, uint64_t offset)
{
	const struct slot table = { core_root, index, depth };
	return make(type, bits, &table, offset);
}

uint64_t boot_object(uint64_t type, uint64_t bits)
{
	const struct slot root = { SEL4_CAP_ROOT, 0, 0 };
	uint64_t slot = boot_slot();
	return slot && make(type, bits, &root, slot) ? slot : 0;
}

/* Until core's own space is there, the one that the kernel has made is the root. */
static struct slot first_slot(uint64_t slot)
{
	return (struct slot){ SEL4_CAP_ROOT, slot, 64 };
}

enum { TOP_BITS = 8, SLOT_AREA_BITS = 10, SLOT_AREA_GUARD = 3 };

static void make_root(void)
{
	uint64_t top = boot_object(SEL4_TYPE_CNODE, TOP_BITS), root = boot_slot();
	kernel_mint(first_slot(root), first_slot(top), RIGHT_ALL,
		    guard_of(64 - TOP_BITS - AREA_SHIFT));
	core_root = root;
	kernel_mint((struct slot){ root, 0, AREA_DEPTH }, first_slot(SEL4_CAP_ROOT), RIGHT_ALL,
		    guard_of(AREA_SHIFT - boot_info->root_size_bits));
	struct kernel_call call = {
		.words = 3,
		.caps = { root, SEL4_CAP_SPACE },
		.cap_count = 2,
	};
	kernel_invoke(SEL4_CAP_THREAD, SEL4_SET_SPACE, &call);
}

static void make_areas(void)
{
	uint64_t slots = boot_object(SEL4_TYPE_CNODE, SLOT_AREA_BITS);
	boot_make(SEL4_TYPE_CNODE, 8, 0, 0, AREA_PAGES);
	kernel_mint((struct slot){ core_root, AREA_SLOTS, AREA_DEPTH }, slot_at(slots), RIGHT_ALL,
		    guard_of(SLOT_AREA_GUARD));
}

void boot_init(const struct sel4_boot_info *info)
{
	boot_info = info;
	boot_image_slots = info->image.start;
	next_slot = info->empty.start;
	set_memory_aside();
	make_root();
	make_areas();
}
