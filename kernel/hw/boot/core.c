/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "boot.h"
#include "device.h"
#include "frame.h"
#include "panic.h"
#include "pd.h"
#include "schedule.h"
#include "string.h"
#include "table.h"
#include "thread.h"
#include "timer.h"

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, segments, sections;
	uint32_t flags;
	uint16_t header_size, segment_size, segment_count, section_size, section_count, names;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_size, memory_size, align;
};

enum { ELF_EXECUTABLE = 2, ELF_X86_64 = 62, SEGMENT_LOAD = 1 };
enum { SEGMENT_EXECUTE = 1, SEGMENT_WRITE = 2 };
enum { STACK_SIZE = 0x10000, CORE_PRIORITY = 31 };

#define READ_BITS  (TABLE_PRESENT | TABLE_USER | TABLE_TOUCHED | TABLE_NO_EXECUTE)
#define WRITE_BITS (READ_BITS | TABLE_WRITE)

static void map(uint64_t address, uint64_t physical, uint64_t bits)
{
	unsigned level;
	uint64_t *entry = table_walk(core_pd->page_table, address, &level);

	while (level != TABLE_LOWEST) {
		*entry = boot_allocate(HW_PAGE_SIZE) | TABLE_INNER;
		entry = table_walk(core_pd->page_table, address, &level);
	}
	if (*entry)
		panic("core: two segments share a page, or overlap its stack");
	*entry = physical | bits;
}

static uint64_t map_new(uint64_t address, uint64_t pages, uint64_t bits)
{
	uint64_t base = boot_allocate(pages * HW_PAGE_SIZE);

	for (uint64_t i = 0; i < pages; i++)
		map(address + i * HW_PAGE_SIZE, base + i * HW_PAGE_SIZE, bits);
	return base;
}

static uint64_t segment_bits(uint32_t flags)
{
	if ((flags & SEGMENT_WRITE) && (flags & SEGMENT_EXECUTE))
		panic("core: a segment is writable and executable");
	if (flags & SEGMENT_EXECUTE)
		return READ_BITS & ~TABLE_NO_EXECUTE;
	return flags & SEGMENT_WRITE ? WRITE_BITS : READ_BITS;
}

static void load_segment(const struct elf_segment *segment, const uint8_t *image, uint64_t size)
{
	uint64_t skip = segment->address % HW_PAGE_SIZE;
	uint64_t pages = (skip + segment->memory_size + HW_PAGE_SIZE - 1) / HW_PAGE_SIZE;
	uint64_t base;

	if (segment->file_size > segment->memory_size || segment->offset > size ||
	    segment->file_size > size - segment->offset || segment->memory_size > UINT32_MAX ||
	    !table_user_range(segment->address - skip, pages) ||
	    segment->address + segment->memory_size > HW_CORE_WINDOW)
		panic("core: a segment is out of range");
	if (!segment->memory_size)
		return;
	base = map_new(segment->address - skip, pages, segment_bits(segment->flags));
	memcpy((uint8_t *)frame_memory(base) + skip, image + segment->offset, segment->file_size);
}

/* Returns the entry point. */
static uint64_t load_image(struct boot_range module)
{
	const uint8_t *image = frame_memory(module.base);
	uint64_t size = module.end - module.base;
	struct elf_header header;

	if (size < sizeof(header))
		panic("core: no ELF file");
	memcpy(&header, image, sizeof(header));
	if (memcmp(header.ident, "\177ELF\2\1\1", 7) != 0 || header.type != ELF_EXECUTABLE ||
	    header.machine != ELF_X86_64 || header.segment_size != sizeof(struct elf_segment))
		panic("core: no statically linked ELF executable for x86_64");
	if (header.segments > size ||
	    header.segment_count * sizeof(struct elf_segment) > size - header.segments)
		panic("core: the ELF file is cut off");
	for (unsigned i = 0; i < header.segment_count; i++) {
		struct elf_segment segment;

		memcpy(&segment, image + header.segments + i * sizeof(segment), sizeof(segment));
		if (segment.type == SEGMENT_LOAD)
			load_segment(&segment, image, size);
	}
	if (!table_user_address(header.entry))
		panic("core: no entry point");
	return header.entry;
}

