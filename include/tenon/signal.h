/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signals: notifications without payload, like interrupts.
 *
 * Contract, the same on every kernel: after the last submit the handler runs at least once; submits
 * that come before it has run coalesce; nothing is counted, and a handler may run once more than
 * needed. Submitting never blocks and never allocates.
 *
 * Errors: TN_ERR_CAPABILITY, TN_ERR_GONE, and out of RAM or caps where a signal is made.
 *
 * @code{.c}
 * static void example_changed(void *argument)
 * {
 *         unsigned *changes = argument;
 *         (*changes)++; // several submits may have come before
 * }
 *
 * // Makes the signal whose `cap` others get to submit.
 * static tn_error example_signal(struct tn_entrypoint *entrypoint, struct tn_signal *signal,
 *                                unsigned *changes)
 * {
 *         *signal = (struct tn_signal){ .handler = example_changed, .argument = changes };
 *         return tn_signal_create(entrypoint, signal);
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

/* The receiver's side. The memory is the receiver's, until tn_signal_destroy(). */
struct tn_signal {
	void (*handler)(void *argument);  /* may be NULL for one that is only waited for */
	void *argument;                   /* of the handler */
	struct tn_entrypoint *entrypoint; /* private */
	uint32_t key;                     /* private */
	bool pending; /* private: submitted, seen by the runtime, not yet handled */
	struct tn_signal *next_pending; /* private */
	tn_signal_cap cap;              /* the receiver's own capability, to hand out */
};

/* Handler runs at `entrypoint`, one at a time with its requests. Errors: out of RAM or caps. */
TN_EXTERN TN_MUST_USE tn_error tn_signal_create(struct tn_entrypoint *entrypoint,
						struct tn_signal *signal);
/* On another thread than its entrypoint's: waits for the handler under way. */
TN_EXTERN void tn_signal_destroy(struct tn_signal *signal);

/* Capability invalid: TN_ERR_CAPABILITY. Receiver gone: TN_ERR_GONE or, as it may be noticed late,
 * TN_OK. */
TN_EXTERN tn_error tn_signal_submit(tn_signal_cap cap);

/*
 * Blocks the calling thread, which must be the entrypoint's own, until `signal` is submitted; its
 * handler is not called. Meanwhile no request is served and other signals are kept for later.
 */
TN_EXTERN void tn_signal_wait(struct tn_signal *signal);
