/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the files of the runtime's half of this port share. */
#pragma once

#include <base/shared.h>
#include <linux/eventpoll.h>
#include <link.h>
#include <linux_abi.h>
#include <linux_call.h>
#include <runtime/port.h>

/* The calling thread: stacks, signal stacks included, lie in slots. */
static inline uint32_t current_thread(void)
{
	char here;
	return (uint32_t)(((uint64_t)&here - LAYOUT_STACKS) / LAYOUT_STACK_SLOT);
}

static inline struct tn_thread_page *thread_page(uint32_t thread)
{
	return (struct tn_thread_page *)(LAYOUT_THREAD_PAGES + thread * TN_PAGE_SIZE);
}

/*
 * Looking at a word again and again, instead of sleeping until somebody changes it, pays only if
 * that is soon and there is another CPU for the other side. Whether it is, was learned from the
 * last times.
 */
struct spin {
	uint32_t rest;  /* how often not to look at all */
	uint32_t bored; /* the last such rest; 0: it paid */
};
/* How often to look this time. */
uint32_t spin_begin(struct spin *spin);
void spin_end(struct spin *spin, bool paid);
static inline void spin_pause(void)
{
	__builtin_ia32_pause();
}

/*
 * An entrypoint: the kernel reports channels that were written to, in batches. See server.c.
 */
enum { SERVER_BATCH = 16 };
struct server {
	/* Reported, not yet looked at. */
	struct epoll_event event[SERVER_BATCH];
	uint32_t count, position;
	/* Being looked at: signals first, then its request. */
	bool open;
	uint32_t channel;
	uint64_t signals[LINK_SIGNAL_WORDS];
	uint32_t signal_words; /* bit: that word of `signals` counts */
	uint32_t next_grant;   /* of the lowest bit in `signals`; UINT32_MAX: not begun */
	/* Requests that wait for signals_only to end are among [low, high). */
	uint32_t deferred_low, deferred_high;
	/* In service. */
	bool serving;
	uint32_t served_channel, served_sequence;
	/* The channel that was served last, while its `polling` is set; see poll_hot(). */
	bool hot;
	uint32_t hot_channel;
	uint32_t hot_served; /* how often in a row */
	struct spin spin;
};

/*
 * What a thread has of its own, in its page. Buried channels are those that were destroyed while
 * the thread worked on them: scratch pages took the place of their memory. At most the one of a
 * call, that of the request in service, and that being looked at.
 */
enum { BURIED = 3 };
struct linux_thread {
	struct tn_thread_page page;
	uint64_t buried[BURIED];     /* addresses of links; 0: none */
	uint32_t link, next;         /* number of the channel that it has locked; see park.c */
	struct spin spin, core_spin; /* for replies of servers, and of core */
	struct server server;
};
_Static_assert(sizeof(struct linux_thread) <= LINUX_FAULT_OFFSET, "fits the thread's page");

static inline struct linux_thread *linux_thread(uint32_t thread)
{
	return (struct linux_thread *)(void *)thread_page(thread);
}

static inline struct linux_thread *this_thread(void)
{
	return linux_thread(current_thread());
}

/* Blocks until a wake at one of the words, unless one of them has changed already. */
void futex_wait(const uint32_t *a, uint32_t value_a, const uint32_t *b, uint32_t value_b);
void futex_wake(const uint32_t *word, uint32_t count);

/* For channels: one thread at a time. */
void link_lock(uint32_t number);
void link_unlock(uint32_t number);
/* From now on: before the first further thread. */
void link_locks_needed(void);

/* What core says about a fault of the thread. */
static inline struct linux_fault *thread_fault(uint32_t thread)
{
	return (struct linux_fault *)(LAYOUT_THREAD_PAGES + thread * TN_PAGE_SIZE +
				      LINUX_FAULT_OFFSET);
}

/*
 * System calls that core answers. The signal to unmap waits meanwhile: a system call that it
 * interrupts is made again, and core may have let it happen once.
 */
long core_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);
#define port_trap(number, a, b, c) core_call(LINUX_TRAP, (number), (a), (b), (c), 0, 0)
uint64_t unmap_signal_block(void);
void unmap_signal_restore(uint64_t before);
void port_unmap(uint64_t address, uint64_t size);
/* Core puts the memory at the thread's transit descriptor. Address, or -errno. */
long port_map(uint64_t address, uint64_t size, int protection, int flags, uint64_t offset);
/* The memory of a channel, mapped if it was not. NULL: there is no such channel any more. */
struct link *link_open(enum linux_side side, uint32_t number);
/* Use of the link has ended: takes scratch pages away that took its place meanwhile. True: they
 * did. */
bool link_settle(enum linux_side side, uint32_t number);
/* The memory of a channel went away under the access at `address`. True: something is there now. */
bool link_bury(uint64_t address);

/* A byte that may not be there: 1 if it is, 0 if not. A fault in it is caught. */
int linux_probe(const void *address);
/* A word that may not be there: 0 if it is not. */
uint32_t linux_peek(const uint32_t *word);
extern const char linux_peek_absent[];
extern const char linux_probe_absent[];

/* Signal handlers for faults, and the sandbox. In this order. */
void faults_init(void);
void sandbox_close(void);
_Noreturn void fault_report(uint32_t kind, uint64_t address, uint64_t instruction,
			    uint64_t stack_pointer, uint64_t frame_pointer);

/* The entry of a capability that the runtime holds. False: dead. */
bool cap_entry(tn_handle handle, struct linux_cap_entry *entry);
void ring(uint32_t channel);
