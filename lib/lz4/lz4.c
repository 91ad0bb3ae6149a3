/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/lz4.h>
#include <tenon/memory.h>

enum { MAGIC = 0x184d2204, PLAIN = (int)0x80000000, CHECKSUM_SIZE = 4 };

/* Bits of the head's first byte; above them the version, which is 1. */
enum {
	HAS_DICTIONARY = 1,
	RESERVED = 2,
	HAS_SIZE = 8,
	HAS_BLOCK_CHECKSUMS = 16,
	INDEPENDENT = 32,
	VERSION_SHIFT = 6
};

/* Matches are at least so long; a length of this value goes on in further bytes. */
enum { MATCH_MIN = 4, LENGTH_MORE = 15, OFFSET_SIZE = 2 };

static uint64_t little_endian(const unsigned char *bytes, unsigned count)
{
	uint64_t value = 0;
	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

tn_error tn_lz4_frame(const void *file, size_t size, struct tn_lz4_frame *frame)
{
	const unsigned char *head = file;
	if (size < 7 || little_endian(head, 4) != MAGIC)
		return TN_ERR_FORMAT;
	unsigned flags = head[4], shape = head[5] >> 4;
	if (flags >> VERSION_SHIFT != 1 || flags & (HAS_DICTIONARY | RESERVED) ||
	    !(flags & INDEPENDENT) || shape < 4 || shape > 7)
		return TN_ERR_FORMAT;
	frame->first = flags & HAS_SIZE ? 15 : 7; /* the head's own checksum is its last byte */
	if (size < frame->first)
		return TN_ERR_FORMAT;
	frame->size = flags & HAS_SIZE ? little_endian(head + 6, 8) : 0;
	frame->block_size = (size_t)1 << (8 + 2 * shape);
	frame->has_checksums = flags & HAS_BLOCK_CHECKSUMS;
	return TN_OK;
}

tn_error tn_lz4_place(const struct tn_lz4_frame *frame, const void *file, size_t size, size_t at,
		      struct tn_lz4_place *place)
{
	const unsigned char *bytes = file;
	if (at > size || size - at < TN_LZ4_BLOCK_HEAD)
		return TN_ERR_FORMAT;
	uint32_t word = (uint32_t)little_endian(bytes + at, TN_LZ4_BLOCK_HEAD);
	place->plain = word & (uint32_t)PLAIN;
	place->size = word & ~(uint32_t)PLAIN;
	place->at = at + TN_LZ4_BLOCK_HEAD;
	size_t behind = frame->has_checksums ? CHECKSUM_SIZE : 0;
	if (place->size > frame->block_size || size - place->at < place->size ||
	    (place->size && size - place->at - place->size < behind))
		return TN_ERR_FORMAT;
	place->next = place->at + place->size + behind;
	return TN_OK;
}

/* A block that is being unpacked. */
struct unpacking {
	const unsigned char *in, *in_end;
	unsigned char *out, *out_begin, *out_end;
};

/* The rest of a length, of which the token has four bits. False: it ends with the block. */
static bool read_length(struct unpacking *u, size_t *length)
{
	unsigned char byte = 255;
	if (*length != LENGTH_MORE)
		return true;
	while (byte == 255) {
		if (u->in == u->in_end)
			return false;
		byte = *u->in++;
		*length += byte;
	}
	return true;
}

static bool copy_literals(struct unpacking *u, size_t length)
{
	if (length > (size_t)(u->in_end - u->in) || length > (size_t)(u->out_end - u->out))
		return false;
	memcpy(u->out, u->in, length);
	u->in += length;
	u->out += length;
	return true;
}

/* What is copied may itself be made by this copy: it doubles each time. */
static bool copy_match(struct unpacking *u, size_t offset, size_t length)
{
	if (!offset || offset > (size_t)(u->out - u->out_begin) ||
	    length > (size_t)(u->out_end - u->out))
		return false;
	const unsigned char *from = u->out - offset;
	while (length) {
		size_t there = (size_t)(u->out - from);
		size_t n = length < there ? length : there;
		memcpy(u->out, from, n);
		u->out += n;
		length -= n;
	}
	return true;
}

/* Literals, then a match; the last sequence has literals alone. */
static bool copy_sequence(struct unpacking *u)
{
	unsigned token = *u->in++;
	size_t literals = token >> 4, match = token & 15;
	if (!read_length(u, &literals) || !copy_literals(u, literals))
		return false;
	if (u->in == u->in_end)
		return true;
	if (u->in_end - u->in < OFFSET_SIZE)
		return false;
	size_t offset = (size_t)little_endian(u->in, OFFSET_SIZE);
	u->in += OFFSET_SIZE;
	return read_length(u, &match) && copy_match(u, offset, match + MATCH_MIN);
}

tn_error tn_lz4_block(const void *block, size_t size, bool plain, void *to, size_t room,
		      size_t *length)
{
	struct unpacking u = { .in = block, .out_begin = to };
	u.in_end = u.in + size;
	u.out = u.out_begin;
	u.out_end = u.out + room;
	if (plain && !copy_literals(&u, size))
		return TN_ERR_FORMAT;
	while (u.in != u.in_end)
		if (!copy_sequence(&u))
			return TN_ERR_FORMAT;
	*length = (size_t)(u.out - u.out_begin);
	return TN_OK;
}
