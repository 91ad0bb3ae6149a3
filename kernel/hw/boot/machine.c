/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "boot.h"
#include "frame.h"
#include "panic.h"

struct boot_machine boot_machine;

static const uint64_t limit = (uint64_t)FRAME_COUNT_MAX * HW_PAGE_SIZE;

void boot_add_range(uint64_t base, uint64_t length)
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

/* A component's name is the last word, options follow a path: the end is what counts. */
static void copy_end(char *to, uint64_t size, const char *line, uint64_t length)
{
	const uint64_t most = size - 1;
	uint64_t skip;

	for (uint64_t i = 0; i < length; i++)
		if (!line[i])
			length = i;
	skip = length > most ? length - most : 0;
	for (uint64_t i = skip; i < length; i++)
		to[i - skip] = line[i];
}

void boot_add_module(uint64_t base, uint64_t end, const char *line, uint64_t length)
{
	struct boot_module *module = boot_machine.modules + boot_machine.module_count;

	if (boot_machine.module_count == BOOT_MODULES)
		panic("too many modules: it takes core and 40 ROMs");
	/* Asked for by the header: core hands modules out page by page. */
	if (base % HW_PAGE_SIZE != 0 || end < base)
		panic("a module is not page-aligned");
	module->range = (struct boot_range){ base, end };
	copy_end(module->name, sizeof(module->name), line, length);
	boot_machine.module_count++;
}

static bool has_word(const char *line, uint64_t length, const char *word)
{
	for (uint64_t i = 0; i < length && line[i]; i++) {
		uint64_t n = 0;

		if (i && line[i - 1] != ' ')
			continue;
		while (word[n] && i + n < length && line[i + n] == word[n])
			n++;
		if (!word[n] && (i + n == length || !line[i + n] || line[i + n] == ' '))
			return true;
	}
	return false;
}

void boot_read_line(const char *line, uint64_t length)
{
	boot_machine.debug = has_word(line, length, "kdb");
	copy_end(boot_machine.options, sizeof(boot_machine.options), line, length);
}

void boot_check_machine(void)
{
	if (!boot_machine.range_count)
		panic("no memory map");
	if (!boot_machine.module_count)
		panic("no module: the first one must be core");
}
