/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The packed file. Its server may take it away at any time, and may change it: all of it is copied
 * guardedly before it is looked at, and unpacking trusts nothing.
 */
#include "lz4-rom.h"

#include <tenon/rom.h>

static tn_error attach(struct file *file, const char *name)
{
	const struct tn_quota donation = { TN_ROM_RAM, TN_ROM_CAPS };
	struct tn_session session;
	tn_dataspace_cap version;
	uint64_t size = 0, room = 0;
	uint32_t rights;
	void *at = NULL;
	tn_error error = tn_session_open("ROM", name, donation, &tn_rom_interface, &session);
	if (error == TN_OK)
		error = tn_rom_dataspace((tn_rom_cap){ session.cap }, &size, &version);
	if (error == TN_OK)
		error = tn_dataspace_info(version, &room, &rights);
	if (error == TN_OK && size > room)
		error = TN_ERR_FORMAT;
	if (error == TN_OK)
		error = tn_attach(version, 0, 0, TN_RIGHT_READ, &at);
	file->bytes = at;
	file->size = (size_t)size;
	return error;
}

static tn_error read_head(struct file *file)
{
	unsigned char head[TN_LZ4_HEAD_MAX];
	size_t size = file->size < sizeof(head) ? file->size : sizeof(head);
	tn_error error = tn_guarded_copy(head, file->bytes, size);
	if (error == TN_OK)
		error = tn_lz4_frame(head, size, &file->frame);
	if (error == TN_OK && !file->frame.size)
		error = TN_ERR_FORMAT;
	return error;
}

static tn_error find_block(const struct file *file, uint64_t at, struct tn_lz4_place *place)
{
	unsigned char head[TN_LZ4_BLOCK_HEAD];
	if (at > file->size || file->size - at < sizeof(head))
		return TN_ERR_FORMAT;
	size_t left = file->size - (size_t)at;
	tn_error error = tn_guarded_copy(head, file->bytes + at, sizeof(head));
	if (error == TN_OK)
		error = tn_lz4_place(&file->frame, head, left, 0, place);
	if (error != TN_OK)
		return error;
	place->at += (size_t)at;
	place->next += (size_t)at;
	return TN_OK;
}

/* One for each block_size of content, and then the end. */
static tn_error find_blocks(struct file *file)
{
	struct tn_lz4_place place;
	uint64_t at = file->frame.first;
	for (uint32_t i = 0; i < file->block_count; i++) {
		tn_error error = find_block(file, at, &place);
		if (error == TN_OK && !place.size)
			error = TN_ERR_FORMAT;
		if (error != TN_OK)
			return error;
		file->blocks[i] = at;
		at = place.next;
	}
	tn_error error = find_block(file, at, &place);
	return error == TN_OK && place.size ? TN_ERR_FORMAT : error;
}

tn_error file_open(struct file *file, const char *name)
{
	tn_error error = attach(file, name);
	if (error == TN_OK)
		error = read_head(file);
	if (error != TN_OK)
		return error;
	file->content_size = file->frame.size;
	uint64_t count = (file->content_size - 1) / file->frame.block_size + 1;
	if (count > file->size / TN_LZ4_BLOCK_HEAD)
		return TN_ERR_FORMAT;
	file->block_count = (uint32_t)count;
	file->blocks = tn_heap_alloc(count * sizeof(file->blocks[0]));
	file->packed = tn_heap_alloc(file->frame.block_size);
	return file->blocks && file->packed ? find_blocks(file) : TN_ERR_OUT_OF_RAM;
}

static size_t length_of(const struct file *file, uint32_t block)
{
	uint64_t left = file->content_size - (uint64_t)block * file->frame.block_size;
	return left < file->frame.block_size ? (size_t)left : file->frame.block_size;
}

tn_error file_unpack(const struct file *file, uint32_t block, unsigned char *to)
{
	struct tn_lz4_place place;
	size_t length = length_of(file, block), found = 0;
	tn_error error = find_block(file, file->blocks[block], &place);
	if (error == TN_OK)
		error = tn_guarded_copy(file->packed, file->bytes + place.at, place.size);
	if (error == TN_OK)
		error = tn_lz4_block(file->packed, place.size, place.plain, to, length, &found);
	if (error == TN_OK && found != length)
		error = TN_ERR_FORMAT;
	memset(to + length, 0, file->frame.block_size - length);
	return error;
}
