/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What each frame of RAM is used for. Core names frames by physical address; every name that it
 * gives is checked against this table, so that core cannot make the kernel take one thing for
 * another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <hw/abi.h>
#include "layout.h"

enum frame_kind {
	FRAME_DEVICE, /* not RAM */
	FRAME_KERNEL, /* the kernel's for good; core's own image */
	FRAME_CORE,   /* core's to use; the only kind that is in its window and can be mapped */
	FRAME_MODULE, /* while starting: core's, and holds a boot module */
	FRAME_PD,
	FRAME_THREAD,
	FRAME_TABLE,
	FRAME_CAPABILITIES,
	FRAME_SIGNALS,
};

struct frame {
	uint32_t mappings; /* in PDs, core's window not counted; a UTCB in use counts one more */
	uint8_t kind;
};

/* Indices must fit the 24 bits that a capability has for them. */
#define FRAME_COUNT_MAX (1u << 24)

extern struct frame *frames;
extern uint64_t frame_count; /* one past the last frame of RAM */

/* The lowest level of core's window: one page-table entry for each frame. */
extern uint64_t *frame_window;

static inline void *frame_memory(uint64_t physical)
{
	return (void *)(DIRECT_BASE + physical); /* NOLINT(performance-no-int-to-ptr) */
}

static inline uint64_t frame_address(const void *memory)
{
	return (uint64_t)memory - DIRECT_BASE;
}

static inline bool frame_is(uint64_t index, enum frame_kind kind)
{
	return index < frame_count && frames[index].kind == kind;
}

/* Whether `physical` is the address of a whole frame of that kind. */
static inline bool frame_named(uint64_t physical, enum frame_kind kind)
{
	return physical % HW_PAGE_SIZE == 0 && frame_is(physical / HW_PAGE_SIZE, kind);
}

/* Whether core may donate it: it is core's, and nobody has it mapped. */
bool frame_donatable(uint64_t physical);

/* Take a donatable frame out of core's window, zeroed, for a kernel object. */
void *frame_take(uint64_t physical, enum frame_kind kind);

/* The object is gone: back into the window, zeroed. */
void frame_give_back(uint64_t physical);
