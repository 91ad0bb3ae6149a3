/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The first serial port, for core's log and the kernel's last words. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void console_setup(void);
void console_write(const uint8_t *bytes, size_t length);

/* Bytes that come in raise the port's interrupt from now on. */
void console_enable_input(void);
enum { CONSOLE_NOTHING = -1, CONSOLE_BREAK = -2 };
/* The next byte that has come, or one of these. */
int console_poll(void);
/* Waits for a byte. */
int console_read(void);

/* For the kernel itself. */
void console_text(const char *text);
void console_hex(uint64_t value);

/* As many as the port has room for now; never waits. */
size_t console_take(const uint8_t *bytes, size_t length);
