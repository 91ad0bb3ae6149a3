/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/page_map.h>

static uint64_t free_map[PAGE_MAP_MAX / 64 + 1];
static uint64_t limit; /* one above the highest */
static uint64_t total;
static uint64_t hint;

static void set_free(uint64_t page, bool is)
{
	uint64_t bit = 1ull << (page % 64);
	free_map[page / 64] = is ? free_map[page / 64] | bit : free_map[page / 64] & ~bit;
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

void page_map_add(uint64_t first, uint64_t count)
{
	if (first >= PAGE_MAP_MAX)
		return;
	if (count > PAGE_MAP_MAX - first)
		count = PAGE_MAP_MAX - first;
	mark(first, count, true);
	limit = first + count > limit ? first + count : limit;
	total += count;
}

uint64_t page_map_total(void)
{
	return total;
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
 * First run of `count` free pages from word `from` to word `to`; 0 if there is none. A few
 * instructions for 64 pages, whatever is free.
 */
static uint64_t find(uint64_t from, uint64_t to, uint64_t count)
{
	uint64_t run = 0; /* of free pages up to this word */
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

uint64_t page_map_take(uint64_t count)
{
	uint64_t words = limit / 64 + 1;
	uint64_t first = find(hint / 64, words, count);
	if (!first)
		first = find(0, words, count);
	if (!first)
		return 0;
	mark(first, count, false);
	hint = first + count;
	return first;
}

void page_map_give(uint64_t first, uint64_t count)
{
	mark(first, count, true);
	if (first < hint)
		hint = first;
}
