/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Memory for core's own records, from pages that the port gives and never takes back. */
#pragma once

#include <stddef.h>
#include <tenon/error.h>
#include <tenon/types.h>

/* Zeroed; NULL when the machine has no more. At most 4096 bytes. */
void *core_alloc(size_t size);
void core_free(void *block, size_t size);

struct port_memory;
/* Memory of core's own parts of a PD: a few pages, at once. */
TN_MUST_USE tn_error memory_create(struct port_memory *memory, uint64_t pages);
void memory_destroy(struct port_memory *memory);
