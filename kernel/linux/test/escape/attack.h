/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Attackers that enter Linux by themselves, and write by hand into what they share with others. */
#pragma once

#include <base/shared.h>
#include <link.h>
#include <linux_abi.h>
#include <tenon/sync.h>
#include <tenon/thread.h>
#include <test/attack/attack.h>

extern const struct attack call_attacks[], mapping_attacks[], channel_attacks[];
extern const struct attack core_attacks[], rogue_attacks[], page_attacks[], number_attacks[];

/* A second thread of the attacker's that goes on as long as the component does. */
static inline void attack_beside(void (*function)(void *argument), void *argument)
{
	struct tn_thread *thread;
	TN_MUST(tn_thread_create("beside", TN_PRIORITY_DEFAULT, 0, function, argument, &thread));
}

/* A capability as the runtime sees it. */
static inline struct linux_cap_entry attack_entry(tn_handle handle)
{
	return ((const struct linux_cap_entry *)LINUX_CAPS)[TN_HANDLE_INDEX(handle)];
}

/* The memory of a channel that the component is the client of; a call must have gone before. */
static inline struct link *attack_link(uint32_t number)
{
	return (struct link *)linux_link_address(LINUX_CLIENT, number);
}

static inline long attack_ring(uint32_t number)
{
	static const uint64_t one = 1;
	return linux_call3(__NR_write, LINUX_FD_EVENTS + number, &one, 8);
}
