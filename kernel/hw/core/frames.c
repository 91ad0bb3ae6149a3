/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Physical memory: a bitmap of free frames, first fit from where the last search ended. */
#include <hw_core.h>

enum { FRAMES_MAX = 1 << 20 }; /* 4 GiB: what devices reach */
enum { ZERO_PAGES = 32 };      /* in a step */

static uint64_t free_map[FRAMES_MAX / 64 + 1];
static uint64_t frame_limit; /* one above the highest */
static uint64_t frame_count; /* at the start */
static uint64_t hint;

static void set_free(uint64_t frame, bool is)
{
	uint64_t bit = 1ull << (frame % 64);
	free_map[frame / 64] = is ? free_map[frame / 64] | bit : free_map[frame / 64] & ~bit;
}

/* Whole words where possible: a gigabyte is 4096 of them. */
static void mark(uint64_t first, uint64_t count, bool is)
{
	uint64_t end = first + count;
	while (first < end) {
		if (first % 64 == 0 && end - first >= 64) {
			free_map[first / 64] = is ? ~0ull : 0;
			first += 64;
		} else {
			set_free(first++, is);
		}
	}
}

void frames_init(void)
{
	for (uint32_t i = 0; i < hw_boot->range_count; i++) {
		uint64_t first = hw_boot->ranges[i].base / HW_PAGE_SIZE;
		uint64_t end = first + hw_boot->ranges[i].size / HW_PAGE_SIZE;
		for (uint64_t frame = first; frame < end && frame < FRAMES_MAX; frame++) {
			set_free(frame, true);
			frame_limit = frame + 1 > frame_limit ? frame + 1 : frame_limit;
			frame_count++;
		}
	}
}

uint64_t port_ram(void)
{
	return frame_count * HW_PAGE_SIZE;
}

/* The lowest of `count` <= 64 ones in a row; 64: there are none. */
static uint64_t run_within(uint64_t word, uint64_t count)
{
	uint64_t have = 1; /* each one left stands for so many in a row */
	while (have < count && word) {
		uint64_t more = count - have < have ? count - have : have;
		word &= word >> more;
		have += more;
	}
	return word ? (uint64_t)__builtin_ctzll(word) : 64;
}

/*
 * First run of `count` free frames from word `from` to word `to`; 0 if there is none. A few
 * instructions for 64 frames, whatever is free.
 */
static uint64_t find(uint64_t from, uint64_t to, uint64_t count)
{
	uint64_t run = 0; /* of free frames up to this word */
	for (uint64_t i = from; i < to; i++) {
		uint64_t word = free_map[i], first = i * 64;
		uint64_t low = ~word ? (uint64_t)__builtin_ctzll(~word) : 64;
		if (run + low >= count)
			return first - run;
		if (low == 64) {
			run += 64;
			continue;
		}
		uint64_t at = count < 64 ? run_within(word, count) : 64;
		if (at < 64)
			return first + at;
		run = (uint64_t)__builtin_clzll(~word);
	}
	return 0;
}

uint64_t frames_take(uint64_t count)
{
	uint64_t words = frame_limit / 64 + 1;
	uint64_t first = find(hint / 64, words, count);
	if (!first)
		first = find(0, words, count);
	if (!first)
		return 0;
	mark(first, count, false);
	hint = first + count;
	return first * HW_PAGE_SIZE;
}

static void zero(uint64_t base, uint64_t pages)
{
	__builtin_memset(hw_window(base), 0, pages * HW_PAGE_SIZE);
}

uint64_t frames_alloc(uint64_t count)
{
	uint64_t base = frames_take(count);
	if (base)
		zero(base, count);
	return base;
}

void frames_free(uint64_t base, uint64_t count)
{
	mark(base / HW_PAGE_SIZE, count, true);
	if (base / HW_PAGE_SIZE < hint)
		hint = base / HW_PAGE_SIZE;
}

void *port_core_pages(size_t pages)
{
	uint64_t base = frames_alloc(pages);
	return base ? hw_window(base) : NULL;
}

tn_error port_memory_create(struct port_memory *memory, uint64_t pages)
{
	memory->base = frames_take(pages);
	memory->pages = pages;
	memory->zeroed = 0;
	memory->sealed = false;
	return memory->base ? TN_OK : TN_ERR_OUT_OF_RAM;
}

bool port_memory_prepare(struct port_memory *memory)
{
	uint64_t left = memory->pages - memory->zeroed;
	uint64_t now = left < ZERO_PAGES ? left : ZERO_PAGES;
	zero(memory->base + memory->zeroed * HW_PAGE_SIZE, now);
	memory->zeroed += now;
	return memory->zeroed == memory->pages;
}

bool port_memory_destroy(struct port_memory *memory)
{
	if (memory->base)
		frames_free(memory->base, memory->pages);
	memory->base = 0;
	return true;
}

void *port_memory_view(struct port_memory *memory)
{
	return hw_window(memory->base);
}

/* Regions of sealed memory are never mapped writable: generic code checks the rights. */
void port_memory_seal(struct port_memory *memory)
{
	memory->sealed = true;
}
