/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "boot.h"
#include "frame.h"
#include "panic.h"
#include "string.h"

/* Where the kernel takes what it needs for good from, while starting. */
static struct boot_range pool;

static uint64_t round_up(uint64_t value)
{
	return (value + HW_PAGE_SIZE - 1) & ~(uint64_t)(HW_PAGE_SIZE - 1);
}

static struct boot_range kernel_range(void)
{
	return (struct boot_range){ (uint64_t)kernel_start - KERNEL_BASE,
				    (uint64_t)kernel_end - KERNEL_BASE };
}

static struct boot_range busy_range(unsigned i)
{
	struct boot_range range;

	if (i == boot_machine.module_count)
		return kernel_range();
	range = boot_machine.modules[i].range;
	range.end = round_up(range.end);
	return range;
}

/* The first busy range that overlaps the given one; an empty one at its end if there is none. */
static struct boot_range first_busy(struct boot_range range)
{
	struct boot_range found = { range.end, range.end };

	for (unsigned i = 0; i <= boot_machine.module_count; i++) {
		struct boot_range busy = busy_range(i);

		if (busy.end > range.base && busy.base < found.base && busy.base < busy.end)
			found = busy;
	}
	return found;
}

static void consider(uint64_t base, uint64_t end)
{
	if (end > base && end - base > pool.end - pool.base)
		pool = (struct boot_range){ base, end };
}

/* The largest free range that the early page table reaches, and that no firmware has its hands in.
 */
static void find_pool(void)
{
	for (unsigned i = 0; i < boot_machine.range_count; i++) {
		struct boot_range rest = boot_machine.ranges[i];

		if (rest.base < 0x100000)
			rest.base = 0x100000;
		if (rest.end > 0x100000000)
			rest.end = 0x100000000;
		while (rest.base < rest.end) {
			struct boot_range busy = first_busy(rest);

			consider(rest.base, busy.base);
			rest.base = busy.end;
		}
	}
}

static void mark(struct boot_range range, enum frame_kind kind)
{
	for (uint64_t i = range.base / HW_PAGE_SIZE; i < round_up(range.end) / HW_PAGE_SIZE; i++)
		frames[i].kind = (uint8_t)kind;
}

uint64_t boot_allocate(uint64_t bytes)
{
	uint64_t base = pool.base;

	bytes = round_up(bytes);
	if (bytes > pool.end - pool.base)
		panic("not enough memory");
	pool.base += bytes;
	memset(frame_memory(base), 0, bytes);
	if (frames)
		mark((struct boot_range){ base, pool.base }, FRAME_KERNEL);
	return base;
}

static void mark_modules(void)
{
	for (unsigned i = 0; i < boot_machine.module_count; i++) {
		struct boot_range range = boot_machine.modules[i].range;

		for (uint64_t at = range.base; at < range.end; at += HW_PAGE_SIZE)
			if (!frame_is(at / HW_PAGE_SIZE, FRAME_CORE))
				panic("a module lies outside of free memory");
		mark(range, FRAME_MODULE);
		/* What else the last page holds is nobody's to read. */
		memset(frame_memory(range.end), 0, round_up(range.end) - range.end);
	}
}

void boot_setup_frames(void)
{
	uint64_t table;

	for (unsigned i = 0; i < boot_machine.range_count; i++)
		if (boot_machine.ranges[i].end / HW_PAGE_SIZE > frame_count)
			frame_count = boot_machine.ranges[i].end / HW_PAGE_SIZE;
	find_pool();
	table = boot_allocate(frame_count * sizeof(struct frame));
	frames = frame_memory(table);
	for (unsigned i = 0; i < boot_machine.range_count; i++)
		mark(boot_machine.ranges[i], FRAME_CORE);
	mark(kernel_range(), FRAME_KERNEL);
	mark((struct boot_range){ table, pool.base }, FRAME_KERNEL);
	mark_modules();
}
