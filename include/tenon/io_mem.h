/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The IO_MEM session of core: memory of a device, for its driver (feature IO_MEM).
 *
 * Who may have devices is the parents' decision: such a session is opened at core by way of init,
 * and init gives it only to a child with a route that names the service; the route may give the
 * label, so that the driver need not know where its device is. What a session has, no other session
 * gets. Price: PRICE_SESSION. No operation waits.
 *
 * The label ends with "BASE SIZE" or "BASE SIZE write-combined": physical address and size, decimal
 * or 0x..., whole pages, as a page is the smallest piece that can be protected. Without the word,
 * accesses are neither cached nor combined. Reasons for denial: TN_ERR_ARGUMENT (the label),
 * TN_ERR_CONFLICT (RAM, what the kernel needs for itself, or another session's; core's log says).
 */
#pragma once

#include <tenon/memory.h>

#define TN_IO_MEM(RPC, I)                                                            \
	/* To be attached as any other, not executable. It ends with the session. */ \
	RPC(I, dataspace, Out(uint64_t, size), OutCap(tn_dataspace_cap, dataspace))

TN_RPC_INTERFACE(tn_io_mem, TN_IO_MEM)
