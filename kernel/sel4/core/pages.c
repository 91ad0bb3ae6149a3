/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Physical memory. All of it is cut into untyped memory of one page each, when it is first needed,
 * in the order in which the kernel cuts. Of a page core makes a frame, or objects of the kernel,
 * and again something else: the kernel zeroes one page then, not more.
 */
#include <core/page_map.h>
#include <sel4_core.h>

enum { FIRST_BITS = 8, PREPARE_PAGES = 16, DESTROY_PAGES = 1024 };

/* A piece of RAM as the kernel has given it. */
static struct piece {
	uint64_t untyped, first, pages, cut;
} pieces[SEL4_UNTYPEDS_MAX];
static uint32_t piece_count;

static uint64_t cut_tables[PAGE_MAP_MAX / PAGES_PER_TABLE / 64]; /* one bit: all of it is cut */
static uint64_t have_tables[PAGE_MAP_MAX / PAGES_PER_TABLE / 64];
static uint64_t have_middles;                     /* one bit for 256 tables */
static uint64_t frames[PAGE_MAP_MAX / 64];        /* pages that are frames */
static uint64_t windows[PAGE_MAP_MAX / 512 / 64]; /* page tables of the window */

static bool test(const uint64_t *map, uint64_t i)
{
	return map[i / 64] >> i % 64 & 1;
}

static void set(uint64_t *map, uint64_t i, bool is)
{
	uint64_t bit = 1ull << i % 64;
	map[i / 64] = is ? map[i / 64] | bit : map[i / 64] & ~bit;
}

void pages_init(void)
{
	for (uint64_t i = 0; i < boot_info->untyped.end - boot_info->untyped.start; i++) {
		const struct sel4_untyped *u = &boot_info->untypeds[i];
		uint64_t first = u->base / SEL4_PAGE_SIZE;
		if (u->is_device || u->size_bits < SEL4_PAGE_SHIFT || first >= PAGE_MAP_MAX ||
		    !boot_is_free(boot_info->untyped.start + i))
			continue;
		struct piece *piece = &pieces[piece_count++];
		piece->untyped = boot_info->untyped.start + i;
		piece->first = first;
		piece->pages = 1ull << (u->size_bits - SEL4_PAGE_SHIFT);
		if (first) /* page 0 stands for none */
			page_map_add(first, piece->pages);
	}
}

uint64_t port_ram(void)
{
	return page_map_total() * SEL4_PAGE_SIZE;
}

static bool make_table(uint64_t table)
{
	uint64_t middle = table / 256;
	if (!(have_middles >> middle & 1) &&
	    !boot_make(SEL4_TYPE_CNODE, FIRST_BITS, AREA_PAGES, AREA_DEPTH, middle))
		return false;
	have_middles |= 1ull << middle;
	if (!test(have_tables, table) &&
	    !boot_make(SEL4_TYPE_CNODE, FIRST_BITS, AREA_PAGES << 8 | middle, AREA_DEPTH + 8,
		       table % 256))
		return false;
	set(have_tables, table, true);
	return true;
}

/* The next pages of it, as far as they are in one table. */
static bool cut(struct piece *piece)
{
	uint64_t page = piece->first + piece->cut, table = page / PAGES_PER_TABLE;
	uint64_t room = PAGES_PER_TABLE - page % PAGES_PER_TABLE, left = piece->pages - piece->cut;
	uint64_t count = room < left ? room : left;
	const struct slot to = { core_root, page_untyped(page) >> 8, 64 - 8 };
	if (!make_table(table) || kernel_retype(piece->untyped, SEL4_TYPE_UNTYPED, SEL4_PAGE_SHIFT,
						&to, page % PAGES_PER_TABLE, count))
		return false;
	piece->cut += count;
	return true;
}

static bool cut_table(uint64_t table)
{
	uint64_t end = (table + 1) * PAGES_PER_TABLE;
	if (test(cut_tables, table))
		return true;
	for (uint32_t i = 0; i < piece_count; i++) {
		struct piece *p = &pieces[i];
		if (p->first + p->pages <= end - PAGES_PER_TABLE || p->first >= end)
			continue;
		while (p->cut < p->pages && p->first + p->cut < end)
			if (!cut(p))
				return false;
	}
	set(cut_tables, table, true);
	return true;
}

/* Some to be had at once: what core and the kernel need is a few. */
uint64_t pages_take(uint64_t count)
{
	uint64_t first = page_map_take(count);
	for (uint64_t i = first / PAGES_PER_TABLE;
	     first && i <= (first + count - 1) / PAGES_PER_TABLE; i++)
		if (!cut_table(i)) {
			page_map_give(first, count);
			return 0;
		}
	return first;
}

