/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Bounded pools: a fixed number of objects of one size in memory of the caller's.
 *
 * A static library. That the pool is used up is an error code, and nobody else's problem.
 * Everything takes constant time, nothing blocks. Nothing here locks: one thread at a time.
 *
 * Ownership: the memory stays the caller's, and is used until the pool no longer is; an object is
 * the user's from tn_pool_alloc() until tn_pool_free().
 *
 * @code{.c}
 * struct example_request {
 *         uint64_t sector;
 *         uint32_t count;
 * };
 *
 * // How many requests there can be at a time.
 * static unsigned example_pool(void)
 * {
 *         static struct example_request memory[8];
 *         struct tn_pool pool;
 *         void *request;
 *         unsigned count = 0;
 *         if (tn_pool_init(&pool, memory, sizeof(memory), sizeof(memory[0])) != TN_OK)
 *                 return 0;
 *         while (tn_pool_alloc(&pool, &request) == TN_OK)
 *                 count++;
 *         return count;
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenon/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief A pool. May be moved. */
struct tn_pool {
	size_t capacity; /**< @brief Objects that there can be. Read only. */
	size_t used;     /**< @brief Objects allocated. Read only. */
	/* private */
	unsigned char *memory;
	size_t object_size;
	size_t fresh; /* objects from here on were never used and are not linked */
	void *free;
};

/**
 * @brief Makes a pool of as many objects as fit, without looking at the memory.
 *
 * @param memory       aligned as objects need it, and to pointers at least
 * @param size         of the memory, in bytes
 * @param object_size  in bytes; a multiple of a pointer's size, or rounded up to that
 * @return TN_ERR_ARGUMENT: misaligned, no room for one object, or @p object_size is 0
 */
TN_MUST_USE tn_error tn_pool_init(struct tn_pool *pool, void *memory, size_t size,
				  size_t object_size);

/** @brief Allocates an object, not zeroed. TN_ERR_LIMIT: all are in use; *object is NULL then. */
TN_MUST_USE tn_error tn_pool_alloc(struct tn_pool *pool, void **object);

/** @brief Frees an object of this pool, one that is in use. NULL is fine, and nothing. */
void tn_pool_free(struct tn_pool *pool, void *object);

/** @brief Whether @p object points to an object of this pool, in use or not. */
bool tn_pool_contains(const struct tn_pool *pool, const void *object);

#ifdef __cplusplus
}
#endif
