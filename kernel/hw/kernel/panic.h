/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The end: what cannot happen, or must not. */
#pragma once

#include <stdint.h>

struct thread;

enum { PANIC_CORE = 126, PANIC_KERNEL = 127 };

/* QEMU's isa-debug-exit ends with (value << 1) | 1; elsewhere the machine halts. */
_Noreturn void machine_shutdown(uint8_t value);

/* While starting: say why the machine cannot be used. */
_Noreturn void panic(const char *reason);

_Noreturn void panic_core_fault(const struct thread *thread, uint64_t vector, uint64_t error,
				uint64_t address);
