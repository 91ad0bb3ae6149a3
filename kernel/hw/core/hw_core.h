/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the parts of core's hw half know of each other. */
#pragma once

#include <core/core.h>
#include <core/memory.h>
#include <core/pd.h>
#include <hw/call.h>

extern const struct hw_boot_info *hw_boot;

static inline void *hw_window(uint64_t physical)
{
	return (void *)(HW_CORE_WINDOW + physical);
}

/* -- frames.c: physical memory -- */
void frames_init(void);
/* A run of zeroed frames, a few; 0: none that long. */
uint64_t frames_alloc(uint64_t count);
/* A run of frames with whatever is in them. */
uint64_t frames_take(uint64_t count);
void frames_free(uint64_t base, uint64_t count);

/* -- space.c: address spaces -- */

/* Maps a few pages, donating page tables as needed. On failure nothing is mapped. */
TN_MUST_USE tn_error space_map(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
			       uint64_t rights);
/* As the kernel has them. */
uint64_t space_rights(uint32_t rights, const struct port_memory *memory);
/* As far as the first page that is mapped already; false: there is no room for page tables. */
bool space_map_absent(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
		      uint64_t rights);
void space_unmap(struct pd *pd, uint64_t address, uint64_t pages);
/* Makes the page tables for one page. */
TN_MUST_USE tn_error space_tables(struct pd *pd, uint64_t address);

/* -- domain.c -- */

/* The thread with that kernel object; NULL: there is none. */
struct thread *domain_thread(uint64_t name);

/* -- module.c -- */
void modules_init(void);

/* -- signal.c -- */

/* A kernel signal object that reaches `thread`; 0: out of memory. */
uint64_t signal_create(uint64_t thread, uint64_t badge);
void signal_destroy(uint64_t signal);
