/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * ROM sessions: read-only data by name (the label of the session).
 *
 * Exchange: the client opens a "ROM" session, asks for the dataspace, attaches it, and may ask to
 * be told of new versions. Served by core (modules of the scenario), by init (a child's
 * configuration) and by components. Price of a session at core: TN_PRICE_SESSION. The client trusts
 * the server for the content only: a dataspace that goes away is met by guarded copies.
 */
#pragma once

#include <tenon/memory.h>
#include <tenon/signal.h>

#define TN_ROM(RPC, I)                                                               \
	/* Current version: size in bytes (the dataspace is rounded up to pages). */ \
	RPC(I, dataspace, Out(uint64_t, size), OutCap(tn_dataspace_cap, dataspace))  \
	/* Submitted whenever there is a newer version. */                           \
	RPC(I, watch, InCap(tn_signal_cap, changed))

TN_RPC_INTERFACE(tn_rom, TN_ROM)
