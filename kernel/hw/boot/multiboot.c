/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "boot.h"
#include "frame.h"
#include "panic.h"

/* The parts of multiboot 1's information structure that matter here. */
struct multiboot_info {
	uint32_t flags, memory_lower, memory_upper, boot_device, command_line;
	uint32_t module_count, modules;
	uint32_t symbols[4];
	uint32_t map_length, map;
};

struct multiboot_module {
	uint32_t start, end, command_line, reserved;
};

struct multiboot_range {
	uint32_t size; /* of what follows */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

enum {
	HAS_MEMORY = 1 << 0,
	HAS_LINE = 1 << 2,
	HAS_MODULES = 1 << 3,
	HAS_MAP = 1 << 6,
	TYPE_RAM = 1
};

struct boot_machine boot_machine;

static const uint64_t limit = (uint64_t)FRAME_COUNT_MAX * HW_PAGE_SIZE;

static void add_range(uint64_t base, uint64_t length)
{
	uint64_t end = base + length;

	if (end < base || end > limit)
		end = limit;
	base = (base + HW_PAGE_SIZE - 1) & ~(uint64_t)(HW_PAGE_SIZE - 1);
	end &= ~(uint64_t)(HW_PAGE_SIZE - 1);
	if (base == 0) /* a name for nothing */
		base = HW_PAGE_SIZE;
	if (base >= end)
		return;
	if (boot_machine.range_count == BOOT_RANGES)
		panic("too many ranges in the memory map");
	boot_machine.ranges[boot_machine.range_count++] = (struct boot_range){ base, end };
}

static void read_map(const struct multiboot_info *info)
{
	uint64_t next = info->map, end = next + info->map_length;

	while (next + sizeof(struct multiboot_range) <= end) {
		const struct multiboot_range *range = frame_memory(next);

		if (range->type == TYPE_RAM)
			add_range(range->base, range->length);
		next += range->size + sizeof(range->size);
	}
}

/* The component's name is the last word: of a long line the end is what counts. */
static void copy_name(char *to, uint64_t line)
{
	const char *from = line ? frame_memory(line) : "";
	uint32_t length = 0, skip;

	while (length < HW_PAGE_SIZE && from[length])
		length++;
	skip = length > 47 ? length - 47 : 0;
	for (uint32_t i = skip; i < length; i++)
		to[i - skip] = from[i];
}

/* The first word is the kernel's own name. */
static void copy_options(uint64_t line)
{
	const char *from = frame_memory(line);
	uint32_t i = 0, n = 0;

	while (i < HW_PAGE_SIZE && from[i] && from[i] != ' ')
		i++;
	for (; i < HW_PAGE_SIZE && from[i]; i++) {
		if (n == sizeof(boot_machine.options) - 1)
			panic("the kernel's options are too long");
		boot_machine.options[n++] = from[i];
	}
}

static void read_modules(const struct multiboot_info *info)
{
	const struct multiboot_module *modules = frame_memory(info->modules);

	if (info->module_count > BOOT_MODULES)
		panic("too many modules");
	for (uint32_t i = 0; i < info->module_count; i++) {
		struct boot_module *module = boot_machine.modules + i;

		/* Asked for by the header: core hands modules out page by page. */
		if (modules[i].start % HW_PAGE_SIZE != 0 || modules[i].end < modules[i].start)
			panic("a module is not page-aligned");
		module->range = (struct boot_range){ modules[i].start, modules[i].end };
		copy_name(module->name, modules[i].command_line);
	}
	boot_machine.module_count = info->module_count;
}

static bool has_word(const char *line, const char *word)
{
	for (uint32_t i = 0; i < HW_PAGE_SIZE && line[i]; i++) {
		uint32_t n = 0;

		if (i && line[i - 1] != ' ')
			continue;
		while (word[n] && line[i + n] == word[n])
			n++;
		if (!word[n] && (!line[i + n] || line[i + n] == ' '))
			return true;
	}
	return false;
}

void boot_read_multiboot(uint64_t address)
{
	const struct multiboot_info *info = frame_memory(address);

	if (info->flags & HAS_MAP)
		read_map(info);
	else if (info->flags & HAS_MEMORY)
		add_range(0x100000, (uint64_t)info->memory_upper * 1024);
	if (info->flags & HAS_LINE && info->command_line)
		copy_options(info->command_line);
	if (info->flags & HAS_MODULES)
		read_modules(info);
	if (info->flags & HAS_LINE)
		boot_machine.debug = has_word(frame_memory(info->command_line), "kdb");
	if (!boot_machine.range_count)
		panic("no memory map");
	if (!boot_machine.module_count)
		panic("no module: the first one must be core");
}
