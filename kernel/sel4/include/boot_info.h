/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the kernel tells core when it starts. Included by sel4_kernel.h. Source: the kernel's
 * manual. */
#pragma once

#include <sel4_abi.h>

struct sel4_slots {
	uint64_t start, end;
};

struct sel4_untyped {
	uint64_t base;
	uint8_t size_bits, is_device, padding[6];
};

struct sel4_boot_info {
	uint64_t extra_length, node, nodes, io_levels;
	struct sel4_ipc_buffer *ipc_buffer;
	struct sel4_slots empty, shared, image, image_tables, io_spaces, extra;
	uint64_t root_size_bits, domain;
	struct sel4_slots untyped;
	struct sel4_untyped untypeds[SEL4_UNTYPEDS_MAX];
};

/* Of what follows in the next page: number, length with this header. */
struct sel4_boot_extra {
	uint64_t id, length;
};
enum { SEL4_EXTRA_TSC_MHZ = 5 };

/* Capabilities that core starts with. */
enum {
	SEL4_CAP_THREAD = 1,
	SEL4_CAP_ROOT = 2,
	SEL4_CAP_SPACE = 3,
	SEL4_CAP_IRQ = 4,
	SEL4_CAP_ASIDS = 5,
	SEL4_CAP_ASID_POOL = 6,
	SEL4_CAP_PORTS = 7,
};
