/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What readers see of a file: blocks in frames. Faults tell of the first access to a block that is
 * not shown; of those that follow nobody hears. So a frame that was shown for long is hidden first,
 * and keeps its content: who needs it shows that by a fault, and it is shown again at no cost.
 * Frames are taken from those that were hidden for longest.
 */
#include "lz4-rom.h"

#include <tenon/component.h>

/* One of so many frames is hidden. An instruction may need six blocks at once. */
enum { HIDDEN_SHARE = 4, FRAMES_MIN = 8 };

static struct frame *first(const struct tn_list *list)
{
	struct tn_list_node *node = tn_list_first(list);
	return node ? TN_CONTAINER_OF(node, struct frame, node) : NULL;
}

static uint64_t offset_of(const struct rom *rom, uint32_t block)
{
	return (uint64_t)block * rom->file.frame.block_size;
}

static uint64_t in_memory(const struct rom *rom, const struct frame *frame)
{
	return (uint64_t)(frame - rom->frames) * rom->file.frame.block_size;
}

/* The last block may end before its frame does. */
static uint64_t size_of(const struct rom *rom, uint32_t block)
{
	uint64_t end = (rom->file.content_size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	uint64_t left = end - offset_of(rom, block);
	return left < rom->file.frame.block_size ? left : rom->file.frame.block_size;
}

static tn_error show(struct rom *rom, struct frame *frame)
{
	uint64_t at, size;
	uint32_t rights = TN_RIGHT_READ | (rom->executable ? TN_RIGHT_EXECUTE : 0);
	tn_error error = tn_region_map_attach(rom->map, rom->memory, offset_of(rom, frame->block),
					      in_memory(rom, frame), size_of(rom, frame->block),
					      rights, &at, &size);
	if (error != TN_OK)
		return error;
	tn_list_remove(&frame->node);
	tn_list_append(&rom->shown, &frame->node);
	frame->is_shown = true;
	rom->shown_count++;
	return TN_OK;
}

static void hide(struct rom *rom, struct frame *frame)
{
	uint64_t at, size;
	tn_error error;
	do
		error = tn_region_map_detach(rom->map, offset_of(rom, frame->block), &at, &size);
	while (error == TN_ERR_AGAIN);
	tn_list_remove(&frame->node);
	tn_list_append(&rom->hidden, &frame->node);
	frame->is_shown = false;
	rom->shown_count--;
}

/* There is one: not all of them are shown, but where all blocks have a frame. */
static struct frame *take_frame(struct rom *rom)
{
	if (rom->frames_used < rom->frame_count)
		return &rom->frames[rom->frames_used++];
	struct frame *frame = first(&rom->hidden);
	rom->frame_of[frame->block] = NULL;
	rom->taken++;
	return frame;
}

static tn_error bring(struct rom *rom, uint32_t block)
{
	struct frame *frame = rom->frame_of[block];
	if (frame && frame->is_shown) /* somebody wants to write */
		return TN_OK;
	if (frame) {
		rom->shown_again++;
		return show(rom, frame);
	}
	frame = take_frame(rom);
	tn_list_remove(&frame->node);
	frame->block = block;
	tn_error error = file_unpack(&rom->file, block, rom->at + in_memory(rom, frame));
	if (error != TN_OK)
		return error;
	rom->unpacked++;
	rom->frame_of[block] = frame;
	return show(rom, frame);
}

/* Readers must not wait for what never comes: they fault. */
static void give_up(struct rom *rom, tn_error error)
{
	tn_log("%s: %s cannot be shown any more: %s", rom->name, rom->file_name,
	       tn_error_text(error));
	do
		error = tn_rm_destroy(rom->rm, rom->map);
	while (error == TN_ERR_AGAIN);
	tn_cap_release(rom->content.handle);
	tn_rom_source_show(&rom->source, (tn_dataspace_cap){ 0 }, 0);
}

static void faulted(void *argument)
{
	struct rom *rom = argument;
	struct tn_region_fault fault = { .more = 1 };
	while (fault.more && tn_region_map_fault_next(rom->map, &fault) == TN_OK) {
		tn_error error = bring(rom, (uint32_t)(fault.offset / rom->file.frame.block_size));
		if (error != TN_OK) {
			give_up(rom, error);
			return;
		}
		while (rom->shown_count > rom->frame_count - rom->frame_count / HIDDEN_SHARE)
			hide(rom, first(&rom->shown));
	}
}

/* For all that readers can touch at once, for a while. */
static tn_error make_frames(struct rom *rom)
{
	uint64_t block = rom->file.frame.block_size;
	void *at = NULL;
	uint64_t count = rom->memory_size / block;
	rom->frame_count =
		(uint32_t)(count < rom->file.block_count ? count : rom->file.block_count);
	if (count < FRAMES_MIN) {
		tn_log("%s: memory= must be at least %llu: %u blocks of %s", rom->name,
		       (unsigned long long)(FRAMES_MIN * block), FRAMES_MIN, rom->file_name);
		return TN_ERR_ARGUMENT;
	}
	tn_list_init(&rom->shown);
	tn_list_init(&rom->hidden);
	rom->frames = tn_heap_alloc(rom->frame_count * sizeof(rom->frames[0]));
	rom->frame_of = tn_heap_alloc(rom->file.block_count * sizeof(rom->frame_of[0]));
	if (!rom->frames || !rom->frame_of)
		return TN_ERR_OUT_OF_RAM;
	memset(rom->frames, 0, rom->frame_count * sizeof(rom->frames[0]));
	memset(rom->frame_of, 0, rom->file.block_count * sizeof(rom->frame_of[0]));
	tn_error error = tn_dataspace_alloc(rom->frame_count * block, &rom->memory);
	if (error == TN_OK)
		error = tn_attach(rom->memory, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &at);
	rom->at = at;
	return error;
}

tn_error pager_create(struct rom *rom, tn_rm_cap rm, struct tn_entrypoint *entrypoint)
{
	tn_error error = make_frames(rom);
	if (error != TN_OK)
		return error;
	rom->rm = rm;
	rom->faulted.handler = faulted;
	rom->faulted.argument = rom;
	error = tn_rm_create(rm, rom->file.content_size, &rom->map, &rom->content);
	if (error == TN_OK)
		error = tn_signal_create(entrypoint, &rom->faulted);
	if (error == TN_OK)
		error = tn_region_map_fault_signal(rom->map, rom->faulted.cap);
	if (error == TN_OK)
		tn_rom_source_show(&rom->source, rom->content, rom->file.content_size);
	return error;
}
