/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Memory: dataspaces, the address space they are attached to, and the heap.
 *
 * All of it is paid from the component's own RAM quota. Blocking: none of these waits for anybody
 * but core.
 *
 * Ownership: who allocates a dataspace owns it, others borrow it by capability; attachments and
 * heap blocks are the component's. Sizes are in bytes. Errors: TN_ERR_OUT_OF_RAM where nothing
 * else is said.
 *
 * @code{.c}
 * static tn_error example_buffer(size_t size, tn_dataspace_cap *dataspace, void **buffer)
 * {
 *         tn_error error = tn_dataspace_alloc(size, dataspace);
 *         if (error != TN_OK)
 *                 return error;
 *         *buffer = NULL; // anywhere
 *         error = tn_attach(*dataspace, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, buffer);
 *         if (error != TN_OK)
 *                 tn_dataspace_free(*dataspace);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

#define TN_DATASPACE(RPC, I)                                                        \
	/* Size in bytes, a multiple of the page size; what may be mapped of it. */ \
	RPC(I, info, Out(uint64_t, size), Out(uint32_t, rights))

TN_RPC_INTERFACE(tn_dataspace, TN_DATASPACE)

/* Zeroed RAM, rounded up to pages. The caller owns it and gives it back by tn_dataspace_free(). */
TN_EXTERN TN_MUST_USE tn_error tn_dataspace_alloc(size_t size, tn_dataspace_cap *dataspace);

/*
 * Destroys a dataspace that this component has allocated: when it returns, nobody in the system
 * reaches the memory, and the quota is back. Detaches it here, too.
 */
TN_EXTERN void tn_dataspace_free(tn_dataspace_cap dataspace);

/*
 * From now on, and for good, a dataspace that this component has allocated can be read only, by
 * everybody and here as well: it is filled first, then sealed, then handed to as many readers as
 * there are, of whom none can change what the others see. TN_ERR_BUSY: it is attached writable
 * somewhere. TN_ERR_DENIED: another's dataspace.
 */
TN_EXTERN TN_MUST_USE tn_error tn_dataspace_seal(tn_dataspace_cap dataspace);

/*
 * Makes [offset, offset + size) of a dataspace accessible; size 0 is all the rest. *address: in:
 * where (page aligned) or NULL for anywhere; out: where it is. Rights are TN_RIGHT_*; writable and
 * executable together are refused with TN_ERR_DENIED, as are rights that the dataspace has not.
 * TN_ERR_CONFLICT: something is attached there. TN_ERR_ARGUMENT: misaligned or out of range.
 */
TN_EXTERN TN_MUST_USE tn_error tn_attach(tn_dataspace_cap dataspace, size_t offset, size_t size,
					 uint32_t rights, void **address);

/* Undoes the attachment that contains `address`. TN_ERR_NOT_FOUND if there is none. */
TN_EXTERN tn_error tn_detach(const void *address);

/*
 * Copies between own memory and memory that somebody else may destroy at any time. Never faults,
 * never waits for anybody's pager: TN_ERR_FAULT when a part of the source or of the destination
 * was not there, in which case any part of the copy may have been done.
 */
TN_EXTERN TN_MUST_USE tn_error tn_guarded_copy(void *to, const void *from, size_t size);

/* Heap of the component; aligned to 16. NULL when the RAM quota is exhausted. */
TN_EXTERN void *tn_heap_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
/* Frees a block of the heap. NULL is fine, and nothing. A runtime of a checked build (make
 * CHECKED=1) notices a block that was freed before, is none, or was written beyond:
 * doc/debugging.md. */
TN_EXTERN void tn_heap_free(void *block);

/* What the heap has, see tn_heap_usage(). */
struct tn_heap_usage {
	uint64_t held;   /* bytes of the dataspaces that the heap has; small blocks' ones stay */
	uint64_t used;   /* bytes of them in blocks that are not freed, with what each wastes */
	uint64_t blocks; /* not freed */
};

/* Of the component's heap, at this moment. */
TN_EXTERN void tn_heap_usage(struct tn_heap_usage *usage);

/* Freestanding memory functions that compilers emit calls to. */
TN_EXTERN void *memcpy(void *__restrict to, const void *__restrict from, size_t size);
TN_EXTERN void *memmove(void *to, const void *from, size_t size);
TN_EXTERN void *memset(void *to, int value, size_t size);
TN_EXTERN int memcmp(const void *a, const void *b, size_t size);
