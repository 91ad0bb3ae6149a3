/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Address space of every component, the same on each kernel. All of a small component fits one
 * gigabyte, so that its page tables are few.
 */
#pragma once

#define LAYOUT_RUNTIME      0x10000000ull /* the runtime, mapped by core */
#define LAYOUT_RUNTIME_END  0x14000000ull
#define LAYOUT_PORT         0x14000000ull /* 48 MiB for what a kernel port shares with its runtime */
#define LAYOUT_PORT_END     0x17000000ull
#define LAYOUT_THREAD_PAGES 0x17000000ull /* one page a thread, struct tn_thread_page */
#define LAYOUT_THREADS_MAX  512u
#define LAYOUT_CHANNELS     0x17400000ull /* struct tn_channel_record[], written by core */
#define LAYOUT_CHANNELS_END 0x17c00000ull
#define LAYOUT_UTCB         0x17c00000ull /* one page a thread, where a kernel has such */
#define LAYOUT_BINARIES     0x18000000ull /* executable and libraries, placed by the linker */
#define LAYOUT_BINARIES_END 0x20000000ull
#define LAYOUT_STACKS       0x20000000ull /* LAYOUT_THREADS_MAX slots of LAYOUT_STACK_SLOT */
#define LAYOUT_STACK_SLOT   0x100000ull   /* a thread finds itself by masking its stack pointer */
#define LAYOUT_STACK_SIZE   0x10000ull    /* default, at the slot's upper end */
#define LAYOUT_STACKS_END   0x40000000ull
#define LAYOUT_ATTACH       0x40000000ull /* what is attached anywhere */
#define LAYOUT_ATTACH_END   0x700000000000ull

/* Bytes that one page table of each level spans. */
#define LAYOUT_TABLE_SPAN_1 0x200000ull
#define LAYOUT_TABLE_SPAN_2 0x40000000ull
#define LAYOUT_TABLE_SPAN_3 0x8000000000ull
