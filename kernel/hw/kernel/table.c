/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <hw/abi.h>
#include "frame.h"
#include "table.h"

uint64_t table_trampoline_entry;

uint64_t *table_walk(uint64_t top, uint64_t address, unsigned *level)
{
	uint64_t *entry = (uint64_t *)frame_memory(top) + table_index(address, TABLE_TOP);

	for (*level = TABLE_TOP; *level > TABLE_LOWEST && *entry & TABLE_PRESENT; --*level) {
		uint64_t *next = frame_memory(*entry & TABLE_ADDRESS);

		entry = next + table_index(address, *level - 1);
	}
	return entry;
}

bool table_user_range(uint64_t address, uint64_t pages)
{
	if (address % HW_PAGE_SIZE != 0 || address >= USER_END)
		return false;
	return pages <= (USER_END - address) / HW_PAGE_SIZE;
}

void table_setup_top(uint64_t *top)
{
	top[TABLE_ENTRIES - 1] = table_trampoline_entry;
}

void table_clear_entry(uint64_t *entry)
{
	uint64_t index = (*entry & TABLE_ADDRESS) / HW_PAGE_SIZE;

	/* Pages of core's image are not counted, device memory has no count. */
	if (*entry & TABLE_PRESENT && frame_is(index, FRAME_CORE))
		frames[index].mappings--;
	*entry = 0;
}
