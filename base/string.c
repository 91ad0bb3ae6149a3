/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The memory functions that compilers emit calls to. */
#include <tenon/memory.h>

/* Exported by the runtime as part of the ABI; core uses them, too. */
#define ABI __attribute__((visibility("default")))

/* Keeps compilers from seeing that a loop is the very function it stands in, and calling that. */
#define KEEP_LOOP(pointer) __asm__("" : "+r"(pointer))

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

ABI void *memcpy(void *__restrict to, const void *__restrict from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;
	for (; size >= 4 * sizeof(word); size -= 4 * sizeof(word)) {
		const word *source = (const word *)(const void *)f;
		word *target = (word *)(void *)t;
		word a = source[0], b = source[1], c = source[2], d = source[3];
		target[0] = a;
		target[1] = b;
		target[2] = c;
		target[3] = d;
		t += 4 * sizeof(word);
		f += 4 * sizeof(word);
		KEEP_LOOP(t);
	}
	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)(void *)t = *(const word *)(const void *)f;
		t += sizeof(word);
		f += sizeof(word);
		KEEP_LOOP(t);
	}
	while (size--) {
		*t++ = *f++;
		KEEP_LOOP(t);
	}
	return to;
}

ABI void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;
	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size--) {
		t[size] = f[size];
		KEEP_LOOP(t);
	}
	return to;
}

ABI void *memset(void *to, int value, size_t size)
{
	unsigned char *t = to;
	word pattern = 0x0101010101010101u * (unsigned char)value;
	for (; size >= 4 * sizeof(word); size -= 4 * sizeof(word)) {
		word *target = (word *)(void *)t;
		target[0] = target[1] = target[2] = target[3] = pattern;
		t += 4 * sizeof(word);
		KEEP_LOOP(t);
	}
	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)(void *)t = pattern;
		t += sizeof(word);
		KEEP_LOOP(t);
	}
	while (size--) {
		*t++ = (unsigned char)value;
		KEEP_LOOP(t);
	}
	return to;
}

ABI int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
