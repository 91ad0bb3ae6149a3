/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include <tenon/types.h>

static inline bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* `to` has room for `size` bytes; what does not fit is cut. */
static inline void text_copy(char *to, size_t size, const char *from)
{
	size_t n = 0;
	for (; n + 1 < size && from[n]; n++)
		to[n] = from[n];
	to[n] = 0;
}
