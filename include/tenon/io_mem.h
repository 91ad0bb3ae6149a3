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
 *
 * Ownership: the dataspace is core's; the driver has a capability to it, to be released like any.
 *
 * @code{.c}
 * #include <tenon/session.h>
 *
 * // The registers of the device that the route's label names.
 * static tn_error example_registers(struct tn_session *session, volatile uint32_t **registers)
 * {
 *         tn_dataspace_cap memory;
 *         uint64_t size;
 *         void *address = NULL;
 *         tn_error error = tn_session_open("IO_MEM", "", (struct tn_quota){ 0, 0 },
 *                                          &tn_io_mem_interface, session);
 *         if (error != TN_OK)
 *                 return error;
 *         error = tn_io_mem_dataspace((tn_io_mem_cap){ session->cap }, &size, &memory);
 *         if (error == TN_OK)
 *                 error = tn_attach(memory, 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE, &address);
 *         if (error != TN_OK)
 *                 tn_session_close(session);
 *         *registers = address;
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>

#define TN_IO_MEM(RPC, I)                                                            \
	/* To be attached as any other, not executable. It ends with the session. */ \
	RPC(I, dataspace, Out(uint64_t, size), OutCap(tn_dataspace_cap, dataspace))

TN_RPC_INTERFACE(tn_io_mem, TN_IO_MEM)
