/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A box holds one capability for others. */
#pragma once

#include <tenon/test.h>

#define BOX(RPC, I)                                                                    \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                         \
	/* Keeps the capability, or only its number after the handler has returned. */ \
	RPC(I, put, InCap(tn_any_cap, cap))                                            \
	RPC(I, peek, InCap(tn_any_cap, cap))                                           \
	RPC(I, get, OutCap(tn_any_cap, cap))                                           \
	RPC(I, drop)                                                                   \
	/* Calls echo of what it holds. */                                             \
	RPC(I, use, In(uint64_t, value), Out(uint64_t, back))                          \
	/* Puts what it holds into another box. */                                     \
	RPC(I, pass_on, InCap(box_cap, to))                                            \
	/* A second object of the box's own. */                                        \
	RPC(I, other, OutCap(box_cap, other))                                          \
	RPC(I, destroy_other)                                                          \
	/* An object that replies with the capabilities of the request, in reverse. */ \
	RPC(I, mirror, OutCap(tn_any_cap, mirror))                                     \
	/* TN_ERR_DENIED. */                                                           \
	RPC(I, refuse, InCap(tn_any_cap, cap))

TN_RPC_INTERFACE(box, BOX)

void play_box(struct tn_env *env); /* puts itself under its own name */
