/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "boot.h"
#include "frame.h"

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

static void read_map(const struct multiboot_info *info)
{
	uint64_t next = info->map, end = next + info->map_length;

	while (next + sizeof(struct multiboot_range) <= end) {
		const struct multiboot_range *range = frame_memory(next);

		if (range->type == TYPE_RAM)
			boot_add_range(range->base, range->length);
		next += range->size + sizeof(range->size);
	}
}

static void read_modules(const struct multiboot_info *info)
{
	const struct multiboot_module *modules = frame_memory(info->modules);

	for (uint32_t i = 0; i < info->module_count; i++) {
		const char *line =
			modules[i].command_line ? frame_memory(modules[i].command_line) : "";

		boot_add_module(modules[i].start, modules[i].end, line, HW_PAGE_SIZE);
	}
}

void boot_read_multiboot(uint64_t address)
{
	const struct multiboot_info *info = frame_memory(address);

	if (info->flags & HAS_MAP)
		read_map(info);
	else if (info->flags & HAS_MEMORY)
		boot_add_range(0x100000, (uint64_t)info->memory_upper * 1024);
	if (info->flags & HAS_MODULES)
		read_modules(info);
	if (info->flags & HAS_LINE)
		boot_read_line(frame_memory(info->command_line), HW_PAGE_SIZE);
}
