/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The few string operations that core needs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

static inline size_t text_length(const char *text)
{
	size_t n = 0;
	while (text[n])
		n++;
	return n;
}

static inline bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Copies what fits; always NUL terminated. */
static inline void text_copy(char *to, size_t size, const char *from)
{
	size_t n = 0;
	for (; n + 1 < size && from[n]; n++)
		to[n] = from[n];
	to[n] = 0;
}
