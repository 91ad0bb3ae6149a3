/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What the debugger shows. Everything is read as it is, nothing is changed; numbers that people
 * type are checked as core's would be. Long lists end at a key press.
 */
#pragma once

#include <stdint.h>

void debugger_show_threads(void);
void debugger_show_pds(void);

/* Names of objects are physical addresses, as everywhere. */
void debugger_show_space(uint64_t pd);
void debugger_show_capabilities(uint64_t pd);
void debugger_show_memory(uint64_t pd, uint64_t address, uint64_t bytes);
void debugger_show_registers(uint64_t thread);
void debugger_show_backtrace(uint64_t thread);
