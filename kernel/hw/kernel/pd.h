/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A protection domain: a page table, a capability table, and its threads by local id. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <hw/abi.h>
#include "frame.h"

#define PD_LOCAL_IDS       1024u
#define PD_LOCAL_BUCKETS   128u /* ids are unique: at most 8 threads in each */
#define PD_DIRECT_FRAMES   512u
#define PD_INDIRECT_FRAMES 1024u /* per directory frame */
#define PD_DIRECTORIES     4u

struct thread;

struct pd {
	uint64_t page_table;
	uint32_t thread_count;
	uint32_t capability_frames;
	bool dying;
	uint32_t directory[PD_DIRECTORIES]; /* frame numbers; 0: none */
	uint32_t direct[PD_DIRECT_FRAMES];  /* of the first capability frames */
	struct thread *local[PD_LOCAL_BUCKETS];
};

_Static_assert(sizeof(struct pd) <= HW_PAGE_SIZE, "one frame");
_Static_assert(PD_DIRECT_FRAMES + PD_DIRECTORIES * PD_INDIRECT_FRAMES >= HW_CAP_FRAMES_MAX, "room");

extern struct pd *core_pd;

/* NULL if no PD lives there, or if its destruction has begun. */
struct pd *pd_find(uint64_t name);

/* Also one that is being destroyed, as long as it has page tables. */
struct pd *pd_find_dying(uint64_t name);

enum hw_status pd_create(uint64_t frame, uint64_t table_frame);
enum hw_status pd_destroy(uint64_t name, uint64_t *frame);

enum hw_status pd_table_add(struct pd *pd, uint64_t address, uint64_t frame);
/* Take off the lowest table on the way to the address, if it is empty. */
enum hw_status pd_table_take(struct pd *pd, uint64_t address, uint64_t *frame);
enum hw_status pd_map(struct pd *pd, uint64_t address, uint64_t physical, uint64_t pages,
		      uint64_t rights, uint64_t *done);
enum hw_status pd_unmap(struct pd *pd, uint64_t address, uint64_t pages, uint64_t *done);

struct thread *pd_thread(const struct pd *pd, uint64_t local_id);
void pd_thread_add(struct pd *pd, struct thread *thread);
void pd_thread_remove(struct pd *pd, struct thread *thread);
