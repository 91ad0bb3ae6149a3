/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include <stdint.h>

/* A thread of a component has taken an exception; it stays stopped unless a guarded copy recovers.
 */
void fault_handle(uint64_t name, uint32_t vector, uint32_t code, uint64_t address,
		  uint64_t instruction);
