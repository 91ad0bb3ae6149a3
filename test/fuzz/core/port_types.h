/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the port of test/fuzz/core_fuzz.c, which has no kernel, keeps in core's structures. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct port_memory {
	unsigned char *bytes;
	uint64_t pages, prepared;
	uint32_t mapped; /* regions */
	bool sealed;
};

struct port_thread {
	void *page; /* NULL: not made */
};

enum { PORT_TABLE_PAGES = 64 };
struct port_pd {
	bool made, stopped;
	uint32_t actor;
	void *table[PORT_TABLE_PAGES];
};

struct port_object {
	bool made;
};

struct port_channel {
	bool made;
};

struct port_cap {
	bool installed;
};

struct port_region {
	bool mapped;
	uint64_t done; /* bytes */
	struct port_memory *memory;
};
