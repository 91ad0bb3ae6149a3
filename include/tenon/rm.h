/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The RM session of core: managed dataspaces, for components that decide page by page what others
 * see (pagers).
 *
 * Exchange: a component opens an "RM" session and creates managed dataspaces. It hands the
 * dataspace to its clients, who attach it as any other, in as many places as they like. An access
 * to a page that nothing is attached to, or not with that right, is signalled to the creator; the
 * thread waits, alone, until something is attached there (region_map.h).
 *
 * Price of the session: PRICE_SESSION; of a managed dataspace: PRICE_REGION_MAP, two capabilities,
 * and PRICE_REGION for each piece, paid by who creates it. Clients pay for their own attachment,
 * page tables included.
 *
 * Trust: who attaches a managed dataspace relies on its creator for an answer at each access, and
 * for what it finds there. tn_guarded_copy() does not: it fails where nothing is attached. The
 * creator relies on nobody: it never waits, and what it detaches or destroys is gone for all. When
 * it ends, those who wait, and whoever touches the memory later, have a fault of their own. Do not
 * keep in managed memory of one's own making what the runtime works on under a lock (struct
 * tn_object, tn_signal, mutexes).
 *
 * Ownership: map and dataspace are their creator's, until `destroy` or its end.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * struct example_pager {
 *         tn_region_map_cap map;
 *         tn_dataspace_cap memory; // as large as the managed dataspace
 *         struct tn_signal faulted;
 * };
 *
 * // A page that is missing is that of the memory.
 * static void example_resolve(void *argument)
 * {
 *         struct example_pager *pager = argument;
 *         struct tn_region_fault fault;
 *         uint64_t at, size;
 *         while (tn_region_map_fault_next(pager->map, &fault) == TN_OK)
 *                 if (tn_region_map_attach(pager->map, pager->memory, fault.offset, fault.offset,
 *                                          TN_PAGE_SIZE, TN_RIGHT_READ | TN_RIGHT_WRITE, &at,
 *                                          &size) != TN_OK)
 *                         tn_log("cannot resolve the fault at %llx",
 *                                (unsigned long long)fault.offset);
 * }
 *
 * static tn_error example_create(struct tn_env *env, tn_rm_cap rm, struct example_pager *pager,
 *                                tn_dataspace_cap *managed)
 * {
 *         pager->faulted.handler = example_resolve;
 *         pager->faulted.argument = pager;
 *         tn_error error = tn_dataspace_alloc(1 << 20, &pager->memory);
 *         if (error == TN_OK)
 *                 error = tn_rm_create(rm, 1 << 20, &pager->map, managed);
 *         if (error == TN_OK)
 *                 error = tn_signal_create(tn_env_entrypoint(env), &pager->faulted);
 *         if (error == TN_OK)
 *                 error = tn_region_map_fault_signal(pager->map, pager->faulted.cap);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/region_map.h>

/* Managed dataspaces in a row, from the one that a component attaches to the memory. */
#define TN_RM_DEPTH_MAX 8u

#define TN_RM(RPC, I)                                                                              \
	/* The size is rounded up to pages. The dataspace's rights are all; what can be reached */ \
	/* is what each attachment on the way allows. */                                           \
	RPC(I, create, In(uint64_t, size), OutCap(tn_region_map_cap, map),                         \
	    OutCap(tn_dataspace_cap, dataspace))                                                   \
	/* By its creator alone. As detaching all that is in it, and from everywhere. */           \
	/* TN_ERR_AGAIN: not all is done, to be called again. */                                   \
	RPC(I, destroy, InCap(tn_region_map_cap, map))

TN_RPC_INTERFACE(tn_rm, TN_RM)
