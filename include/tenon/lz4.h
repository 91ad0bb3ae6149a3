/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Reading LZ4: files as the command lz4 makes them, a block at a time. A static library without
 * memory of its own, for who has to unpack what others have packed; there is nothing to pack with.
 *
 * What is read is not trusted: whatever it says, nothing outside of the caller's buffers is read
 * or written. Checksums are passed over. No function blocks. Ownership: buffers are the caller's.
 * Errors: TN_ERR_FORMAT, for what is damaged or of a kind that is not read here.
 *
 * Source of the formats: lz4_Block_format.md and lz4_Frame_format.md (1.6.2) of the LZ4 project.
 *
 * @code{.c}
 * #include <tenon/lz4.h>
 *
 * // The first block of a file in memory: to have any other, note where each one is.
 * static tn_error example_first(const void *file, size_t size, void *to, size_t room)
 * {
 *         struct tn_lz4_frame frame;
 *         struct tn_lz4_place place;
 *         size_t length;
 *         tn_error error = tn_lz4_frame(file, size, &frame);
 *         if (error != TN_OK)
 *                 return error;
 *         error = tn_lz4_place(&frame, file, size, frame.first, &place);
 *         if (error != TN_OK)
 *                 return error;
 *         const unsigned char *block = (const unsigned char *)file + place.at;
 *         return tn_lz4_block(block, place.size, place.plain, to, room, &length);
 * }
 * @endcode
 */
#pragma once

#include <tenon/error.h>
#include <tenon/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest head of a file, and what stands before a block, in bytes. */
#define TN_LZ4_HEAD_MAX   15u
#define TN_LZ4_BLOCK_HEAD 4u

/* What a file's head says. Sizes and offsets are in bytes. */
struct tn_lz4_frame {
	uint64_t size;      /* of the content; 0: the file does not say */
	size_t block_size;  /* of the content of each block but the last one, 64 KiB to 4 MiB */
	size_t first;       /* offset of the first block's head */
	bool has_checksums; /* behind each block */
};

/* Where a block is. */
struct tn_lz4_place {
	size_t at, size; /* of its packed content; size 0: the end, there is none */
	size_t next;     /* offset of the next block's head */
	bool plain;      /* not packed at all */
};

/*
 * Reads the head of a file, of which `size` bytes are there. Blocks have to be independent of each
 * other, as they are without the option -BD; without a dictionary.
 */
TN_MUST_USE tn_error tn_lz4_frame(const void *file, size_t size, struct tn_lz4_frame *frame);

/* Reads the head of the block at offset `at` of a file of `size` bytes; all of the block is there.
 */
TN_MUST_USE tn_error tn_lz4_place(const struct tn_lz4_frame *frame, const void *file, size_t size,
				  size_t at, struct tn_lz4_place *place);

/* Unpacks one block, which is independent of others; *length: how much of `room` it fills. */
TN_MUST_USE tn_error tn_lz4_block(const void *block, size_t size, bool plain, void *to, size_t room,
				  size_t *length);

#ifdef __cplusplus
}
#endif
