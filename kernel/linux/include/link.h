/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Link: the memory of a channel, mapped by its client and its server, and the server's side of the
 * exchange, which core and the runtimes share.
 *
 * One slot: a client's threads take turns, as the entrypoint serves one request at a time anyway.
 * The client writes the message, then `request`, a number that it has not used before, then its
 * eventfd. The server's epoll instance watches the eventfd edge-triggered: each write yields an
 * event, none is lost, and nobody reads it. A request is pending while request != reply. To reply,
 * the server writes the results, then `reply`, the futex word that the client sleeps on.
 *
 * No wake-up of a sleeping client is lost: the client stores `waiting`, then compares `reply`
 * (again in the kernel, under its lock); the server stores `reply`, then loads `waiting`. Both
 * put a full fence in between, so at least one of them sees the other's store: either the client
 * does not sleep or the server wakes it.
 *
 * A server that expects the next request soon does not sleep at once: it sets `polling` and looks
 * at `request` itself, and the client need not write the eventfd. Here, too, nothing is lost: the
 * client stores `request`, then loads `polling`; the server clears `polling`, then looks at
 * `request` once more; with full fences in between.
 *
 * Each end can scribble over all of it at any time. What is read from here is read once, and
 * checked by the reader; what is wrong harms the two ends of this channel alone.
 */
#pragma once

#include <linux_abi.h>
#include <linux_call.h>
#include <linux/futex.h>
#include <tenon/rpc.h>

enum { LINK_SIGNAL_WORDS = 8, LINK_SIGNALS = 64 * LINK_SIGNAL_WORDS };

/*
 * Which of the signals that share a bit are pending: none, one, or it may be any of them. The bit
 * only tells where to look: it is set after this, and cleared before this is taken; beside a bit
 * there may be none, taken by an earlier look. Until the receiver has looked up in its grants what
 * it has taken, `taking` says of which bit that was, so that core finds each submit if its sender
 * ends. test/model/signal.pml shows that none is lost.
 */
enum { LINK_SIGNAL_NONE = 0, LINK_SIGNAL_ATTEMPTS = 64 };
#define LINK_SIGNAL_SEVERAL UINT32_MAX

struct link {
	uint32_t request, reply, waiting;
	uint32_t opcode, length, cap_count;
	uint32_t grant, serial; /* core's link: handle and 0 */
	uint32_t status, reply_length, reply_cap_count;
	uint32_t thread;           /* of the client, that waits for the reply */
	uint32_t entrypoint;       /* the server's thread + 1, written by core; only a hint */
	uint32_t polling;          /* the server looks at `request` without being rung */
	uint32_t mark, reply_mark; /* of the capabilities, struct tn_call */
	uint32_t taking;           /* bit + 1 of the signals that the receiver looks up now */
	tn_handle caps[TN_MESSAGE_CAPS_MAX]; /* core's link only, either way */
	uint64_t signals[LINK_SIGNAL_WORDS]; /* bit: index of the grant, modulo their number */
	uint32_t which[LINK_SIGNALS]; /* by bit: index of the grant + 1, or LINK_SIGNAL_... */
	_Alignas(4096) unsigned char data[TN_MESSAGE_MAX];
};
_Static_assert(sizeof(struct link) == LINUX_LINK_SIZE, "two pages");

#define LINK_READ(field)         __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define LINK_WRITE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)

/* A request's header, copied. */
struct link_request {
	uint32_t sequence, grant, serial;
};

static inline bool link_pending(const struct link *link)
{
	return __atomic_load_n(&link->request, __ATOMIC_ACQUIRE) != LINK_READ(link->reply);
}

static inline void link_reply(struct link *link, uint32_t sequence, tn_error status,
			      uint32_t length, uint32_t cap_count)
{
	LINK_WRITE(link->status, tn_error_number(status));
	LINK_WRITE(link->reply_length, length);
	LINK_WRITE(link->reply_cap_count, cap_count);
	__atomic_store_n(&link->reply, sequence, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (LINK_READ(link->waiting))
		linux_call3(__NR_futex, &link->reply, FUTEX_WAKE, 1);
}

/* True: a request is pending that keeps the limits. Others are answered here. */
static inline bool link_take(struct link *link, struct link_request *taken,
			     struct tn_request *request)
{
	taken->sequence = __atomic_load_n(&link->request, __ATOMIC_ACQUIRE);
	if (taken->sequence == LINK_READ(link->reply))
		return false;
	uint32_t opcode = LINK_READ(link->opcode), cap_count = LINK_READ(link->cap_count);
	taken->grant = LINK_READ(link->grant);
	taken->serial = LINK_READ(link->serial);
	request->length = LINK_READ(link->length);
	request->thread = LINK_READ(link->thread);
	request->mark = (uint8_t)LINK_READ(link->mark);
	request->data = request->reply = link->data;
	request->reply_length = 0;
	request->reply_cap_count = 0;
	if (request->length > TN_MESSAGE_MAX || cap_count > TN_MESSAGE_CAPS_MAX ||
	    opcode > UINT16_MAX) {
		link_reply(link, taken->sequence, TN_ERR_PROTOCOL, 0, 0);
		return false;
	}
	request->opcode = (uint16_t)opcode;
	request->cap_count = (uint8_t)cap_count;
	return true;
}

/* The sender's side of a signal. True: the eventfd must be written. */
static inline bool link_signal(struct link *link, uint32_t grant)
{
	uint32_t bit = grant % LINK_SIGNALS, only = grant + 1, which = LINK_READ(link->which[bit]);
	uint32_t attempts = LINK_SIGNAL_ATTEMPTS;
	while (attempts-- &&
	       !__atomic_compare_exchange_n(&link->which[bit], &which,
					    which == LINK_SIGNAL_NONE || which == only
						    ? only
						    : LINK_SIGNAL_SEVERAL,
					    false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	if (attempts == UINT32_MAX) /* a receiver that plays with it: may be any */
		__atomic_store_n(&link->which[bit], LINK_SIGNAL_SEVERAL, __ATOMIC_SEQ_CST);
	uint64_t mask = 1ull << bit % 64;
	return !(__atomic_fetch_or(&link->signals[bit / 64], mask, __ATOMIC_SEQ_CST) & mask);
}
