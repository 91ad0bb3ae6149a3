/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Capability tables: slots in frames that core donated, named by index and generation. */
#pragma once

#include <stdint.h>
#include <hw/abi.h>
#include "pd.h"
#include "signal.h"
#include "thread.h"

struct capability {
	uint32_t object; /* frame number << 8 | part of the frame << 2 | enum hw_cap_kind */
	uint32_t check;  /* serial number of the object << 8 | generation */
	uint64_t badge;
};

_Static_assert(sizeof(struct capability) * HW_CAPS_PER_FRAME == HW_PAGE_SIZE, "one frame");

enum hw_status capability_grow(struct pd *pd, uint64_t frame);
enum hw_status capability_set(struct pd *pd, uint64_t handle, uint64_t kind, uint64_t target,
			      uint64_t badge);
enum hw_status capability_clear(struct pd *pd, uint64_t handle);

/* For the destruction of a PD: one frame of its table, 0 when none is left. */
uint64_t capability_take_frame(struct pd *pd);

/*
 * `page`, known to be below `count`, and 0 where the CPU only guesses so: it must not follow an
 * index of the user's out of the table. In assembly, as a compiler would see that it is no use.
 */
static inline uint32_t capability_clamp(uint32_t page, uint32_t count)
{
	uint32_t mask;

	__asm__("cmp %2, %1; sbb %0, %0" : "=r"(mask) : "r"(page), "r"(count) : "cc");
	return page & mask;
}

static inline struct capability *capability_slot(const struct pd *pd, uint32_t index)
{
	uint32_t page = index / HW_CAPS_PER_FRAME;
	uint64_t frame;

	if (page >= pd->capability_frames)
		return NULL;
	page = capability_clamp(page, pd->capability_frames);
	if (page < PD_DIRECT_FRAMES) {
		frame = pd->direct[page];
	} else {
		uint32_t rest = page - PD_DIRECT_FRAMES;
		uint64_t directory = pd->directory[rest / PD_INDIRECT_FRAMES];
		const uint32_t *entries = frame_memory(directory * HW_PAGE_SIZE);

		frame = entries[rest % PD_INDIRECT_FRAMES];
	}
	return (struct capability *)frame_memory(frame * HW_PAGE_SIZE) + index % HW_CAPS_PER_FRAME;
}

/* The capability of that kind, NULL if the handle names none. Slot 0 is never set. */
static inline const struct capability *capability_find(const struct pd *pd, uint64_t handle,
						       enum hw_cap_kind kind)
{
	const struct capability *slot = capability_slot(pd, HW_HANDLE_INDEX(handle));

	if (!slot || (slot->object & 3) != kind ||
	    (slot->check & 0xff) != HW_HANDLE_GENERATION(handle))
		return NULL;
	return slot;
}

/* NULL if the thread is gone, even when something else lives in its frame now. */
static inline struct thread *capability_thread(const struct capability *capability)
{
	uint64_t index = capability->object >> 8;
	struct thread *thread = frame_memory(index * HW_PAGE_SIZE);

	if (frames[index].kind != FRAME_THREAD ||
	    (thread->serial & SERIAL_MASK) != capability->check >> 8)
		return NULL;
	return thread;
}

struct signal *capability_signal(const struct capability *capability);
