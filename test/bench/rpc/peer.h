/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the client and the server of the bench speak. */
#pragma once

#include <tenon/rpc.h>

/* All that fits a message beside the length. */
#define PEER_DATA_MAX 4088u

#define PEER(RPC, I)                                                    \
	RPC(I, null)                                                    \
	RPC(I, data, InBytes(data, PEER_DATA_MAX))                      \
	RPC(I, capability, InCap(tn_any_cap, given))                    \
	/* Each submit of `ask` is answered by a submit of `answer`. */ \
	RPC(I, signals, InCap(tn_signal_cap, answer), OutCap(tn_signal_cap, ask))

TN_RPC_INTERFACE(peer, PEER)
