/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <base/feature.h>
#include <features.h>

#define ROW(name, has, why) [TN_FEATURE_##name] = { .present = (has), .reason = why },
#define ONE(name, has, why) +1

_Static_assert(0 PORT_FEATURES(ONE) == TN_FEATURE_COUNT, "the port declares each feature once");

/* A section of its own: tool/features reads it. */
__attribute__((section(".tenon.features"), used))
const struct feature_row feature_table[TN_FEATURE_COUNT] = { PORT_FEATURES(ROW) };
