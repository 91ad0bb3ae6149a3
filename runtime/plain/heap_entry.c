/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The heap as components call it; runtime/checked has another one, for builds that check. */
#include <runtime/runtime.h>

ABI void *tn_heap_alloc(size_t size)
{
	return heap_take(size);
}

ABI void tn_heap_free(void *block)
{
	heap_give(block);
}

void heap_check(void)
{
}
