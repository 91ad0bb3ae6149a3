/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The price table: what each object costs its payer, in bytes of RAM quota and in capabilities. The
 * same on every kernel: it is what the dearest of them needs. A port's real cost never exceeds it.
 */
#pragma once

#include <layout.h>
#include <tenon/types.h>

/* One entry of a capability space: core's record, the kernel's slot, the runtime's count. */
#define PRICE_CAP_RAM  320u
#define PRICE_CAP_CAPS 1u
/* The identity of an RPC object, or of a signal; the creator's capability comes on top. */
#define PRICE_OBJECT_RAM 256u
/* Two message pages, a wake-up, records at both ends. */
#define PRICE_CHANNEL_RAM (3u * 4096u)
/* Bookkeeping of a dataspace; its pages come on top. */
#define PRICE_DATASPACE 4096u
/* A piece of a region map. */
#define PRICE_REGION 512u
/*
 * In an address space, on top: what a kernel keeps of each mapping, some of it for a few pages at
 * once; and the page tables that it may need (region.c).
 */
#define PRICE_MAPPING      1024u
#define PRICE_MAPPING_PAGE 40u
/* A managed dataspace: its region map, and what it is attached by. */
#define PRICE_REGION_MAP 4096u
/* A further thread: its page, message buffer, kernel object, signal stack; its stack on top. */
#define PRICE_THREAD_RAM (12u * 4096u)
/* LOG, ROM, TIME, CPU, RM, TRACE, IO_MEM, IO_PORT, IRQ, DMA sessions. */
#define PRICE_SESSION 512u
/*
 * A PD with its first thread: stack, runtime data, thread page, message buffer, kernel objects,
 * page tables of the first gigabyte, first pages of the tables that it shares with core.
 */
#define PRICE_PD_RAM  (LAYOUT_STACK_SIZE + 48u * 4096u)
#define PRICE_PD_CAPS 1u

/* What init gets; a system's total, the same everywhere, unless a scenario says otherwise. */
#define TOTAL_RAM  (160ull << 20)
#define TOTAL_CAPS 60000ull
/* More cannot be said: sums of accounts are far from overflowing. */
#define TOTAL_RAM_MAX  (1ull << 40)
#define TOTAL_CAPS_MAX (1ull << 32)
/* What core keeps for itself. */
#define CORE_RESERVE_RAM  (16ull << 20)
#define CORE_RESERVE_CAPS 10000ull
