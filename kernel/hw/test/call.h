/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* System calls for the test. */
#pragma once

#include <stdint.h>
#include <hw/abi.h>

struct result {
	uint64_t rax, rdi, rsi, rdx;
};

static inline struct result hw_call(uint64_t number, uint64_t rdi, uint64_t rsi, uint64_t rdx,
				    uint64_t arg3, uint64_t arg4)
{
	register uint64_t r10 __asm__("r10") = arg3;
	register uint64_t r8 __asm__("r8") = arg4;
	struct result result = { number, rdi, rsi, rdx };

	__asm__ volatile("syscall"
			 : "+a"(result.rax), "+D"(result.rdi), "+S"(result.rsi), "+d"(result.rdx),
			   "+r"(r8)
			 : "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

/* HW(number, up to five arguments) */
#define HW(...) HW_FILL(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define HW_FILL(number, a, b, c, d, e, ...) \
	hw_call(number, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), (uint64_t)(e))
