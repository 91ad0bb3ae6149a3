/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The IRQ session of core: one interrupt, for the driver of its device (feature IRQ).
 *
 * Who may have devices is the parents' decision: such a session is opened at core by way of init,
 * and init gives it only to a child with a route that names the service; the route may give the
 * label, so that the driver need not know where its device is. What a session has, no other session
 * gets. Price: PRICE_SESSION. No operation waits.
 *
 * The label ends with the number of the interrupt line, as the machine counts them: on a PC that of
 * the I/O APICs, where ISA's are 0 to 15. Whether it is an edge or a level, and which, is as the
 * firmware says. Reasons for denial: TN_ERR_ARGUMENT (the label), TN_ERR_NOT_FOUND (no such line),
 * TN_ERR_BUSY (the kernel's, or another session's; core's log says).
 *
 * Nothing is delivered before the first ack. After each delivery there is none until the next ack,
 * so that a device which does not calm down costs nobody but its driver. What comes in between is
 * one more delivery: it is not lost.
 *
 * Ownership: the interrupt is the session's until it is closed; the signal stays its creator's.
 *
 * @code{.c}
 * static tn_irq_cap example_line;
 *
 * static void example_occurred(void *argument)
 * {
 *         (void)argument; // look at the device here, until it wants nothing more
 *         tn_error error = tn_irq_ack(example_line);
 *         (void)error; // gone with the session: nothing is left to do
 * }
 *
 * static tn_error example_listen(struct tn_entrypoint *entrypoint)
 * {
 *         static struct tn_signal occurred = { .handler = example_occurred };
 *         tn_error error = tn_signal_create(entrypoint, &occurred);
 *         if (error == TN_OK)
 *                 error = tn_irq_watch(example_line, occurred.cap);
 *         return error == TN_OK ? tn_irq_ack(example_line) : error; // the first one
 * }
 * @endcode
 */
#pragma once

#include <tenon/signal.h>

#define TN_IRQ(RPC, I)                                                                            \
	/* Submitted at each delivery; another one replaces it. Price: as a signal core keeps. */ \
	RPC(I, watch, InCap(tn_signal_cap, occurred))                                             \
	/* The driver has looked at its device, or will now. TN_ERR_NOT_FOUND: nobody watches. */ \
	RPC(I, ack)

TN_RPC_INTERFACE(tn_irq, TN_IRQ)