/* The frames array is in the order of addresses, and so is the window's lowest level. */
static void setup_window(void)
{
	uint64_t tables = (frame_count + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
	uint64_t lowest = boot_allocate(tables * HW_PAGE_SIZE);
	uint64_t upper = boot_allocate(HW_PAGE_SIZE);
	uint64_t *top = frame_memory(core_pd->page_table), *entries = frame_memory(upper);

	frame_window = frame_memory(lowest);
	top[table_index(HW_CORE_WINDOW, TABLE_TOP)] = upper | TABLE_INNER;
	for (uint64_t i = 0; i < tables; i++) {
		uint64_t *entry = entries + i / TABLE_ENTRIES, *middle;

		if (!*entry)
			*entry = boot_allocate(HW_PAGE_SIZE) | TABLE_INNER;
		middle = frame_memory(*entry & TABLE_ADDRESS);
		middle[i % TABLE_ENTRIES] = (lowest + i * HW_PAGE_SIZE) | TABLE_INNER;
	}
}

static void free_core_module(void)
{
	struct boot_range range = boot_machine.modules[0].range;

	for (uint64_t at = range.base; at < range.end; at += HW_PAGE_SIZE)
		frames[at / HW_PAGE_SIZE].kind = FRAME_CORE;
}

static void tell_ranges(struct hw_boot_info *info)
{
	const unsigned limit = sizeof(info->ranges) / sizeof(info->ranges[0]);
	bool inside = false;

	for (uint64_t i = 1; i < frame_count; i++) {
		bool is_free = frames[i].kind == FRAME_CORE;

		if (is_free && !inside) {
			if (info->range_count == limit)
				break;
			info->ranges[info->range_count++].base = i * HW_PAGE_SIZE;
		}
		if (is_free)
			info->ranges[info->range_count - 1].size += HW_PAGE_SIZE;
		inside = is_free;
	}
}

/* Where there are too many, the last one has those between in it: none is left out. */
static void tell_ram(struct hw_boot_info *info)
{
	const unsigned limit = sizeof(info->ram) / sizeof(info->ram[0]);

	for (unsigned i = 0; i < boot_machine.range_count; i++) {
		struct boot_range range = boot_machine.ranges[i];
		struct hw_boot_range *last = info->ram + limit - 1;

		if (info->ram_count < limit) {
			info->ram[info->ram_count++] =
				(struct hw_boot_range){ range.base, range.end - range.base };
			continue;
		}
		if (range.base < last->base) {
			last->size += last->base - range.base;
			last->base = range.base;
		}
		if (range.end > last->base + last->size)
			last->size = range.end - last->base;
	}
}

static void tell_devices(struct hw_boot_info *info)
{
	struct hw_boot_range *told = info->devices;

	_Static_assert(APIC_PAGES + 1 <= sizeof(info->devices) / sizeof(info->devices[0]), "room");
	*told++ = (struct hw_boot_range){ DEVICE_MESSAGES, DEVICE_MESSAGES_SIZE };
	for (unsigned page = 0; page < APIC_PAGES; page++)
		if (apic_page(page))
			*told++ = (struct hw_boot_range){ apic_page(page), HW_PAGE_SIZE };
	info->device_count = (uint32_t)(told - info->devices);
}

static void tell_modules(struct hw_boot_info *info)
{
	for (unsigned i = 1; i < boot_machine.module_count; i++) {
		const struct boot_module *module = boot_machine.modules + i;
		struct hw_boot_module *told = info->modules + info->module_count++;

		told->base = module->range.base;
		told->size = module->range.end - module->range.base;
		memcpy(told->name, module->name, sizeof(told->name));
	}
}

/* No allocation after this: what core hears is free must be so. */
static void open_window(void)
{
	for (uint64_t i = 1; i < frame_count; i++) {
		if (frames[i].kind == FRAME_MODULE)
			frames[i].kind = FRAME_CORE;
		if (frames[i].kind == FRAME_CORE)
			frame_window[i] = i * HW_PAGE_SIZE | TABLE_WINDOW;
	}
}

static void tell(struct hw_boot_info *info, const struct thread *thread, uint64_t entry_tsc)
{
	info->magic = HW_BOOT_MAGIC;
	info->core_pd = frame_address(core_pd);
	info->core_thread = frame_address(thread);
	info->kernel_entry_tsc = entry_tsc;
	info->tsc_per_second = timer_ticks_per_second();
	memcpy(info->options, boot_machine.options, sizeof(info->options));
	tell_ranges(info);
	tell_ram(info);
	tell_devices(info);
	tell_modules(info);
}

static struct pd *create_pd(void)
{
	uint64_t frame = boot_allocate(HW_PAGE_SIZE);
	struct pd *pd = frame_memory(frame);

	pd->page_table = boot_allocate(HW_PAGE_SIZE);
	table_setup_top(frame_memory(pd->page_table));
	frames[frame / HW_PAGE_SIZE].kind = FRAME_PD;
	return pd;
}

struct thread *boot_create_core(uint64_t entry_tsc)
{
	struct hw_thread_args args = {
		.utcb_address = HW_CORE_UTCB,
		.stack_pointer = HW_CORE_STACK,
		.argument = HW_BOOT_INFO,
		.priority = CORE_PRIORITY,
	};
	struct thread *thread;
	uint64_t info;

	core_pd = create_pd();
	setup_window();
	args.entry = load_image(boot_machine.modules[0].range);
	args.utcb_frame = map_new(HW_CORE_UTCB, 1, WRITE_BITS);
	map_new(HW_CORE_STACK - STACK_SIZE, STACK_SIZE / HW_PAGE_SIZE, WRITE_BITS);
	info = map_new(HW_BOOT_INFO, 1, READ_BITS);
	thread = frame_memory(boot_allocate(HW_PAGE_SIZE));
	frames[frame_address(thread) / HW_PAGE_SIZE].kind = FRAME_THREAD;
	thread_setup(thread, core_pd, &args);

	free_core_module();
	tell(frame_memory(info), thread, entry_tsc);
	open_window();
	return thread;
}
