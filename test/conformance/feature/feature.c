/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The feature table: what it says, and that a session which rests on an absent feature is denied.
 */
#include <tenon/feature.h>
#include <tenon/test.h>

static void every_row_has_a_sentence(struct tn_env *env)
{
	(void)env;
	for (int i = 0; i < TN_FEATURE_COUNT; i++) {
		const char *reason = NULL;
		bool present = tn_feature((enum tn_feature)i, &reason);
		TN_REQUIRE(reason && reason[0]);
		TN_EXPECT(tn_feature((enum tn_feature)i, NULL) == present);
	}
}

static void what_is_not_known_is_absent(struct tn_env *env)
{
	const int unknown[] = { TN_FEATURE_COUNT, 1 << 20, -1 };
	const char *reason = NULL;
	(void)env;
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		TN_EXPECT(!tn_feature((enum tn_feature)unknown[i], &reason));
		TN_EXPECT(reason && reason[0]);
	}
}

/* Protection from devices means nothing where there is no way to them. */
static void rows_agree(struct tn_env *env)
{
	(void)env;
	if (tn_feature(TN_FEATURE_CACHE_ATTRIBUTES, NULL))
		TN_EXPECT(tn_feature(TN_FEATURE_IO_MEM, NULL));
	if (tn_feature(TN_FEATURE_PRIORITY_INHERITANCE, NULL))
		TN_EXPECT(tn_feature(TN_FEATURE_PRIORITY, NULL));
}

/* The interface does not matter: it is not looked at. */
static void expect_denied(enum tn_feature feature, const char *service)
{
	struct tn_session session;
	if (tn_feature(feature, NULL))
		return; /* test/conformance/device shows that it works */
	TN_EXPECT_ERROR(tn_session_open(service, "", (struct tn_quota){ 0, 0 }, &tn_log_interface,
					&session),
			TN_ERR_UNSUPPORTED);
}

static void what_is_absent_is_denied(struct tn_env *env)
{
	struct tn_accounts before = { 0, 0, 0, 0 }, after = before;
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &before));
	for (unsigned i = 0; i < 3; i++) {
		expect_denied(TN_FEATURE_IO_MEM, "IO_MEM");
		expect_denied(TN_FEATURE_IO_PORT, "IO_PORT");
		expect_denied(TN_FEATURE_IRQ, "IRQ");
		expect_denied(TN_FEATURE_DMA, "DMA");
		if (!i) /* the first session makes the runtime's signal */
			TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &before));
	}
	TN_REQUIRE_OK(tn_pd_accounts(tn_env_pd(env), &after));
	TN_EXPECT_EQUAL(after.ram_used, before.ram_used);
	TN_EXPECT_EQUAL(after.caps_used, before.caps_used);
}

void component_construct(struct tn_env *env)
{
	static const struct tn_test_case cases[] = {
		{ "every-row-has-a-sentence", every_row_has_a_sentence },
		{ "what-is-not-known-is-absent", what_is_not_known_is_absent },
		{ "rows-agree", rows_agree },
		{ "what-is-absent-is-denied", what_is_absent_is_denied },
		{ NULL, NULL },
	};
	tn_test_main(env, "test-feature", cases, NULL);
}
