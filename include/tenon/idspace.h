/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Id spaces: numbers for objects, to hand out to peers who must not hold pointers.
 *
 * A static library. An id is a place in a table and the place's generation, so that one which is no
 * longer valid, or was made up, finds nothing; only after 2^32 - 1 objects in the same place does
 * an id come up again, and places are reused in turn. Adding, finding and removing take constant
 * time. Nothing is allocated, nothing blocks. Nothing here locks: one thread at a time, or many
 * that only look.
 *
 * Ids are no secret: who guesses one gets what it names, unless the user checks whose it is.
 *
 * Ownership: the table is memory of the caller's, used until the id space is; so are the objects.
 *
 * @code{.c}
 * // Adds to a table that is replaced by a larger one when it is full.
 * static tn_error example_add(struct tn_idspace *space, struct tn_idspace_slot larger[16],
 *                             void *session, tn_id *id)
 * {
 *         tn_error error = tn_idspace_add(space, session, id);
 *         if (error != TN_ERR_LIMIT)
 *                 return error;
 *         error = tn_idspace_grow(space, larger, 16);
 *         return error == TN_OK ? tn_idspace_add(space, session, id) : error;
 * }
 *
 * // The id comes from a client: it may be anything.
 * static tn_error example_close(struct tn_idspace *space, tn_id id)
 * {
 *         return tn_idspace_remove(space, id) ? TN_OK : TN_ERR_NOT_FOUND;
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

/** @brief An id. 0 is none. */
typedef uint64_t tn_id;

/** @brief A place in the table: 16 bytes where pointers have 8. */
struct tn_idspace_slot {
	void *object;        /* private; NULL: free */
	uint32_t generation; /* of the id that it has, or will have next */
	uint32_t next_free;  /* private */
};

/** @brief An id space. May be moved. */
struct tn_idspace {
	struct tn_idspace_slot *slots;  /**< @brief The table. Read only. */
	uint32_t capacity;              /**< @brief Places in it. Read only. */
	uint32_t used;                  /**< @brief Objects in it. Read only. */
	uint32_t fresh;                 /* private: places from here on were never used */
	uint32_t first_free, last_free; /* private */
};

/** @brief Makes an empty id space over a table, whatever is in that. No table, of 0, is fine. */
void tn_idspace_init(struct tn_idspace *space, struct tn_idspace_slot *slots, uint32_t capacity);

/**
 * @brief Gives an id to an object; to the same one twice, if asked to.
 *
 * @return TN_ERR_LIMIT: the table is full; TN_ERR_ARGUMENT: @p object is NULL. *id is 0 then.
 */
TN_MUST_USE tn_error tn_idspace_add(struct tn_idspace *space, void *object, tn_id *id);

/** @brief The object of an id; NULL if that is not or no longer valid, whoever made it up. */
void *tn_idspace_find(const struct tn_idspace *space, tn_id id);

/** @brief Makes an id invalid. Returns the object that it had, NULL if it was not valid. */
void *tn_idspace_remove(struct tn_idspace *space, tn_id id);

/**
 * @brief Goes on in a larger table; ids stay what they are.
 *
 * Takes time in proportion to the old table, which is copied; it is in space->slots before, and the
 * caller's again after.
 * @return TN_ERR_ARGUMENT: the new table is not larger
 */
TN_MUST_USE tn_error tn_idspace_grow(struct tn_idspace *space, struct tn_idspace_slot *slots,
				     uint32_t capacity);

/**
 * @brief All objects in turn, by place.
 *
 * @param id    in: 0, or the last one, which may have been removed since; out: the next one
 * @return the next object, or NULL, and 0 in *id, if there is no more
 */
void *tn_idspace_next(const struct tn_idspace *space, tn_id *id);

#ifdef __cplusplus
}
#endif
