/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Quota while a component runs: what it is used for, to ask the parent for more, and to give back
 * what the parent wants. A static library above the PD session and the parent interface.
 *
 * Nothing is asked for behind a component's back: what runs out of quota (tn_dataspace_alloc(),
 * tn_session_open() and all others) fails with TN_ERR_OUT_OF_RAM or TN_ERR_OUT_OF_CAPS; the
 * component that wants to may then request more, and try again.
 *
 * To ask costs one signal and one capability at the parent while it lasts, paid by who asks.
 *
 * @code{.c}
 * // Memory, asking the parent for more if it does not suffice.
 * static tn_error example_alloc(struct tn_env *env, size_t size, tn_dataspace_cap *memory)
 * {
 *         struct tn_quota granted;
 *         tn_error error = tn_dataspace_alloc(size, memory);
 *         if (error != TN_ERR_OUT_OF_RAM)
 *                 return error;
 *         error = tn_quota_request(env, (struct tn_quota){ .ram = size + 8192 }, &granted);
 *         return error == TN_OK ? tn_dataspace_alloc(size, memory) : error;
 * }
 * @endcode
 */
#pragma once

#include <tenon/component.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A component's quota: the whole, and by kind (enum tn_usage_kind). */
struct tn_quota_usage {
	struct tn_accounts total;                /* limits and use */
	struct tn_usage by_kind[TN_USAGE_COUNT]; /* index: enum tn_usage_kind */
	struct tn_heap_usage heap;               /* part of what dataspaces and attachments use */
};

/*
 * Looks at the own quota; calls core alone. With other threads at work the parts may be of
 * different moments.
 */
TN_MUST_USE tn_error tn_quota_usage(struct tn_env *env, struct tn_quota_usage *usage);
/* Name of a kind, for messages; "?" for what is none. */
const char *tn_usage_name(uint32_t kind);

/*
 * Asks for `wanted` beyond what the component has. Blocks, on any thread, until the parent has
 * decided, which may be never if the parent likes; meanwhile the calling thread's entrypoint serves
 * nothing. TN_OK: *granted, perhaps less than wanted, has been added to the limit. TN_ERR_DENIED:
 * nothing. TN_ERR_BUSY: another thread's request is under way. TN_ERR_OUT_OF_RAM, _CAPS: not
 * even quota for asking is left.
 */
TN_MUST_USE tn_error tn_quota_request(struct tn_env *env, struct tn_quota wanted,
				      struct tn_quota *granted);

/*
 * The same without waiting: `decided` is submitted when the parent has decided; its handler
 * collects. The signal stays the caller's.
 */
TN_MUST_USE tn_error tn_quota_request_begin(struct tn_env *env, struct tn_quota wanted,
					    tn_signal_cap decided);
/* As tn_quota_request() ends, and once; TN_ERR_AGAIN: not decided yet. */
TN_MUST_USE tn_error tn_quota_request_collect(struct tn_env *env, struct tn_quota *granted);

/*
 * Listens to the parent's wish to have quota back: `wanted` is submitted then, and at once if there
 * is a wish already. A capability of 0 ends it.
 */
TN_MUST_USE tn_error tn_quota_listen(struct tn_env *env, tn_signal_cap wanted);
/* How much the parent wants back now. */
TN_MUST_USE tn_error tn_quota_wanted_back(struct tn_env *env, struct tn_quota *quota);
/*
 * The answer, after the component has freed what it can: the parent takes up to this much, as far
 * as it has asked and as it is unused. One answer a wish: TN_ERR_ARGUMENT without one.
 */
TN_MUST_USE tn_error tn_quota_yield(struct tn_env *env, struct tn_quota quota);

#ifdef __cplusplus
}
#endif
