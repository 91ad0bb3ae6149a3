/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The first serial port, for core's log and the kernel's last words. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void console_setup(void);
void console_write(const uint8_t *bytes, size_t length);

/* For the kernel itself. */
void console_text(const char *text);
void console_hex(uint64_t value);
