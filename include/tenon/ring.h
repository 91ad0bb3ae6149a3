/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Ring buffers: a stream of bytes or of records from one writer to one reader, over memory
 * that both share, without locks.
 *
 * A static library; no allocation. Nothing blocks or waits: one writes what fits and reads what is
 * there. To tell the other side, submit a signal after writing or reading; as signals coalesce but
 * are not lost, a reader that on each signal reads until there is no more misses nothing.
 *
 * Who may touch what: one thread writes by its struct tn_ring_writer, one reads by its struct
 * tn_ring_reader. Both are private to their side; the shared memory holds only the data and how far
 * each side is.
 *
 * Trust: neither side has to trust the other, which may write anything anywhere at any time. Each
 * side keeps its own position to itself, reads the other's once for each operation, and checks it:
 * an impossible one gives TN_ERR_PROTOCOL, after which the peer is best given up. Nothing outside
 * of the memory is ever accessed, and data is copied once, so that what was read no longer changes.
 * What the data says is the reader's to check. Where the peer can take the memory itself away, pass
 * tn_guarded_copy() of tenon/memory.h as @c copy: TN_ERR_FAULT then says so.
 *
 * Memory: TN_RING_SIZE() bytes, aligned to 8, zeroed before both start. It is the user's to
 * provide, to share, and to free when no side uses it any longer.
 *
 * @code{.c}
 * struct example_event {
 *         uint32_t kind, value;
 * };
 *
 * // Both sides in one component, for brevity; usually the memory is a dataspace.
 * static tn_error example_ring(struct example_event event, struct example_event *seen)
 * {
 *         enum { RECORD = sizeof(struct example_event), SIZE = TN_RING_SIZE(RECORD, 16) };
 *         static uint64_t memory[SIZE / 8];
 *         struct tn_ring_writer writer;
 *         struct tn_ring_reader reader;
 *         tn_error error = tn_ring_writer_init(&writer, memory, SIZE, RECORD, NULL);
 *         if (error == TN_OK)
 *                 error = tn_ring_reader_init(&reader, memory, SIZE, RECORD, NULL);
 *         if (error == TN_OK)
 *                 error = tn_ring_put(&writer, &event);
 *         if (error == TN_OK)
 *                 error = tn_ring_take(&reader, seen);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <tenon/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief What precedes the data: each side's position, in a cache line of its own. */
#define TN_RING_HEADER_SIZE ((size_t)128)

/** @brief Bytes of memory for a ring of @p count records, rounded up to 8. */
#define TN_RING_SIZE(record_size, count) \
	(TN_RING_HEADER_SIZE + (((size_t)(record_size) * (count) + 7) & ~(size_t)7))

/** @brief Copies to or from memory that may go away; tn_guarded_copy() is one. */
typedef tn_error tn_ring_copy(void *to, const void *from, size_t size);

/** @brief One side of a ring. Private. */
struct tn_ring_end {
	void *own;        /* where this side's position is published */
	const void *peer; /* where the other side's is */
	unsigned char *data;
	size_t record_size;
	uint32_t capacity; /* records */
	uint32_t position; /* of this side: records, modulo 2 * capacity */
	tn_ring_copy *copy;
};

/** @brief The side that writes. May be moved. */
struct tn_ring_writer {
	struct tn_ring_end end; /* private */
};

/** @brief The side that reads. May be moved. */
struct tn_ring_reader {
	struct tn_ring_end end; /* private */
};

/**
 * @brief Begins to write to a ring that nothing was written to.
 *
 * @param memory       zeroed, aligned to 8
 * @param size         of it, in bytes; both sides have to know the same one
 * @param record_size  in bytes; 1 for a stream of bytes
 * @param copy         NULL if nobody can take the memory away
 * @return TN_ERR_ARGUMENT: misaligned, no room for one record, or @p record_size is 0
 */
TN_MUST_USE tn_error tn_ring_writer_init(struct tn_ring_writer *writer, void *memory, size_t size,
					 size_t record_size, tn_ring_copy *copy);

/** @brief Begins to read from a ring that nothing was read from; as above. */
TN_MUST_USE tn_error tn_ring_reader_init(struct tn_ring_reader *reader, void *memory, size_t size,
					 size_t record_size, tn_ring_copy *copy);

/** @brief Records that fit in all. */
static inline uint32_t tn_ring_capacity(const struct tn_ring_writer *writer)
{
	return writer->end.capacity;
}

/**
 * @brief Writes as many records as there is room for.
 *
 * @param records  @p count of them, one behind the other
 * @param written  how many were; unless TN_OK is returned, 0
 * @return TN_OK, also if none fits; TN_ERR_PROTOCOL or TN_ERR_FAULT, see above
 */
TN_MUST_USE tn_error tn_ring_write(struct tn_ring_writer *writer, const void *records,
				   uint32_t count, uint32_t *written);

/**
 * @brief Reads as many records as are there, @p count at most.
 *
 * @param records  room for @p count of them; what is behind those that were read is left alone,
 *                 unless TN_ERR_FAULT is returned
 * @param read     how many were; unless TN_OK is returned, 0
 * @return TN_OK, also if there is none; TN_ERR_PROTOCOL or TN_ERR_FAULT, see above
 */
TN_MUST_USE tn_error tn_ring_read(struct tn_ring_reader *reader, void *records, uint32_t count,
				  uint32_t *read);

/** @brief Writes one record: TN_ERR_AGAIN if there is no room, else like tn_ring_write(). */
TN_MUST_USE tn_error tn_ring_put(struct tn_ring_writer *writer, const void *record);

/** @brief Reads one record: TN_ERR_AGAIN if there is none, else like tn_ring_read(). */
TN_MUST_USE tn_error tn_ring_take(struct tn_ring_reader *reader, void *record);

/** @brief How many records could be written now. An honest peer only makes it more. */
TN_MUST_USE tn_error tn_ring_room(const struct tn_ring_writer *writer, uint32_t *count);

/** @brief How many records could be read now. An honest peer only makes it more. */
TN_MUST_USE tn_error tn_ring_available(const struct tn_ring_reader *reader, uint32_t *count);

#ifdef __cplusplus
}
#endif
