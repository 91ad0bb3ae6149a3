/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

static bool nothing(struct tn_quota quota)
{
	return !quota.ram && !quota.caps;
}

tn_error quota_withdraw(struct tn_child *child, struct tn_quota quota)
{
	tn_pd_cap from = { child->pd.cap };
	tn_any_cap to = { tn_env_pd(child->family->env).handle };
	if (nothing(quota))
		return TN_OK;
	return tn_pd_transfer_quota(from, to, quota.ram, quota.caps);
}

tn_error quota_give(struct tn_child *child, struct tn_quota quota)
{
	tn_any_cap to = { child->pd.cap };
	if (nothing(quota))
		return TN_OK;
	return tn_pd_transfer_quota(tn_env_pd(child->family->env), to, quota.ram, quota.caps);
}

void quota_return(struct tn_child *child, struct tn_quota quota)
{
	if (quota_give(child, quota) != TN_OK)
		return;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

struct tn_quota quota_own(const struct tn_family *family)
{
	struct tn_accounts accounts = { 0, 0, 0, 0 };
	struct tn_quota limits = { 0, 0 };
	if (tn_pd_accounts(tn_env_pd(family->env), &accounts) != TN_OK)
		return limits;
	limits.ram = accounts.ram_limit;
	limits.caps = accounts.caps_limit;
	return limits;
}

struct tn_quota quota_sum(struct tn_quota a, struct tn_quota b)
{
	struct tn_quota total = { a.ram + b.ram, a.caps + b.caps };
	return total;
}

struct tn_quota quota_difference(struct tn_quota a, struct tn_quota b)
{
	struct tn_quota rest = { less(a.ram, b.ram), less(a.caps, b.caps) };
	return rest;
}

struct tn_quota quota_least(struct tn_quota a, struct tn_quota b)
{
	struct tn_quota both = { least(a.ram, b.ram), least(a.caps, b.caps) };
	return both;
}

struct tn_quota quota_take(struct tn_quota *from, struct tn_quota quota)
{
	struct tn_quota taken = quota_least(quota, *from);
	*from = quota_difference(*from, taken);
	return taken;
}

struct tn_quota quota_reclaim(struct tn_child *server, struct tn_quota quota)
{
	struct tn_quota none = { 0, 0 }, got = none;
	struct tn_accounts accounts;
	tn_pd_cap pd = { server->pd.cap };
	if (quota_withdraw(server, quota) == TN_OK)
		return quota;
	if (tn_pd_accounts(pd, &accounts) != TN_OK)
		return none;
	got.ram = least(quota.ram, accounts.ram_limit - accounts.ram_used);
	got.caps = least(quota.caps, accounts.caps_limit - accounts.caps_used);
	if (quota_withdraw(server, got) != TN_OK)
		got = none;
	tn_log("%s keeps %llu bytes and %llu capabilities of a closed session: it uses them for "
	       "something else",
	       server->name, (unsigned long long)(quota.ram - got.ram),
	       (unsigned long long)(quota.caps - got.caps));
	return got;
}
