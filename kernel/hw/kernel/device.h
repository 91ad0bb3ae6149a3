/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Physical addresses that are not RAM. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One past what the CPU can address. */
uint64_t device_physical_limit(void);

/* Interrupt controllers: whoever has one mapped can take the machine. */
bool device_is_kernels(uint64_t physical);
