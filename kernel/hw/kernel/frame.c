/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "frame.h"
#include "string.h"
#include "table.h"

struct frame *frames;
uint64_t frame_count;
uint64_t *frame_window;

bool frame_donatable(uint64_t physical)
{
	return frame_named(physical, FRAME_CORE) && frames[physical / HW_PAGE_SIZE].mappings == 0;
}

/*
 * No TLB entry needs to be invalidated, here or where pages are unmapped: user code runs only after
 * CR3 has been loaded anew, and no entry of a user page table is global.
 */
void *frame_take(uint64_t physical, enum frame_kind kind)
{
	frame_window[physical / HW_PAGE_SIZE] = 0;
	frames[physical / HW_PAGE_SIZE].kind = (uint8_t)kind;
	return memset(frame_memory(physical), 0, HW_PAGE_SIZE);
}

void frame_give_back(uint64_t physical)
{
	memset(frame_memory(physical), 0, HW_PAGE_SIZE);
	frames[physical / HW_PAGE_SIZE].kind = FRAME_CORE;
	frame_window[physical / HW_PAGE_SIZE] = physical | TABLE_WINDOW;
}
