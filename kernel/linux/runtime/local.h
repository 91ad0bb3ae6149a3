/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the files of the runtime's half of this port share. */
#pragma once

#include <base/shared.h>
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

/* Blocks until a wake at one of the words, unless one of them has changed already. */
void futex_wait(const uint32_t *a, uint32_t value_a, const uint32_t *b, uint32_t value_b);
void futex_wake(const uint32_t *word);

/* For channels: one thread at a time. */
void link_lock(uint32_t number);
void link_unlock(uint32_t number);

/* The memory of a channel, mapped if it was not. NULL: there is no such channel any more. */
struct link *link_open(enum linux_side side, uint32_t number);
/* Use of the link has ended: takes scratch pages away that took its place meanwhile. */
void link_settle(enum linux_side side, uint32_t number);
/* The memory of a channel went away under the access at `address`. True: something is there now. */
bool link_bury(uint64_t address);

/* A byte that may not be there: 1 if it is, 0 if not. A fault in it is caught. */
int linux_probe(const void *address);
extern const char linux_probe_absent[];

/* Signal handlers for faults, and the sandbox. In this order. */
void faults_init(void);
void sandbox_close(void);
_Noreturn void fault_report(uint32_t kind, uint64_t address, uint64_t instruction);

/* The entry of a capability that the runtime holds. False: dead. */
bool cap_entry(tn_handle handle, struct linux_cap_entry *entry);
void ring(uint32_t channel);
