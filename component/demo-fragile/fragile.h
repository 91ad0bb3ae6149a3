/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What demo-fragile serves. Sessions cost their client nothing. Each call is answered at once, or
 * never. */
#pragma once

#include <tenon/component.h>

#define FRAGILE(RPC, I) RPC(I, divide, In(uint32_t, by), Out(uint32_t, quotient))

TN_RPC_INTERFACE(fragile, FRAGILE)
