/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "capability.h"

struct signal *capability_signal(const struct capability *capability)
{
	uint64_t index = capability->object >> 8;
	uint64_t part = capability->object >> 2 & (HW_SIGNALS_PER_FRAME - 1);
	struct signal *signal = signal_find(index * HW_PAGE_SIZE + part * HW_SIGNAL_SIZE);

	if (!signal || (signal->serial & SERIAL_MASK) != capability->check >> 8)
		return NULL;
	return signal;
}

/* Where the number of the next capability frame goes; NULL: its directory is missing. */
static uint32_t *next_entry(struct pd *pd)
{
	uint32_t page = pd->capability_frames, rest = page - PD_DIRECT_FRAMES;
	uint64_t directory;

	if (page < PD_DIRECT_FRAMES)
		return pd->direct + page;
	directory = pd->directory[rest / PD_INDIRECT_FRAMES];
	if (!directory)
		return NULL;
	return (uint32_t *)frame_memory(directory * HW_PAGE_SIZE) + rest % PD_INDIRECT_FRAMES;
}

enum hw_status capability_grow(struct pd *pd, uint64_t frame)
{
	uint32_t *entry;

	if (pd->capability_frames == HW_CAP_FRAMES_MAX)
		return HW_ERR_ARGUMENT;
	if (!frame_donatable(frame))
		return HW_ERR_FRAME;

	frame_take(frame, FRAME_CAPABILITIES);
	entry = next_entry(pd);
	if (!entry) {
		pd->directory[(pd->capability_frames - PD_DIRECT_FRAMES) / PD_INDIRECT_FRAMES] =
			(uint32_t)(frame / HW_PAGE_SIZE);
		return HW_ERR_AGAIN;
	}
	*entry = (uint32_t)(frame / HW_PAGE_SIZE);
	pd->capability_frames++;
	return HW_OK;
}

/* The serial number of the object that core names as a target, 0 if there is none. */
static uint64_t target_serial(uint64_t kind, uint64_t target)
{
	const struct thread *thread;
	const struct signal *signal;

	switch (kind) {
	case HW_CAP_OBJECT:
		thread = thread_find(target);
		return thread ? thread->serial : 0;
	case HW_CAP_SIGNAL:
		signal = signal_find(target);
		return signal ? signal->serial : 0;
	default:
		return 0;
	}
}

enum hw_status capability_set(struct pd *pd, uint64_t handle, uint64_t kind, uint64_t target,
			      uint64_t badge)
{
	struct capability *slot = capability_slot(pd, HW_HANDLE_INDEX(handle));
	uint64_t serial;

	if (!slot || HW_HANDLE_INDEX(handle) == 0)
		return HW_ERR_CAP;
	if (kind != HW_CAP_OBJECT && kind != HW_CAP_SIGNAL)
		return HW_ERR_ARGUMENT;
	if (slot->object)
		return HW_ERR_OCCUPIED;
	serial = target_serial(kind, target);
	if (!serial)
		return HW_ERR_FRAME;

	*slot = (struct capability){
		.object = (uint32_t)(target / HW_PAGE_SIZE << 8 |
				     target % HW_PAGE_SIZE / HW_SIGNAL_SIZE << 2 | kind),
		.check = (uint32_t)((serial & SERIAL_MASK) << 8) | HW_HANDLE_GENERATION(handle),
		.badge = badge,
	};
	return HW_OK;
}

enum hw_status capability_clear(struct pd *pd, uint64_t handle)
{
	struct capability *slot = capability_slot(pd, HW_HANDLE_INDEX(handle));

	if (!slot || !slot->object || (slot->check & 0xff) != HW_HANDLE_GENERATION(handle))
		return HW_ERR_CAP;
	*slot = (struct capability){ 0 };
	return HW_OK;
}

uint64_t capability_take_frame(struct pd *pd)
{
	uint64_t frame;

	if (pd->capability_frames) {
		uint32_t *entry;

		pd->capability_frames--;
		entry = next_entry(pd);
		frame = *entry;
		*entry = 0;
		return frame * HW_PAGE_SIZE;
	}
	for (unsigned i = 0; i < PD_DIRECTORIES; i++) {
		frame = pd->directory[i];
		pd->directory[i] = 0;
		if (frame)
			return frame * HW_PAGE_SIZE;
	}
	return 0;
}
