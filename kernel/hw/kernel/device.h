/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Physical addresses that are not RAM. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Messages that raise interrupts are writes to this megabyte; the local APIC is in it. */
#define DEVICE_MESSAGES      0xfee00000ull
#define DEVICE_MESSAGES_SIZE 0x100000ull

/* One past what the CPU can address. */
uint64_t device_physical_limit(void);

/* Interrupt controllers: whoever has one mapped can take the machine. */
bool device_is_kernels(uint64_t physical);
