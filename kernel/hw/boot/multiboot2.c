/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "boot.h"
#include "frame.h"
#include "string.h"

/* The parts of multiboot 2's information that matter here: a row of tags. */
struct multiboot2_info {
	uint32_t size, reserved;
};

struct multiboot2_tag {
	uint32_t type, size;
};

struct multiboot2_module {
	struct multiboot2_tag tag;
	uint32_t start, end; /* and the line */
};

struct multiboot2_map {
	struct multiboot2_tag tag;
	uint32_t entry_size, entry_version; /* and the entries */
};

struct multiboot2_range {
	uint64_t base, length;
	uint32_t type, reserved;
};

enum { TAG_END = 0, TAG_LINE = 1, TAG_MODULE = 3, TAG_MAP = 6, TAG_RSDP_1 = 14, TAG_RSDP_2 = 15 };
enum { TYPE_RAM = 1, TAG_ALIGN = 8 };

static void read_module(const struct multiboot2_tag *tag)
{
	struct multiboot2_module module;

	if (tag->size < sizeof(module))
		return;
	memcpy(&module, tag, sizeof(module));
	boot_add_module(module.start, module.end, (const char *)tag + sizeof(module),
			tag->size - sizeof(module));
}

static void read_map(const struct multiboot2_tag *tag)
{
	struct multiboot2_map map;
	struct multiboot2_range range;

	if (tag->size < sizeof(map))
		return;
	memcpy(&map, tag, sizeof(map));
	if (map.entry_size < sizeof(range))
		return;
	for (uint64_t at = sizeof(map); at + map.entry_size <= tag->size; at += map.entry_size) {
		memcpy(&range, (const uint8_t *)tag + at, sizeof(range));
		if (range.type == TYPE_RAM)
			boot_add_range(range.base, range.length);
	}
}

/* A copy of the firmware's pointer to its tables; of two, the newer one is longer. */
static void read_rsdp(const struct multiboot2_tag *tag)
{
	uint32_t length = tag->size - (uint32_t)sizeof(*tag);

	if (length > BOOT_RSDP)
		length = BOOT_RSDP;
	if (length < boot_machine.rsdp_length)
		return;
	memcpy(boot_machine.rsdp, tag + 1, length);
	boot_machine.rsdp_length = length;
}

static void read_tag(const struct multiboot2_tag *tag)
{
	if (tag->type == TAG_LINE)
		boot_read_line((const char *)(tag + 1), tag->size - sizeof(*tag));
	else if (tag->type == TAG_MODULE)
		read_module(tag);
	else if (tag->type == TAG_MAP)
		read_map(tag);
	else if (tag->type == TAG_RSDP_1 || tag->type == TAG_RSDP_2)
		read_rsdp(tag);
}

void boot_read_multiboot2(uint64_t address)
{
	const struct multiboot2_info *info = frame_memory(address);
	uint64_t at = sizeof(*info);

	while (at + sizeof(struct multiboot2_tag) <= info->size) {
		const struct multiboot2_tag *tag = frame_memory(address + at);

		if (tag->type == TAG_END || tag->size < sizeof(*tag) || tag->size > info->size - at)
			return;
		read_tag(tag);
		at += ((uint64_t)tag->size + TAG_ALIGN - 1) & ~(uint64_t)(TAG_ALIGN - 1);
	}
}
