/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "pd.h"
#include "capability.h"
#include "device.h"
#include "table.h"
#include "thread.h"

struct pd *core_pd;

enum { MAP_MAX = 64, UNMAP_MAX = 512 };

struct pd *pd_find(uint64_t name)
{
	struct pd *pd;

	if (!frame_named(name, FRAME_PD))
		return NULL;
	pd = frame_memory(name);
	return pd->dying ? NULL : pd;
}

struct pd *pd_find_dying(uint64_t name)
{
	struct pd *pd;

	if (!frame_named(name, FRAME_PD))
		return NULL;
	pd = frame_memory(name);
	return pd->page_table ? pd : NULL;
}

enum hw_status pd_create(uint64_t frame, uint64_t table_frame)
{
	struct pd *pd;

	if (frame == table_frame || !frame_donatable(frame) || !frame_donatable(table_frame))
		return HW_ERR_FRAME;

	pd = frame_take(frame, FRAME_PD);
	table_setup_top(frame_take(table_frame, FRAME_TABLE));
	pd->page_table = table_frame;
	return HW_OK;
}

/* Core's window is the kernel's business. */
static bool range_allowed(const struct pd *pd, uint64_t address, uint64_t pages)
{
	if (!table_user_range(address, pages))
		return false;
	if (pd != core_pd)
		return true;
	return address >= HW_CORE_WINDOW + FRAME_COUNT_MAX * (uint64_t)HW_PAGE_SIZE ||
	       address + pages * HW_PAGE_SIZE <= HW_CORE_WINDOW;
}

enum hw_status pd_table_add(struct pd *pd, uint64_t address, uint64_t frame)
{
	unsigned level;
	uint64_t *entry;

	if (!range_allowed(pd, address & ~(uint64_t)(HW_PAGE_SIZE - 1), 1))
		return HW_ERR_ARGUMENT;
	if (!frame_donatable(frame))
		return HW_ERR_FRAME;
	entry = table_walk(pd->page_table, address, &level);
	if (level == TABLE_LOWEST)
		return HW_ERR_OCCUPIED;

	frame_take(frame, FRAME_TABLE);
	*entry = frame | TABLE_INNER;
	return HW_OK;
}

static bool is_empty(const uint64_t *table)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		if (table[i])
			return false;
	return true;
}

enum hw_status pd_table_take(struct pd *pd, uint64_t address, uint64_t *frame)
{
	uint64_t *table = frame_memory(pd->page_table);
	uint64_t *parent = NULL;

	if (!range_allowed(pd, address & ~(uint64_t)(HW_PAGE_SIZE - 1), 1))
		return HW_ERR_ARGUMENT;
	for (unsigned level = TABLE_TOP; level > TABLE_LOWEST; level--) {
		uint64_t *entry = table + table_index(address, level);

		if (!(*entry & TABLE_PRESENT))
			break;
		parent = entry;
		table = frame_memory(*entry & TABLE_ADDRESS);
	}
	if (!parent)
		return HW_ERR_NEED_TABLE;
	if (!is_empty(table))
		return HW_ERR_OCCUPIED;

	*parent = 0;
	*frame = frame_address(table);
	frame_give_back(*frame);
	return HW_OK;
}

static enum hw_status map_page(struct pd *pd, uint64_t address, uint64_t physical, uint64_t bits)
{
	uint64_t index = physical / HW_PAGE_SIZE;
	bool is_ram = index < frame_count && frames[index].kind != FRAME_DEVICE;
	unsigned level;
	uint64_t *entry = table_walk(pd->page_table, address, &level);

	if (is_ram && bits & TABLE_ATTRIBUTES)
		return HW_ERR_FRAME;
	if (is_ram && (frames[index].kind != FRAME_CORE || frames[index].mappings == UINT32_MAX))
		return HW_ERR_FRAME;
	if (!is_ram && device_is_kernels(physical))
		return HW_ERR_FRAME;
	if (level != TABLE_LOWEST)
		return HW_ERR_NEED_TABLE;
	if (*entry & TABLE_PRESENT)
		return HW_ERR_OCCUPIED;

	*entry = physical | bits;
	if (is_ram)
		frames[index].mappings++;
	return HW_OK;
}

static bool rights_valid(uint64_t rights)
{
	const uint64_t both = HW_RIGHT_WRITE | HW_RIGHT_EXECUTE;
	const uint64_t any = HW_RIGHT_READ | both;
	const uint64_t attributes = HW_MEMORY_UNCACHED | HW_MEMORY_COMBINED;

	return !(rights & ~(any | attributes | HW_MEMORY_BOTH)) && rights & any &&
	       ((rights & both) != both || rights & HW_MEMORY_BOTH) &&
	       (rights & attributes) != attributes;
}