/* A page table for 2 MiB of the window, and what it hangs in. */
static bool make_window(uint64_t address)
{
	static const struct {
		int type, map;
		unsigned shift;
	} levels[] = {
		{ SEL4_TYPE_PDPT, SEL4_PDPT_MAP, 39 },
		{ SEL4_TYPE_DIRECTORY, SEL4_DIRECTORY_MAP, 30 },
		{ SEL4_TYPE_TABLE, SEL4_TABLE_MAP, 21 },
	};
	static uint64_t have_upper[2]; /* address + 1 of the last one that was made */
	for (unsigned i = 0; i < 3; i++) {
		uint64_t base = address >> levels[i].shift << levels[i].shift;
		if (i < 2 && have_upper[i] > base)
			continue;
		uint64_t table = boot_object((uint64_t)levels[i].type, 0);
		struct kernel_call call = {
			.word = { base },
			.words = 2,
			.caps = { SEL4_CAP_SPACE },
			.cap_count = 1,
		};
		if (!table || kernel_invoke(table, (uint64_t)levels[i].map, &call))
			return false;
		if (i < 2)
			have_upper[i] = base + 1;
	}
	return true;
}

static bool show(uint64_t page)
{
	struct kernel_call call = {
		.word = { (uint64_t)(uintptr_t)window(page), RIGHT_SEND | RIGHT_RECEIVE, 0 },
		.words = 3,
		.caps = { SEL4_CAP_SPACE },
		.cap_count = 1,
	};
	if (!test(windows, page / 512) && !make_window((uint64_t)(uintptr_t)window(page)))
		return false;
	set(windows, page / 512, true);
	return !kernel_invoke(page_cap(page), SEL4_PAGE_MAP, &call);
}

void page_strip(uint64_t page)
{
	if (test(frames, page))
		kernel_revoke(slot_at(page_untyped(page)));
	set(frames, page, false);
}

/* An object that fills the page, in the slot that is the page's own. */
static bool make(uint64_t page, uint64_t type, uint64_t bits)
{
	const struct slot to = { core_root, page_cap(page) >> 8, 64 - 8 };
	page_strip(page);
	return !kernel_retype(page_untyped(page), type, bits, &to,
			      PAGES_PER_TABLE + page % PAGES_PER_TABLE, 1);
}

static bool make_frame(uint64_t page)
{
	if (test(frames, page))
		return true;
	if (!make(page, SEL4_TYPE_FRAME, 0) || !show(page))
		return false;
	set(frames, page, true);
	return true;
}

static bool prepare(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++) {
		if (!cut_table(i / PAGES_PER_TABLE) || !make_frame(i))
			return false;
		__builtin_memset(window(i), 0, SEL4_PAGE_SIZE);
	}
	return true;
}

uint64_t pages_alloc(uint64_t count)
{
	uint64_t first = pages_take(count);
	if (!first || prepare(first, count))
		return first;
	pages_free(first, count);
	return 0;
}

uint64_t page_object(uint64_t type, uint64_t bits)
{
	uint64_t page = pages_take(1);
	if (!page || make(page, type, bits))
		return page;
	pages_free(page, 1);
	return 0;
}

void pages_free(uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++)
		if (!test(frames, i) && test(cut_tables, i / PAGES_PER_TABLE))
			kernel_revoke(slot_at(page_untyped(i)));
	page_map_give(first, count);
}

void *port_core_pages(size_t pages)
{
	uint64_t first = pages_alloc(pages);
	return first ? window(first) : NULL;
}

tn_error port_memory_create(struct port_memory *memory, uint64_t pages)
{
	*memory = (struct port_memory){ .first = page_map_take(pages), .pages = pages };
	return memory->first ? TN_OK : TN_ERR_OUT_OF_RAM;
}

/* It is cut as it is prepared. A page that cannot be made a frame is none when it is attached
 * either. */
bool port_memory_prepare(struct port_memory *memory)
{
	uint64_t left = memory->pages - memory->zeroed;
	uint64_t now = left < PREPARE_PAGES ? left : PREPARE_PAGES;
	prepare(memory->first + memory->zeroed, now);
	memory->zeroed += now;
	return memory->zeroed == memory->pages;
}

bool port_memory_destroy(struct port_memory *memory)
{
	uint64_t now = memory->pages < DESTROY_PAGES ? memory->pages : DESTROY_PAGES;
	memory->pages -= now;
	if (memory->first && now)
		pages_free(memory->first + memory->pages, now);
	return !memory->pages;
}

uint64_t memory_frame(const struct port_memory *memory, uint64_t page)
{
	switch (memory->kind) {
	case MEMORY_RAM:
		return page_cap(memory->first + page);
	case MEMORY_IMAGE:
		return boot_image_slots + memory->first + page;
	case MEMORY_DEVICE:
		break;
	}
	return device_frame(memory->first + page * SEL4_PAGE_SIZE);
}

/* Core's image is mapped where it was linked. */
extern char __executable_start[];

void *port_memory_view(struct port_memory *memory)
{
	return memory->kind == MEMORY_IMAGE ? __executable_start + memory->first * SEL4_PAGE_SIZE
					    : window(memory->first);
}

/* Regions of sealed memory are never mapped writable: generic code checks the rights. */
void port_memory_seal(struct port_memory *memory)
{
	memory->sealed = true;
}
