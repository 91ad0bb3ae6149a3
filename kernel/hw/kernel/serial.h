/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Serial numbers tell an object from another one that lived at the same address before. References
 * keep the low 24 bits at least, 0 stands for a dead object.
 */
#pragma once

#include <stdint.h>

#define SERIAL_MASK 0xffffffu

uint64_t serial_next(void);
