/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * LOG sessions: lines of text, for people.
 *
 * Each line appears with the label path of the component. `write` never waits: what does not fit
 * into core's bounded buffer is dropped and counted, and the count appears in the log. `append` is
 * the lossless way, for transcripts: it takes as much as there is room for and answers how much;
 * the writer tries again with the rest.
 */
#pragma once

#include <tenon/rpc.h>

#define TN_LOG_MAX 1000u

#define TN_LOG(RPC, I)                           \
	RPC(I, write, InBytes(text, TN_LOG_MAX)) \
	RPC(I, append, InBytes(text, TN_LOG_MAX), Out(uint32_t, taken))

TN_RPC_INTERFACE(tn_log, TN_LOG)
