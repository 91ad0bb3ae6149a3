/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A service whose server faults when it is asked to. */
#pragma once

#include <tenon/component.h>

#define FRAGILE(RPC, I) \
	RPC(I, ping)    \
	RPC(I, fault)

TN_RPC_INTERFACE(fragile, FRAGILE)
