/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A debugger on the serial line, for the kernel command line "kdb" alone: whoever has the line then
 * reads everything. It shows and changes nothing. Ctrl-] or a break enters it; the machine stands
 * still meanwhile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Listens from now on. Interrupt controllers must be set up. */
void debugger_setup(void);

/* Whether the interrupt is the serial line's, and the debugger's to handle. */
bool debugger_owns(uint32_t irq);
void debugger_interrupt(void);

/* Reads and carries out commands until it is told to go on. Does nothing if it is not enabled. */
void debugger_enter(const char *why);
