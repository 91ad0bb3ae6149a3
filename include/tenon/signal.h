/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signals: notifications without payload, like interrupts.
 *
 * Contract, the same on every kernel: after the last submit the handler runs at least once; submits
 * that come before it has run coalesce; nothing is counted, and a handler may run once more than
 * needed. Submitting never blocks and never allocates.
 */
#pragma once

#include <tenon/rpc.h>

/* The receiver's side. The memory is the receiver's, until tn_signal_destroy(). */
struct tn_signal {
	void (*handler)(void *argument); /* may be NULL for one that is only waited for */
	void *argument;
	struct tn_entrypoint *entrypoint;
	uint32_t key;
	bool pending; /* submitted, seen by the runtime, not yet handled */
	struct tn_signal *next_pending;
	tn_signal_cap cap; /* the receiver's own capability, to hand out */
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
