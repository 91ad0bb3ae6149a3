/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the client and the server of the bench speak. */
#pragma once

#include <tenon/rpc.h>

/* All that fits a message beside the length. */
#define PEER_DATA_MAX 4088u

struct peer_words_4 {
	uint64_t word[4];
};
struct peer_words_20 {
	uint64_t word[20];
};
struct peer_words_60 {
	uint64_t word[60];
};

#define PEER(RPC, I)                                                                           \
	RPC(I, null)                                                                           \
	RPC(I, data, InBytes(data, PEER_DATA_MAX))                                             \
	RPC(I, capability, InCap(tn_any_cap, given))                                           \
	/* Each submit of `ask` is answered by a submit of `answer`. */                        \
	RPC(I, signals, InCap(tn_signal_cap, answer), OutCap(tn_signal_cap, ask))              \
	RPC(I, words_4, In(struct peer_words_4, words))                                        \
	RPC(I, words_20, In(struct peer_words_20, words))                                      \
	RPC(I, words_60, In(struct peer_words_60, words))                                      \
	RPC(I, capabilities, InCap(tn_any_cap, a), InCap(tn_any_cap, b), InCap(tn_any_cap, c), \
	    InCap(tn_any_cap, d), InCap(tn_any_cap, e), InCap(tn_any_cap, f),                  \
	    InCap(tn_any_cap, g), InCap(tn_any_cap, h))

TN_RPC_INTERFACE(peer, PEER)
