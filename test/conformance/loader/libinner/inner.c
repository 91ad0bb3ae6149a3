/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "../libraries.h"

static char notes[8];
static unsigned count;
static void (*at_end)(const char *);

int inner_value(void)
{
	return 17;
}

void inner_note(char who)
{
	if (count < sizeof(notes) - 1)
		notes[count++] = who;
}

const char *inner_notes(void)
{
	return notes;
}

void inner_at_end(void (*function)(const char *))
{
	at_end = function;
}

static __attribute__((constructor)) void begin(void)
{
	inner_note('i');
}

static __attribute__((destructor)) void end(void)
{
	inner_note('I');
	if (at_end)
		at_end(notes);
}
