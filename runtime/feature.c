/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <base/feature.h>
#include <runtime/runtime.h>

ABI bool tn_feature(enum tn_feature feature, const char **reason)
{
	const struct feature_row *row =
		(uint32_t)feature < TN_FEATURE_COUNT ? &feature_table[feature] : NULL;
	if (reason)
		*reason = row ? row->reason : "a feature that came after this runtime";
	return row && row->present;
}
