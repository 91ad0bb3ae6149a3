/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the seL4 port keeps in core's structures. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tenon/list.h>
#include <tenon/tree.h>

enum port_memory_kind { MEMORY_RAM, MEMORY_IMAGE, MEMORY_DEVICE };

struct port_memory {
	enum port_memory_kind kind;
	bool sealed;
	/* RAM: number of the first page. IMAGE: the same within core's image. DEVICE: physical. */
	uint64_t first, pages;
	uint64_t zeroed;     /* pages, from the first one */
	uint64_t attributes; /* for mappings, of device memory */
};

struct port_thread {
	uint64_t objects;      /* page that the kernel's objects are in; 0: none */
	uint64_t slots;        /* group of core's slots that name them, see enum thread_slot */
	uint64_t page, buffer; /* thread page; message buffer, two pages */
	bool running;          /* it was started, and not stopped since */
	bool faulted;          /* it waits for a fault to be resolved, or for ever */
	uint64_t signals;      /* bits in use */
	uint32_t next_signal;
	struct tn_list forwarded; /* objects that core has to tell it of */
};

enum { PORT_CHANNEL_GROUPS = 4, PORT_CHANNEL_GROUP = 512 };

/* 2^14 capability slots of a component. */
struct port_branch {
	uint64_t middle;  /* page with the table of tables; 0: the first one alone */
	uint32_t *tables; /* pages, 128 of them */
};

struct port_pd {
	uint64_t space, root; /* pages: the address space, the capability space */
	uint32_t asid_pool;
	struct tn_list_node late; /* it stands back, see turn.c */
	uint64_t late_until;
	uint64_t owed; /* time that core has worked for it since it last stood back, in ticks */
	struct tn_tree nodes; /* page tables, and where the capabilities of mappings are */
	struct port_branch *branches;
	uint64_t thread_tables[16];
	uint64_t *channel_pages[PORT_CHANNEL_GROUPS];
};

struct port_object {
	uint32_t bit;   /* signals: of the thread's notification, from 1 on; 0: core forwards it */
	bool submitted; /* core forwards it, and has been told */
	struct tn_list_node in_forwarded;
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
