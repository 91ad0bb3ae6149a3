/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The DMA session of core: memory that devices reach, for their drivers (feature DMA).
 *
 * Who may have devices is the parents' decision: such a session is opened at core by way of init,
 * and init gives it only to a child with a route that names the service; the route may give the
 * label, so that the driver need not know where its device is. What a session has, no other session
 * gets. Price: PRICE_SESSION. No operation waits.
 *
 * Bus addresses are told of DMA dataspaces alone, and to who holds a DMA session. Where the feature
 * DMA_PROTECTION is absent, a device can be told any address: a driver that may have DMA is trusted
 * with all memory. It has to stop the device before it frees what the device may still write to.
 *
 * Ownership: the memory is the PD's that it was allocated for, until tn_dataspace_free().
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * // Descriptors that driver and device share, and where the device finds them.
 * static tn_error example_ring(struct tn_env *env, tn_dma_cap dma, void **ring, uint64_t *bus)
 * {
 *         tn_dma_dataspace_cap memory;
 *         tn_error error = tn_dma_alloc(dma, tn_env_pd(env), TN_PAGE_SIZE, &memory, bus);
 *         if (error != TN_OK)
 *                 return error;
 *         *ring = NULL;
 *         error = tn_attach(tn_dma_dataspace(memory), 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, ring);
 *         if (error != TN_OK)
 *                 tn_dataspace_free(tn_dma_dataspace(memory));
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/pd.h>

/* A dataspace of physically adjacent pages that stay where they are. */
typedef struct tn_dma_dataspace_cap {
	tn_handle handle;
} tn_dma_dataspace_cap;

/* As a dataspace, to be attached, handed on, and freed (tn_dataspace_free()). */
static inline tn_dataspace_cap tn_dma_dataspace(tn_dma_dataspace_cap memory)
{
	tn_dataspace_cap dataspace = { memory.handle };
	return dataspace;
}

#define TN_DMA(RPC, I)                                                                             \
	/* Zeroed RAM, paid and owned by the PD like that of tn_dataspace_alloc(); below 4 GiB, */ \
	/* as devices may have no more address lines. TN_ERR_OUT_OF_RAM: also if no adjacent */    \
	/* pages are free. */                                                                      \
	RPC(I, alloc, InCap(tn_pd_cap, pd), In(uint64_t, size),                                    \
	    OutCap(tn_dma_dataspace_cap, memory), Out(uint64_t, bus_address))                      \
	/* TN_ERR_ARGUMENT: a dataspace of another type. */                                        \
	RPC(I, address, InCap(tn_dma_dataspace_cap, memory), Out(uint64_t, bus_address))

TN_RPC_INTERFACE(tn_dma, TN_DMA)
