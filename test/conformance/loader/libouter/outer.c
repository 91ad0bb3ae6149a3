/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "../libraries.h"

static int (*const table[])(void) = { inner_value };

int outer_value(void)
{
	return table[0]() + 1;
}

void *outer_address_of_inner(void)
{
	return (void *)(__UINTPTR_TYPE__)table[0];
}

static __attribute__((constructor)) void begin(void)
{
	inner_note('o');
}

static __attribute__((destructor)) void end(void)
{
	inner_note('O');
}
