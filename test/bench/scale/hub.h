/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the parent serves to all clients, by one object. */
#pragma once

#include <tenon/rpc.h>

#define HUB(RPC, I)                                      \
	RPC(I, null)                                     \
	/* The client is there, and idle from now on. */ \
	RPC(I, ready)

TN_RPC_INTERFACE(hub, HUB)
