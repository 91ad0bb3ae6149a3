/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Where Frama-C's value analysis starts (make kdl-eva): any document of 0 to SIZE bytes, each byte
 * unknown, is read to its end or first error, as tn_kdl_validate() does. No alarm means:
 * no document of that size makes the reader do what C leaves undefined. Nothing in the reader
 * depends on the size but the limit of 4 GiB.
 */

#include "tenon/kdl.h"

enum { SIZE = 64 };

/* Frama-C takes what is volatile as any value at any time. */
volatile char any_char;
volatile size_t any_size;

void tn_kdl_eva_read(void);

void tn_kdl_eva_read(void)
{
	static char text[SIZE];
	struct tn_kdl_reader reader;
	struct tn_kdl_item item;
	size_t len = any_size;
	if (len > SIZE)
		return;
	for (size_t i = 0; i < SIZE; i++)
		text[i] = any_char;
	tn_kdl_reader_init(&reader, text, len);
	/* The depth is compared with the limit in one place only, where it grows. */
	/*@ loop widen_hints reader.depth, 127, 128; */
	while (tn_kdl_read(&reader, &item) > TN_KDL_END)
		;
}
