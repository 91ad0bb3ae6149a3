/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A service that remembers what became of its sessions, in three versions of its interface. */
#pragma once

#include <tenon/test.h>

struct desk_counts {
	uint32_t opened, refused, upgraded, closed;
	struct tn_quota last_open, last_upgrade;
};

#define DESK(RPC, I)                                            \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))  \
	RPC(I, counts, Out(struct desk_counts, counts))         \
	RPC(I, label, OutString(text, TN_LABEL_MAX))            \
	RPC(I, die)                                             \
	/* A bell that is rung whenever a session is closed. */ \
	RPC(I, ring_at_close, InCap(tn_signal_cap, bell))       \
	/* Uses, or gives back, RAM of its own. */              \
	RPC(I, spend, In(uint64_t, ram))                        \
	RPC(I, unspend)

TN_RPC_INTERFACE(desk, DESK)

/* What a client of before, and one of after, was compiled with. */
#define DESK_OLD(RPC, I)                                       \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back)) \
	RPC(I, counts, Out(struct desk_counts, counts))

#define DESK_NEW(RPC, I) \
	DESK(RPC, I)     \
	RPC(I, invented, In(uint32_t, later))

#define DESK_OTHER(RPC, I)                                     \
	RPC(I, echo, In(uint32_t, value), Out(uint64_t, back)) \
	RPC(I, counts, Out(struct desk_counts, counts))

TN_RPC_INTERFACE(desk_old, DESK_OLD)
TN_RPC_INTERFACE(desk_new, DESK_NEW)
TN_RPC_INTERFACE(desk_other, DESK_OTHER)

/* Quota that the desk wants for a session; with the label "strict" it refuses what is less. */
#define DESK_RAM  65536u
#define DESK_CAPS 12u

void play_desk(struct tn_env *env);