static uint64_t entry_bits(uint64_t rights)
{
	uint64_t bits = TABLE_PRESENT | TABLE_USER | TABLE_TOUCHED;

	if (rights & HW_RIGHT_WRITE)
		bits |= TABLE_WRITE;
	if (!(rights & HW_RIGHT_EXECUTE))
		bits |= TABLE_NO_EXECUTE;
	if (rights & HW_MEMORY_UNCACHED)
		bits |= TABLE_UNCACHED;
	if (rights & HW_MEMORY_COMBINED)
		bits |= TABLE_COMBINED;
	return bits;
}

enum hw_status pd_map(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
		      uint64_t rights, uint64_t *done)
{
	uint64_t limit = device_physical_limit();

	*done = 0;
	if (!rights_valid(rights) || !range_allowed(pd, address, pages))
		return HW_ERR_ARGUMENT;
	if (physical % HW_PAGE_SIZE != 0 || physical >= limit ||
	    pages > (limit - physical) / HW_PAGE_SIZE)
		return HW_ERR_ARGUMENT;

	for (; *done < pages && *done < MAP_MAX; ++*done) {
		uint64_t offset = *done * HW_PAGE_SIZE;
		enum hw_status status =
			map_page(pd, address + offset, physical + offset, entry_bits(rights));

		if (status != HW_OK)
			return status;
	}
	return *done == pages ? HW_OK : HW_ERR_AGAIN;
}

enum hw_status pd_unmap(struct pd *pd, uint64_t address, uint64_t pages, uint64_t *done)
{
	*done = 0;
	if (!range_allowed(pd, address, pages))
		return HW_ERR_ARGUMENT;

	for (unsigned steps = 0; *done < pages && steps < UNMAP_MAX; steps++) {
		unsigned level;
		uint64_t *entry = table_walk(pd->page_table, address, &level);
		uint64_t span = 1ull << 9 * level; /* pages below the entry */
		uint64_t skip = span - address / HW_PAGE_SIZE % span;

		if (level == TABLE_LOWEST)
			table_clear_entry(entry);
		*done += skip;
		address += skip * HW_PAGE_SIZE;
	}
	if (*done >= pages) {
		*done = pages;
		return HW_OK;
	}
	return HW_ERR_AGAIN;
}

/* Empty the first lowest table that there is, or take off the first table that has none below. */
static uint64_t take_table(struct pd *pd)
{
	uint64_t *table = frame_memory(pd->page_table);
	uint64_t *parent = NULL;
	unsigned level = TABLE_TOP, limit = TABLE_ENTRIES / 2;

	while (level > TABLE_LOWEST) {
		unsigned i = 0;

		while (i < limit && !(table[i] & TABLE_PRESENT))
			i++;
		if (i == limit)
			break;
		parent = table + i;
		table = frame_memory(*parent & TABLE_ADDRESS);
		limit = TABLE_ENTRIES;
		level--;
	}
	if (!parent)
		return 0;
	if (level == TABLE_LOWEST)
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			table_clear_entry(table + i);
	*parent = 0;
	return frame_address(table);
}

enum hw_status pd_destroy(uint64_t name, uint64_t *frame)
{
	struct pd *pd;

	*frame = 0;
	if (!frame_named(name, FRAME_PD))
		return HW_ERR_FRAME;
	pd = frame_memory(name);
	if (pd->thread_count)
		return HW_ERR_ARGUMENT;

	pd->dying = true;
	if (pd->page_table)
		*frame = take_table(pd);
	if (!*frame)
		*frame = capability_take_frame(pd);
	if (!*frame) {
		*frame = pd->page_table;
		pd->page_table = 0;
	}
	if (*frame) {
		frame_give_back(*frame);
		return HW_ERR_AGAIN;
	}
	*frame = name;
	frame_give_back(name);
	return HW_OK;
}

struct thread *pd_thread(const struct pd *pd, uint64_t local_id)
{
	struct thread *thread = pd->local[local_id % PD_LOCAL_BUCKETS];

	while (thread && thread->local_id != local_id)
		thread = thread->pd_next;
	return thread;
}

void pd_thread_add(struct pd *pd, struct thread *thread)
{
	struct thread **bucket = &pd->local[thread->local_id % PD_LOCAL_BUCKETS];

	thread->pd_next = *bucket;
	*bucket = thread;
	pd->thread_count++;
}

void pd_thread_remove(struct pd *pd, struct thread *thread)
{
	struct thread **link = &pd->local[thread->local_id % PD_LOCAL_BUCKETS];

	while (*link != thread)
		link = &(*link)->pd_next;
	*link = thread->pd_next;
	pd->thread_count--;
}
