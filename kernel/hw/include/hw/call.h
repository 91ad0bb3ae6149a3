/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Entering the hw kernel; for core and the runtime. */
#pragma once

#include <hw/abi.h>

struct hw_result {
	uint64_t status; /* rax */
	uint64_t rdi, rsi, rdx;
};

static inline struct hw_result hw_call6(uint64_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx,
					uint64_t r10_value, uint64_t r8_value)
{
	register uint64_t r10 __asm__("r10") = r10_value;
	register uint64_t r8 __asm__("r8") = r8_value;
	struct hw_result result = { number, rdi, rsi, rdx };
	__asm__ volatile("syscall"
			 : "+a"(result.status), "+D"(result.rdi), "+S"(result.rsi),
			   "+d"(result.rdx), "+r"(r10), "+r"(r8)
			 :
			 : "rcx", "r11", "memory");
	return result;
}

static inline struct hw_result hw_call2(uint64_t number, uint64_t rdi, uint64_t rsi)
{
	struct hw_result result = { number, rdi, rsi, 0 };
	__asm__ volatile("syscall"
			 : "+a"(result.status), "+D"(result.rdi), "+S"(result.rsi), "=d"(result.rdx)
			 :
			 : "rcx", "r11", "memory");
	return result;
}

/* HW_REPLY_WAIT of the thread that faults are delivered to: r8 is where the thread was. */
static inline struct hw_result hw_wait(uint64_t flags, uint64_t tag, uint64_t *instruction)
{
	register uint64_t r8 __asm__("r8") = 0;
	struct hw_result result = { HW_REPLY_WAIT, flags, tag, 0 };
	__asm__ volatile("syscall"
			 : "+a"(result.status), "+D"(result.rdi), "+S"(result.rsi),
			   "=d"(result.rdx), "+r"(r8)
			 :
			 : "rcx", "r11", "memory");
	*instruction = r8;
	return result;
}

/* How Tenon uses a message tag: what is an opcode in a request is the status in a reply. */
static inline uint64_t hw_tag(uint32_t opcode, uint32_t length, uint32_t caps, uint32_t mark)
{
	return (opcode & 0xffffu) | (uint64_t)length << 16 | (uint64_t)caps << 32 |
	       (uint64_t)mark << 40;
}

#define HW_TAG_OPCODE(tag) ((uint16_t)(tag))
#define HW_TAG_STATUS(tag) ((uint32_t)(tag)&0xffffu)
#define HW_TAG_CAPS(tag)   ((uint32_t)((tag) >> 32) & 0xffu)
/* Of the transfer that the capabilities came by, struct tn_call. */
#define HW_TAG_MARK(tag) ((uint8_t)((tag) >> 40))

/* A request says which thread of the client waits for the reply. */
#define HW_TAG_OF_THREAD(index) ((uint64_t)(index) << 48)
#define HW_TAG_THREAD(tag)      ((uint32_t)((tag) >> 48) & 0x3ffu)
