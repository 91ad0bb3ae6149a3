/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/quota.h>
#include <tenon/thread.h>

const char *tn_usage_name(uint32_t kind)
{
	static const char *const names[TN_USAGE_COUNT] = {
		[TN_USAGE_GIVEN] = "given",
		[TN_USAGE_RECEIVED] = "received",
		[TN_USAGE_DOMAIN] = "protection domain",
		[TN_USAGE_CAPABILITY] = "capabilities",
		[TN_USAGE_OBJECT] = "objects and signals",
		[TN_USAGE_CHANNEL] = "channels",
		[TN_USAGE_DATASPACE] = "dataspaces",
		[TN_USAGE_REGION] = "attachments",
		[TN_USAGE_THREAD] = "threads",
		[TN_USAGE_SESSION] = "sessions at core",
	};
	return kind < TN_USAGE_COUNT && names[kind] ? names[kind] : "?";
}

tn_error tn_quota_usage(struct tn_env *env, struct tn_quota_usage *usage)
{
	tn_pd_cap pd = tn_env_pd(env);
	tn_error error = tn_pd_accounts(pd, &usage->total);
	for (uint32_t kind = 0; kind < TN_USAGE_COUNT && error == TN_OK; kind++)
		error = tn_pd_usage(pd, kind, &usage->by_kind[kind]);
	tn_heap_usage(&usage->heap);
	return error;
}

tn_error tn_quota_request_begin(struct tn_env *env, struct tn_quota wanted, tn_signal_cap decided)
{
	return tn_parent_resource_request(tn_env_parent(env), wanted.ram, wanted.caps, decided);
}

tn_error tn_quota_request_collect(struct tn_env *env, struct tn_quota *granted)
{
	uint32_t state;
	tn_error error = tn_parent_resource_collect(tn_env_parent(env), &state, &granted->ram,
						    &granted->caps);
	if (error != TN_OK)
		return error;
	if (state == TN_RESOURCE_PENDING)
		return TN_ERR_AGAIN;
	if (state != TN_RESOURCE_DECIDED)
		return TN_ERR_NOT_FOUND;
	return granted->ram || granted->caps ? TN_OK : TN_ERR_DENIED;
}

tn_error tn_quota_request(struct tn_env *env, struct tn_quota wanted, struct tn_quota *granted)
{
	struct tn_signal decided = { 0 };
	tn_error error = tn_signal_create(tn_thread_self_entrypoint(), &decided);
	if (error != TN_OK)
		return error;
	error = tn_quota_request_begin(env, wanted, decided.cap);
	if (error == TN_OK)
		error = tn_quota_request_collect(env, granted);
	while (error == TN_ERR_AGAIN) {
		tn_signal_wait(&decided);
		error = tn_quota_request_collect(env, granted);
	}
	tn_signal_destroy(&decided);
	return error;
}

tn_error tn_quota_listen(struct tn_env *env, tn_signal_cap wanted)
{
	return tn_parent_notify(tn_env_parent(env), TN_NOTICE_YIELD, wanted);
}

tn_error tn_quota_wanted_back(struct tn_env *env, struct tn_quota *quota)
{
	return tn_parent_yield_request(tn_env_parent(env), &quota->ram, &quota->caps);
}

tn_error tn_quota_yield(struct tn_env *env, struct tn_quota quota)
{
	return tn_parent_yield_done(tn_env_parent(env), quota.ram, quota.caps);
}
