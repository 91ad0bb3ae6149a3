/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdint.h>
#include "string.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *target = to;
	size_t words = size / 8;

	__asm__ volatile("rep movsq" : "+D"(target), "+S"(from), "+c"(words) : : "memory");
	size %= 8;
	__asm__ volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	volatile uint8_t *target = to;
	const uint8_t *source = from;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	while (size--)
		target[size] = source[size];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	void *target = to;
	size_t words = size / 8;
	uint64_t pattern = 0x0101010101010101u * (uint8_t)value;

	__asm__ volatile("rep stosq" : "+D"(target), "+c"(words) : "a"(pattern) : "memory");
	size %= 8;
	__asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(pattern) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const volatile uint8_t *left = a, *right = b;

	for (size_t i = 0; i < size; i++)
		if (left[i] != right[i])
			return left[i] - right[i];
	return 0;
}
