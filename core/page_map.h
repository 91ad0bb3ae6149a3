/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Which pages of physical memory are free, for ports that manage it themselves: a bitmap, first fit
 * from where the last search ended. Pages are numbers, 4 KiB each, below 4 GiB: what devices reach.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PAGE_MAP_MAX = 1 << 20 };

/* At the start: these pages are RAM, and free. Pages above PAGE_MAP_MAX are passed over. */
void page_map_add(uint64_t first, uint64_t count);
/* How many were added. */
uint64_t page_map_total(void);
/* A run of adjacent pages: its first one. 0: none that long. */
uint64_t page_map_take(uint64_t count);
void page_map_give(uint64_t first, uint64_t count);
