/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Region maps: what is where. A PD's address space is one (tn_pd.address_space), and so is what a
 * managed dataspace shows (rm.h), which others attach as they attach memory.
 *
 * Addresses are those of the address space, or offsets in the managed dataspace; all are multiples
 * of the page size. Each region costs its map's PD PRICE_REGION, in an address space with the page
 * tables it may touch. No operation waits for anybody but, on some kernels and for a bounded time,
 * for components to give up what is taken from them: who does not, is ended and reported.
 *
 * Ownership: the map is its PD's, or its creator's (rm.h); a dataspace that is attached stays who
 * allocated it, and leaves the map when it is freed. Whoever has a capability to a map may change
 * it: give it to nobody else.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * // Attaches at a fixed place, or says what is in the way.
 * static tn_error example_attach(struct tn_env *env, tn_dataspace_cap memory, uint64_t address)
 * {
 *         uint64_t at, size;
 *         uint32_t reserved;
 *         tn_region_map_cap space;
 *         tn_error error = tn_pd_address_space(tn_env_pd(env), &space);
 *         if (error != TN_OK)
 *                 return error;
 *         error = tn_region_map_attach(space, memory, address, 0, 0, TN_RIGHT_READ, &at, &size);
 *         if (error == TN_ERR_CONFLICT &&
 *             tn_region_map_find(space, address, TN_PAGE_SIZE, &at, &size, &reserved) == TN_OK)
 *                 tn_log("in the way: %llu bytes at %llx", (unsigned long long)size,
 *                        (unsigned long long)at);
 *         tn_cap_release(space.handle);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>

/* Wherever there is room: the lowest gap that is not reserved. */
#define TN_ANYWHERE UINT64_MAX

/* An access to a managed dataspace that found nothing, or not with this right. */
struct tn_region_fault {
	uint64_t offset; /* of the page, in the managed dataspace */
	uint64_t thread; /* whose it is: a number that no other thread has, and that says no more */
	uint32_t access; /* TN_RIGHT_READ, _WRITE or _EXECUTE */
	uint32_t more; /* 1: others wait that nobody was told of; 0: then the signal comes again */
};

#define TN_REGION_MAP(RPC, I)                                                                      \
	/* As tn_attach(); rights are what may be reached through this place at most. A managed */ \
	/* dataspace may be attached to another, TN_RM_DEPTH_MAX deep: TN_ERR_LIMIT; to itself, */ \
	/* also by way of others: TN_ERR_DEADLOCK. Whoever waits for what is there now goes on. */ \
	RPC(I, attach, InCap(tn_dataspace_cap, dataspace), In(uint64_t, address),                  \
	    In(uint64_t, offset), In(uint64_t, size), In(uint32_t, rights),                        \
	    Out(uint64_t, attached_at), Out(uint64_t, attached_size))                              \
	/* Nothing is attached to this range by TN_ANYWHERE until `unreserve`; a fixed address */  \
	/* within is allowed. TN_ERR_CONFLICT: something is attached or reserved there. */         \
	RPC(I, reserve, In(uint64_t, address), In(uint64_t, size), Out(uint64_t, reserved_at))     \
	/* Undoes the reservation that contains the address. */                                    \
	RPC(I, unreserve, In(uint64_t, address))                                                   \
	/* Undoes the attachment that contains the address: when it returns, nobody in any PD */   \
	/* reaches the memory through it. TN_ERR_NOT_FOUND: there is none. TN_ERR_AGAIN: it is */  \
	/* large, and not all is done; to be called again. */                                      \
	RPC(I, detach, In(uint64_t, address), Out(uint64_t, detached_at),                          \
	    Out(uint64_t, detached_size))                                                          \
	/* The first thing in the way in [address, address + size), attached or reserved; what */  \
	/* TN_ERR_CONFLICT was about. TN_ERR_NOT_FOUND: nothing. */                                \
	RPC(I, find, In(uint64_t, address), In(uint64_t, size), Out(uint64_t, found_at),           \
	    Out(uint64_t, found_size), Out(uint32_t, is_reserved))                                 \
	/* Managed dataspaces alone (TN_ERR_DENIED for address spaces): the signal is submitted */ \
	/* when a thread begins to wait; then `fault_next` while there is more, or until */        \
	/* TN_ERR_NOT_FOUND. Each fault is told once; the thread waits until something is */       \
	/* attached there. */                                                                      \
	RPC(I, fault_signal, InCap(tn_signal_cap, faulted))                                        \
	/* See fault_signal. */                                                                    \
	RPC(I, fault_next, Out(struct tn_region_fault, fault))

TN_RPC_INTERFACE(tn_region_map, TN_REGION_MAP)
