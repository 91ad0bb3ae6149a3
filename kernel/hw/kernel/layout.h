/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Addresses and offsets that both assembly and C use.
 *
 * Kernel virtual memory:
 *     ffff8000'00000000   all RAM, in the kernel's own page table alone
 *     ffffff00'00000000   local and I/O APICs
 *     ffffffff'80000000   the kernel's image, at + physical address
 */
#pragma once

#define KERNEL_BASE 0xffffffff80000000
#define DIRECT_BASE 0xffff800000000000
#define MMIO_BASE   0xffffff0000000000

/*
 * The last page below the hole is never mapped: a `syscall` instruction at its end would leave a
 * return address that is not canonical.
 */
#define USER_END 0x00007ffffffff000

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_SYSRET      0x18 /* sysret takes + 8 for the stack, + 16 for the code */
#define SELECTOR_USER_DATA   0x23
#define SELECTOR_USER_CODE   0x2b
#define SELECTOR_TSS         0x30

/* struct registers; struct thread begins with one */
#define REG_RAX     0
#define REG_RBX     8
#define REG_RCX     16
#define REG_RDX     24
#define REG_RSI     32
#define REG_RDI     40
#define REG_RBP     48
#define REG_R8      56
#define REG_R9      64
#define REG_R10     72
#define REG_R11     80
#define REG_R12     88
#define REG_R13     96
#define REG_R14     104
#define REG_R15     112
#define REG_RIP     120
#define REG_RSP     128
#define REG_RFLAGS  136
#define THREAD_CR3  144
#define THREAD_FULL 152 /* return by iretq, all registers restored */
#define THREAD_FPU  192

#define STUB_SIZE 16
