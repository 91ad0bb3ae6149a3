/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Attackers that enter the kernel by themselves. */
#pragma once

#include <base/shared.h>
#include <hw/call.h>
#include <test/attack/attack.h>

extern const struct attack capability_attacks[], entry_attacks[], exhaustion_attacks[];
extern const struct attack instruction_attacks[], memory_attacks[], message_attacks[];
extern const struct attack page_attacks[], rogue_attacks[];

static inline uint64_t raw(uint64_t number, uint64_t rdi, uint64_t rsi)
{
	return hw_call2(number, rdi, rsi).status;
}

/* The status of the reply to a message made by hand; it must get one. */
tn_error raw_message(tn_handle to, uint16_t opcode, uint32_t length, uint32_t caps);
/* So many capabilities, of the transfer with that mark. */
#define MARKED(caps, mark) ((caps) | (uint32_t)(mark) << 8)

static inline unsigned char *message_frame(void)
{
	return (unsigned char *)LAYOUT_UTCB;
}

static inline volatile struct tn_thread_page *own_thread_page(void)
{
	return (volatile struct tn_thread_page *)LAYOUT_THREAD_PAGES;
}
