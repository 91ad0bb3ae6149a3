/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The IO_PORT session of core: I/O ports of a device, for its driver (feature IO_PORT).
 *
 * Who may have devices is the parents' decision: such a session is opened at core by way of init,
 * and init gives it only to a child with a route that names the service; the route may give the
 * label, so that the driver need not know where its device is. What a session has, no other session
 * gets. Price: PRICE_SESSION. No operation waits.
 *
 * The label ends with "FIRST COUNT", decimal or 0x.... Reasons for denial: TN_ERR_ARGUMENT (the
 * label), TN_ERR_CONFLICT (ports that the kernel needs for itself, or another session's; core's log
 * says). Executables contain no I/O instruction, so that they are the same where there are no
 * ports: each access is a call to core.
 *
 * `in8`, `in16`, `in32` read, `out8`, `out16`, `out32` write.
 *
 * Ownership: the ports are the session's, until it is closed.
 *
 * @code{.c}
 * // A 16550 at the first port of the session: sends one byte when it has room.
 * static tn_error example_send(tn_io_port_cap ports, char byte)
 * {
 *         uint8_t status = 0;
 *         tn_error error = TN_OK;
 *         while (error == TN_OK && !(status & 0x20))
 *                 error = tn_io_port_in8(ports, 5, &status);
 *         return error == TN_OK ? tn_io_port_out8(ports, 0, (uint8_t)byte) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

#define TN_IO_PORT(RPC, I)                                                                       \
	/* One access of 8, 16 or 32 bits at `offset` ports above the first. TN_ERR_ARGUMENT: */ \
	/* not all of it is the session's. */                                                    \
	RPC(I, in8, In(uint16_t, offset), Out(uint8_t, value))                                   \
	RPC(I, in16, In(uint16_t, offset), Out(uint16_t, value))                                 \
	RPC(I, in32, In(uint16_t, offset), Out(uint32_t, value))                                 \
	RPC(I, out8, In(uint16_t, offset), In(uint8_t, value))                                   \
	RPC(I, out16, In(uint16_t, offset), In(uint16_t, value))                                 \
	RPC(I, out32, In(uint16_t, offset), In(uint32_t, value))

TN_RPC_INTERFACE(tn_io_port, TN_IO_PORT)
