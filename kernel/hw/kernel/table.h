/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Page tables of PDs: four levels, 4 KiB pages, each table a frame that core donated. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "layout.h"

#define TABLE_ENTRIES    512u
#define TABLE_PRESENT    0x001ull
#define TABLE_WRITE      0x002ull
#define TABLE_USER       0x004ull
#define TABLE_UNCACHED   0x018ull
#define TABLE_COMBINED   0x008ull /* entry 1 of the PAT, see cpu.c */
#define TABLE_ATTRIBUTES 0x018ull
#define TABLE_LARGE      0x080ull
#define TABLE_NO_EXECUTE 0x8000000000000000ull
#define TABLE_ADDRESS    0x000ffffffffff000ull
/* accessed and dirty are set from the start: the CPU need not write to the table */
#define TABLE_TOUCHED 0x060ull
#define TABLE_INNER   (TABLE_PRESENT | TABLE_WRITE | TABLE_USER)
#define TABLE_WINDOW  (TABLE_INNER | TABLE_NO_EXECUTE | TABLE_TOUCHED)

#define TABLE_LOWEST 0u
#define TABLE_TOP    3u

static inline uint32_t table_index(uint64_t address, unsigned level)
{
	return (uint32_t)(address >> (12 + 9 * level)) % TABLE_ENTRIES;
}

/*
 * The entry for a user address in the lowest table; where a table is missing, the entry that would
 * name it, and its level in *level.
 */
uint64_t *table_walk(uint64_t top, uint64_t address, unsigned *level);

/* Whether [address, address + pages) is page-aligned and within what core may map in a PD. */
bool table_user_range(uint64_t address, uint64_t pages);

/* Whether code could run there. */
static inline bool table_user_address(uint64_t address)
{
	return address < USER_END;
}

/* A new PD's top table gets the kernel's entry pages, common to all. */
void table_setup_top(uint64_t *top);
extern uint64_t table_trampoline_entry;

/* Drop an entry of a lowest table, which may be absent, and the count of its frame. */
void table_clear_entry(uint64_t *entry);
