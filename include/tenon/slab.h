/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Slabs: any number of objects of one size, cut out of pages that come and go.
 *
 * A static library. Pages come from a callback, or are given one by one; what they are made of and
 * who pays is their giver's business. A page in which no object is left goes back, except for one
 * that is kept, so that an object that is allocated and freed time and again costs no page each
 * time. Allocating and freeing take constant time, beside that of the callbacks. Nothing here
 * blocks, unless these do. Nothing here locks: one thread at a time.
 *
 * Where the number of objects is known, tenon/pool.h is simpler.
 *
 * Ownership: a page is the slab's from when it is given until it comes back; an object is the
 * user's from tn_slab_alloc() until tn_slab_free().
 *
 * @code{.c}
 * struct example_packet {
 *         uint64_t length;
 *         char bytes[120];
 * };
 *
 * // In a component, a callback would get pages by tn_dataspace_alloc().
 * static tn_error example_slab(void *page, void **returned)
 * {
 *         enum { OBJECT = sizeof(struct example_packet), PAGE = 4096 };
 *         struct tn_slab slab;
 *         void *packet;
 *         tn_error error = tn_slab_init(&slab, OBJECT, PAGE, NULL, NULL, NULL);
 *         if (error != TN_OK)
 *                 return error;
 *         tn_slab_give(&slab, page);
 *         error = tn_slab_alloc(&slab, &packet);
 *         if (error == TN_OK)
 *                 tn_slab_free(&slab, packet);
 *         *returned = tn_slab_take_page(&slab);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <tenon/error.h>
#include <tenon/list.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief Gets a page: of the slab's page size, aligned to it, any contents. NULL: there is none.
 */
typedef void *tn_slab_get_page(void *self);

/** @brief Takes a page back, one that was given or that the other callback got. */
typedef void tn_slab_put_page(void *self, void *page);

/** @brief A slab. Must not move. */
struct tn_slab {
	size_t used;  /**< @brief Objects allocated. Read only. */
	size_t pages; /**< @brief Pages held. Read only. */
	/* private */
	size_t object_size, page_size, first_offset;
	uint32_t per_page;
	struct tn_list partial; /* pages in which objects are used, and others are free */
	struct tn_list empty;
	tn_slab_get_page *get_page;
	tn_slab_put_page *put_page;
	void *self;
};

/**
 * @brief Makes a slab without pages.
 *
 * @param object_size  of the user's structure: objects are aligned as its type needs, to 64 at most
 * @param page_size    in bytes, a power of two
 * @param get_page     NULL: pages are only given by tn_slab_give()
 * @param put_page     NULL: pages are only taken back by tn_slab_take_page()
 * @param self         passed to the callbacks
 * @return TN_ERR_ARGUMENT: no object fits in a page, or @p page_size is no power of two
 */
TN_MUST_USE tn_error tn_slab_init(struct tn_slab *slab, size_t object_size, size_t page_size,
				  tn_slab_get_page *get_page, tn_slab_put_page *put_page,
				  void *self);

/** @brief Gives a page: of the slab's page size, and aligned to it. */
void tn_slab_give(struct tn_slab *slab, void *page);

/** @brief Allocates an object, not zeroed. TN_ERR_OUT_OF_RAM: no page has room for it, and there is
 * no other to get; *object is NULL then. */
TN_MUST_USE tn_error tn_slab_alloc(struct tn_slab *slab, void **object);

/** @brief Frees an object of this slab, one that is in use. NULL is fine, and nothing. */
void tn_slab_free(struct tn_slab *slab, void *object);

/** @brief Takes a page back in which nothing is allocated; NULL if there is none. When all objects
 * are freed, repeating it gets every page. */
void *tn_slab_take_page(struct tn_slab *slab);

#ifdef __cplusplus
}
#endif
