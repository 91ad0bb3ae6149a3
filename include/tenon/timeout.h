/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Many timeouts out of one Timer session: a static library.
 *
 * Handlers run at the entrypoint that the timeouts were opened for, one at a time with its requests
 * and signals, in the order of their deadlines, and of equal ones in the order in which they were
 * set; never before the deadline. Handlers may set and cancel any timeout, their own too. All
 * functions are for that entrypoint's thread.
 *
 * Times are in microseconds, of the Timer service's clock. Setting one costs logarithmic time in
 * how many are set, a call for the clock (not tn_timeout_at()), and two calls more if it is the
 * earliest of all. Nothing is allocated. A timeout's memory is its user's, as long as it is set.
 *
 * Errors: TN_ERR_ARGUMENT (beyond the end of time), and those of the Timer session: when its server
 * is gone, what is set stays silent, and whoever sets another timeout is told TN_ERR_GONE.
 *
 * @code{.c}
 * static void example_blink(void *argument)
 * {
 *         bool *on = argument;
 *         *on = !*on;
 * }
 *
 * // Twice a second.
 * static tn_error example_timeouts(struct tn_entrypoint *entrypoint, bool *on)
 * {
 *         static struct tn_timeouts timeouts;
 *         static struct tn_timeout blink = { .handler = example_blink };
 *         blink.argument = on;
 *         tn_error error = tn_timeouts_open(&timeouts, entrypoint);
 *         return error == TN_OK ? tn_timeout_periodic(&timeouts, &blink, 500000) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/session.h>
#include <tenon/timer.h>
#include <tenon/tree.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One timeout. Set handler and argument, zero the rest. */
struct tn_timeout {
	void (*handler)(void *argument); /* may set and cancel timeouts, must not block for long */
	void *argument;                  /* handed to it */
	/* private: */
	uint64_t deadline;
	uint64_t period; /* 0: once */
	struct tn_tree_node node;
	bool set;
};

/* All timeouts of one entrypoint. The memory is the caller's. Zeroed: not open. */
struct tn_timeouts {
	/* private: */
	struct tn_session session;
	struct tn_signal expired;
	struct tn_tree set;
	uint64_t programmed; /* what the server knows; UINT64_MAX: none */
	bool running;        /* handlers: what is earliest is told to the server at their end */
};

/* Opens the session, which is paid for (TN_TIMER_RAM, TN_TIMER_CAPS), and blocks as each. */
TN_MUST_USE tn_error tn_timeouts_open(struct tn_timeouts *timeouts,
				      struct tn_entrypoint *entrypoint);

/* Cancels all and closes. Not from a handler of a timeout. */
void tn_timeouts_close(struct tn_timeouts *timeouts);

/* The clock, in microseconds from an arbitrary start. A call to the server. */
TN_MUST_USE tn_error tn_timeouts_now(const struct tn_timeouts *timeouts, uint64_t *us);

/* Sets a timeout, anew if it is set: at least `us` from now. */
TN_MUST_USE tn_error tn_timeout_once(struct tn_timeouts *timeouts, struct tn_timeout *timeout,
				     uint64_t us);

/* At a time of the clock; when that is over, as soon as possible. */
TN_MUST_USE tn_error tn_timeout_at(struct tn_timeouts *timeouts, struct tn_timeout *timeout,
				   uint64_t us);

/*
 * Every `us` from now, which must not be 0. The deadlines are whole periods from the start, however
 * late a handler runs; those that are over when it runs are left out.
 */
TN_MUST_USE tn_error tn_timeout_periodic(struct tn_timeouts *timeouts, struct tn_timeout *timeout,
					 uint64_t us);

/* Its handler does not run any more. Of one that is not set: nothing. */
void tn_timeout_cancel(struct tn_timeouts *timeouts, struct tn_timeout *timeout);

/* For who does not return to its entrypoint: blocks until the server tells of time, then runs the
 * handlers that are due, which may be none. Without any timeout set it blocks for good. */
void tn_timeouts_wait(struct tn_timeouts *timeouts);

/* Whether its handler is still to run. Of one that fires once: false from within its handler. */
static inline bool tn_timeout_is_set(const struct tn_timeout *timeout)
{
	return timeout->set;
}

#ifdef __cplusplus
}
#endif
