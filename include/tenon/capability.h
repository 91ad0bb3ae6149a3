/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Holding capabilities.
 *
 * A capability that a component receives is counted: it stays valid until it was released as often
 * as it was received or retained. Receiving the same object again, by whatever way, gives the same
 * handle. When the object is destroyed the handle stays in place, and calls return TN_ERR_GONE,
 * until it is released. None of these functions waits for another component but core.
 *
 * Ownership: every receipt and every tn_cap_retain() is a hold of its own, which its owner gives
 * up once.
 *
 * @code{.c}
 * static tn_any_cap example_kept;
 *
 * // What a server's handler gets is borrowed: to keep it, hold it once more.
 * static tn_error example_keep(tn_any_cap received)
 * {
 *         tn_error error = tn_cap_retain(received.handle);
 *         if (error != TN_OK)
 *                 return error;
 *         tn_cap_release(example_kept.handle); // 0 at first, which is fine
 *         example_kept = received;
 *         return TN_OK;
 * }
 * @endcode
 */
#pragma once

#include <tenon/rpc.h>

/* One more holder. TN_ERR_CAPABILITY when the handle names nothing. */
TN_EXTERN TN_MUST_USE tn_error tn_cap_retain(tn_handle handle);

/* One holder less; the last one gives the capability back. 0 and dead handles are fine. */
TN_EXTERN void tn_cap_release(tn_handle handle);

static inline void tn_cap_cleanup_(void *cap)
{
	tn_cap_release(*(const tn_handle *)cap);
}

/*
 * Scope-bound: released when the variable goes out of scope.
 *     TN_SCOPED(tn_dataspace_cap, dataspace);
 * declares a variable that holds nothing until something is received into it.
 */
#define TN_SCOPED(type, name) __attribute__((cleanup(tn_cap_cleanup_))) type name = { 0 }
