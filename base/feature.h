/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The feature table of one kernel, as its port declares it: kernel/<name>/include/features.h
 * defines PORT_FEATURES(X) with X(name, true or false, "how, or what holds instead") for each
 * feature.
 */
#pragma once

#include <tenon/feature.h>

/* Without pointers, so that tools find it in the file as it is. */
struct feature_row {
	bool present;
	char reason[127];
};

extern const struct feature_row feature_table[TN_FEATURE_COUNT];
