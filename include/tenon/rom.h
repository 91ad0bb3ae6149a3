/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * ROM sessions: read-only data by name (the label of the session).
 *
 * Exchange: the client opens a "ROM" session, asks for the dataspace, attaches it, and may ask to
 * be told of new versions. Served by core (modules of the scenario, which never change: its `watch`
 * accepts a signal and never submits it), by init (a child's configuration) and by components.
 * Price of a session at core: PRICE_SESSION; components that serve ROMs ask for a donation of
 * TN_ROM_RAM and TN_ROM_CAPS, which core leaves untouched. The client trusts the server for the
 * content only: a dataspace that goes away is met by guarded copies.
 *
 * A version has a dataspace of its own, is complete when it is handed out, and does not change any
 * more; the server may destroy it when there are newer ones. So a client that has copied all of it
 * has a consistent version, and one whose copy fails with TN_ERR_FAULT asks again.
 * tenon/rom_client.h does it all.
 *
 * Ownership: the dataspace is the server's; the client owns its capability to it. No call waits
 * for a new version.
 *
 * @code{.c}
 * #include <tenon/capability.h>
 *
 * // The current version, attached: it does not change, but may go away, so copy it guardedly.
 * static tn_error example_attach(tn_rom_cap rom, tn_dataspace_cap *version, void **text,
 *                                uint64_t *size)
 * {
 *         tn_error error = tn_rom_dataspace(rom, size, version);
 *         if (error != TN_OK)
 *                 return error;
 *         *text = NULL;
 *         error = tn_attach(*version, 0, 0, TN_RIGHT_READ, text);
 *         if (error != TN_OK)
 *                 tn_cap_release(version->handle);
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/memory.h>
#include <tenon/signal.h>

/* What a session costs at components, donated by the client: bytes, capabilities. */
#define TN_ROM_RAM  4096u
#define TN_ROM_CAPS 4u

#define TN_ROM(RPC, I)                                                               \
	/* Current version: size in bytes (the dataspace is rounded up to pages). */ \
	/* TN_ERR_AGAIN: there is none yet. */                                       \
	RPC(I, dataspace, Out(uint64_t, size), OutCap(tn_dataspace_cap, dataspace))  \
	/* Submitted whenever there is a newer version from then on. */              \
	RPC(I, watch, InCap(tn_signal_cap, changed))

TN_RPC_INTERFACE(tn_rom, TN_ROM)
