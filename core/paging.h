/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Threads that wait for the creator of a managed dataspace. */
#pragma once

#include <core/core.h>

/* Something is new in [address, address + size) of the map: who waits for that tries again. */
void paging_retry_map(struct region_map *map, uint64_t address, uint64_t size);
/* What was in that range of the PD is there no more: who waits for it tries again. */
void paging_retry_pd(struct pd *pd, uint64_t address, uint64_t size);
/* The thread ends. */
void paging_forget(struct thread *thread);
/* The next fault that its creator was not told of yet; false: none. */
bool paging_next(struct region_map *map, struct tn_region_fault *fault);
