/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The service of the test server: it tells what it knows of its sessions, and dies on demand. */
#pragma once

#include <tenon/component.h>

#define SUBJECT_RAM  4096u
#define SUBJECT_CAPS 8u

#define SUBJECT(RPC, I)                                                          \
	RPC(I, label, OutString(label, TN_LABEL_MAX))                            \
	/* Quota that upgrades have brought to this session. */                  \
	RPC(I, upgraded, Out(uint64_t, ram), Out(uint64_t, caps))                \
	/* Sessions closed so far, all clients'; the signal comes after each. */ \
	RPC(I, closed, Out(uint64_t, count))                                     \
	RPC(I, watch, InCap(tn_signal_cap, changed))                             \
	/* Moves all unused quota of the server to this PD. */                   \
	RPC(I, rob, InCap(tn_any_cap, pd), Out(uint64_t, ram))                   \
	RPC(I, fault)

TN_RPC_INTERFACE(subject, SUBJECT)
