/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Memory for core's own records, from pages that the port gives and never takes back. */
#pragma once

#include <stddef.h>

/* Zeroed; NULL when the machine has no more. At most 4096 bytes. */
void *core_alloc(size_t size);
void core_free(void *block, size_t size);
