/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Positions count records modulo twice the capacity, so that a full ring differs from an empty one
 * and no record is left unused.
 */
#include <tenon/ring.h>

/*
 * 8 bytes, although the position needs 4: a guarded copy, which copies words of 8 where it can,
 * then copies all of it at once.
 */
struct cell {
	_Alignas(8) uint32_t position;
	uint32_t reserved;
};

struct header {
	_Alignas(64) struct cell written;
	_Alignas(64) struct cell taken;
};
_Static_assert(sizeof(struct cell) == 8, "copied at once");
_Static_assert(sizeof(struct header) == TN_RING_HEADER_SIZE, "as told to users");

/* Three times as much has to fit into a position: a full ring's count is added before wrapping. */
#define CAPACITY_MAX ((uint32_t)1 << 30)

static tn_error load(const struct tn_ring_end *end, uint32_t *position)
{
	const struct cell *peer = end->peer;
	struct cell copied = { 0, 0 };
	tn_error error = TN_OK;
	if (!end->copy) {
		*position = __atomic_load_n(&peer->position, __ATOMIC_ACQUIRE);
		return TN_OK;
	}
	error = end->copy(&copied, peer, sizeof(copied));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*position = copied.position;
	return error;
}

static tn_error store(const struct tn_ring_end *end, uint32_t position)
{
	struct cell *own = end->own;
	struct cell copied = { position, 0 };
	if (!end->copy) {
		__atomic_store_n(&own->position, position, __ATOMIC_RELEASE);
		return TN_OK;
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return end->copy(own, &copied, sizeof(copied));
}

static tn_error copy_bytes(const struct tn_ring_end *end, void *to, const void *from, size_t size)
{
	if (end->copy)
		return end->copy(to, from, size);
	__builtin_memcpy(to, from, size);
	return TN_OK;
}

/* How far it is from one position to another. */
static uint32_t distance(const struct tn_ring_end *end, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + 2 * end->capacity - from;
}

/* From the reader's position to the writer's, the peer's checked. */
static tn_error filled(const struct tn_ring_end *end, int writes, uint32_t *count)
{
	uint32_t peer = 0;
	tn_error error = load(end, &peer);
	*count = 0;
	if (error != TN_OK)
		return error;
	if (peer >= 2 * end->capacity)
		return TN_ERR_PROTOCOL;
	*count = writes ? distance(end, peer, end->position) : distance(end, end->position, peer);
	return *count <= end->capacity ? TN_OK : TN_ERR_PROTOCOL;
}

/* How many of `count` records from this side's position on lie before the end of the memory. */
static uint32_t straight(const struct tn_ring_end *end, uint32_t count, unsigned char **at)
{
	uint32_t index = end->position;
	if (index >= end->capacity)
		index -= end->capacity;
	*at = end->data + index * end->record_size;
	return count < end->capacity - index ? count : end->capacity - index;
}

static tn_error publish(struct tn_ring_end *end, uint32_t count)
{
	uint32_t position = end->position + count;
	tn_error error;
	if (position >= 2 * end->capacity)
		position -= 2 * end->capacity;
	error = store(end, position);
	if (error == TN_OK)
		end->position = position;
	return error;
}

static tn_error end_init(struct tn_ring_end *end, void *memory, size_t size, size_t record_size,
			 tn_ring_copy *copy)
{
	size_t capacity;
	if ((uintptr_t)memory % 8 || !record_size || size < TN_RING_HEADER_SIZE)
		return TN_ERR_ARGUMENT;
	capacity = (size - TN_RING_HEADER_SIZE) / record_size;
	if (!capacity)
		return TN_ERR_ARGUMENT;
	end->data = (unsigned char *)memory + TN_RING_HEADER_SIZE;
	end->record_size = record_size;
	end->capacity = capacity < CAPACITY_MAX ? (uint32_t)capacity : CAPACITY_MAX;
	end->position = 0;
	end->copy = copy;
	return TN_OK;
}

/* The memory need not be aligned to 64 as the header says: only the distance matters. */
static void *cell_at(void *memory, size_t offset)
{
	return (unsigned char *)memory + offset;
}

tn_error tn_ring_writer_init(struct tn_ring_writer *writer, void *memory, size_t size,
			     size_t record_size, tn_ring_copy *copy)
{
	writer->end.own = cell_at(memory, offsetof(struct header, written));
	writer->end.peer = cell_at(memory, offsetof(struct header, taken));
	return end_init(&writer->end, memory, size, record_size, copy);
}

tn_error tn_ring_reader_init(struct tn_ring_reader *reader, void *memory, size_t size,
			     size_t record_size, tn_ring_copy *copy)
{
	reader->end.own = cell_at(memory, offsetof(struct header, taken));
	reader->end.peer = cell_at(memory, offsetof(struct header, written));
	return end_init(&reader->end, memory, size, record_size, copy);
}

tn_error tn_ring_room(const struct tn_ring_writer *writer, uint32_t *count)
{
	tn_error error = filled(&writer->end, 1, count);
	*count = error == TN_OK ? writer->end.capacity - *count : 0;
	return error;
}

tn_error tn_ring_available(const struct tn_ring_reader *reader, uint32_t *count)
{
	tn_error error = filled(&reader->end, 0, count);
	if (error != TN_OK)
		*count = 0;
	return error;
}

tn_error tn_ring_write(struct tn_ring_writer *writer, const void *records, uint32_t count,
		       uint32_t *written)
{
	struct tn_ring_end *end = &writer->end;
	const unsigned char *from = records;
	unsigned char *at;
	uint32_t room, first;
	tn_error error = tn_ring_room(writer, &room);
	*written = 0;
	count = count < room ? count : room;
	if (error != TN_OK || !count)
		return error;
	first = straight(end, count, &at);
	error = copy_bytes(end, at, from, first * end->record_size);
	if (error == TN_OK && first < count)
		error = copy_bytes(end, end->data, from + first * end->record_size,
				   (count - first) * end->record_size);
	if (error == TN_OK)
		error = publish(end, count);
	if (error == TN_OK)
		*written = count;
	return error;
}

tn_error tn_ring_read(struct tn_ring_reader *reader, void *records, uint32_t count, uint32_t *read)
{
	struct tn_ring_end *end = &reader->end;
	unsigned char *to = records, *at;
	uint32_t available, first;
	tn_error error = tn_ring_available(reader, &available);
	*read = 0;
	count = count < available ? count : available;
	if (error != TN_OK || !count)
		return error;
	first = straight(end, count, &at);
	error = copy_bytes(end, to, at, first * end->record_size);
	if (error == TN_OK && first < count)
		error = copy_bytes(end, to + first * end->record_size, end->data,
				   (count - first) * end->record_size);
	if (error == TN_OK)
		error = publish(end, count);
	if (error == TN_OK)
		*read = count;
	return error;
}

tn_error tn_ring_put(struct tn_ring_writer *writer, const void *record)
{
	uint32_t written;
	tn_error error = tn_ring_write(writer, record, 1, &written);
	return error == TN_OK && !written ? TN_ERR_AGAIN : error;
}

tn_error tn_ring_take(struct tn_ring_reader *reader, void *record)
{
	uint32_t read;
	tn_error error = tn_ring_read(reader, record, 1, &read);
	return error == TN_OK && !read ? TN_ERR_AGAIN : error;
}
