/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Numbers that depend on how the kernel was configured, as they are in the configuration that
 * README.md recommends: so that core can be compiled, and looked at by tools, without an installed
 * kernel. It is not run like this: with SEL4=folder the other sel4_kernel.h takes its place, which
 * has them from there. Source: that configuration's installed headers, release 16.0.0-dev.
 */
#pragma once

enum {
	SEL4_RETYPE = 1,
	SEL4_READ_REGISTERS = 2,
	SEL4_WRITE_REGISTERS = 3,
	SEL4_CONFIGURE = 5,
	SEL4_SET_PRIORITY = 6,
	SEL4_SCHED_PARAMS = 8,
	SEL4_SET_SPACE = 10,
	SEL4_SUSPEND = 11,
	SEL4_RESUME = 12,
	SEL4_BIND_NOTIFICATION = 13,
	SEL4_REVOKE = 17,
	SEL4_DELETE = 18,
	SEL4_CANCEL_BADGED = 19,
	SEL4_COPY = 20,
	SEL4_MINT = 21,
	SEL4_IRQ_ACK = 27,
	SEL4_IRQ_SET_NOTIFICATION = 28,
	SEL4_PDPT_MAP = 33,
	SEL4_DIRECTORY_MAP = 35,
	SEL4_TABLE_MAP = 37,
	SEL4_PAGE_MAP = 39,
	SEL4_MAKE_ASID_POOL = 42,
	SEL4_ASSIGN_ASID = 43,
	SEL4_ISSUE_PORTS = 44,
	SEL4_IN8 = 45,
	SEL4_IN16 = 46,
	SEL4_IN32 = 47,
	SEL4_OUT8 = 48,
	SEL4_OUT16 = 49,
	SEL4_OUT32 = 50,
	SEL4_GET_IOAPIC = 51,
};

enum {
	SEL4_TYPE_UNTYPED = 0,
	SEL4_TYPE_THREAD = 1,
	SEL4_TYPE_ENDPOINT = 2,
	SEL4_TYPE_NOTIFICATION = 3,
	SEL4_TYPE_CNODE = 4,
	SEL4_TYPE_PDPT = 5,
	SEL4_TYPE_PML4 = 6,
	SEL4_TYPE_FRAME = 7,
	SEL4_TYPE_TABLE = 9,
	SEL4_TYPE_DIRECTORY = 10,
};

enum {
	SEL4_FAULT_CAP = 1,
	SEL4_FAULT_SYSCALL = 2,
	SEL4_FAULT_EXCEPTION = 3,
	SEL4_FAULT_MEMORY = 5,
};

enum { SEL4_THREAD_SIZE_BITS = 11, SEL4_UNTYPEDS_MAX = 230 };

#include <boot_info.h>
