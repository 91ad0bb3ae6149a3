/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What content.py writes, and walking through it in an order of which each page is once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { CONTENT_PAGE = 4096 };

static inline uint64_t content_word(uint64_t page)
{
	uint64_t word = (page + 1) * 0x9e3779b97f4a7c15u;
	return (word ^ word >> 29) * 0xbf58476d1ce4e5b9u;
}

/* Whether each byte of a page is as it has to be. */
static inline bool content_page_is_right(const void *content, uint64_t page)
{
	const uint64_t wanted = content_word(page);
	const volatile uint64_t *word =
		(const volatile uint64_t *)((uintptr_t)content + page * CONTENT_PAGE);
	uint64_t wrong = 0;
	for (unsigned i = 0; i < CONTENT_PAGE / 8; i++)
		wrong |= word[i] ^ wanted;
	return !wrong;
}

/* Of a power of two of pages, all, in no order that one would see. Returns how many are wrong. */
static inline uint64_t content_walk(const void *content, uint64_t pages, uint64_t seed)
{
	uint64_t page = seed % pages, wrong = 0;
	for (uint64_t i = 0; i < pages; i++) {
		page = (page * 1664525u + 1013904223u) % pages;
		wrong += !content_page_is_right(content, (page ^ page >> 3) % pages);
	}
	return wrong;
}
