/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the hw port keeps in core's structures. All addresses of frames are physical. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenon/tree.h>

struct thread;

struct port_memory {
	uint64_t base, pages;
	uint64_t zeroed; /* pages, from the first one */
	bool sealed;
	uint64_t attributes; /* HW_MEMORY_..., of device memory */
};

struct port_thread {
	uint64_t thread;             /* the kernel's object; 0: none */
	struct tn_tree_node by_name; /* of it */
	uint64_t utcb;
	uint64_t page; /* frame of the thread page */
};

enum { PORT_CHANNEL_GROUPS = 4, PORT_CHANNEL_GROUP = 512 };

struct port_pd {
	uint64_t pd;                                  /* the kernel's object; 0: none */
	uint32_t cap_slots;                           /* that the kernel has room for */
	uint64_t *channel_pages[PORT_CHANNEL_GROUPS]; /* frames of the channel table */
};

struct port_object {
	uint64_t signal; /* the kernel's signal object, for those that are signals */
};

struct port_channel {
	char nothing;
};

struct port_cap {
	char nothing;
};

struct port_region {
	uint64_t mapped; /* pages, from the first one; more while some are being taken away */
};
