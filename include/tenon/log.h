/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * LOG sessions: lines of text, for people.
 *
 * Each line appears with the label path of the component. `write` never waits: what does not fit
 * into core's bounded buffer is dropped and counted, and the count appears in the log. `append` is
 * the lossless way, for transcripts: it takes as much as there is room for and answers how much;
 * the writer tries again with the rest.
 *
 * Ownership: text is copied before the call returns. Sizes are in bytes. Errors: those of any call
 * (rpc.h), which a component can do little about.
 *
 * @code{.c}
 * // All of a text, however little room there is at a time; tn_transcript_line() does it nicely.
 * static tn_error example_append(tn_log_cap log, const char *text, size_t length)
 * {
 *         tn_error error = TN_OK;
 *         while (length && error == TN_OK) {
 *                 uint32_t taken = 0;
 *                 size_t part = length < TN_LOG_MAX ? length : TN_LOG_MAX;
 *                 error = tn_log_append(log, text, part, &taken);
 *                 text += taken;
 *                 length -= taken;
 *         }
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

/* Bytes of one line. */
#define TN_LOG_MAX 1000u

#define TN_LOG(RPC, I)                           \
	RPC(I, write, InBytes(text, TN_LOG_MAX)) \
	RPC(I, append, InBytes(text, TN_LOG_MAX), Out(uint32_t, taken))

TN_RPC_INTERFACE(tn_log, TN_LOG)
