/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What parent and child want of each other while the child runs: more quota, quota back, a sign of
 * life. Each is told by a signal and fetched by the child, so that nobody waits for the other.
 */

#include "internal.h"

static const struct tn_quota nothing = { 0, 0 };

static bool any(struct tn_quota quota)
{
	return quota.ram || quota.caps;
}

static void tell(tn_signal_cap signal)
{
	if (signal.handle)
		(void)tn_signal_submit(signal);
}

/* The child pays for the capability: it has sent it. */
tn_error child_notify(void *self, struct tn_request *request, uint32_t notice, tn_signal_cap signal)
{
	struct tn_child *child = self;
	(void)request;
	if (notice >= TN_NOTICE_COUNT)
		return TN_ERR_ARGUMENT;
	tn_error error = signal.handle ? tn_cap_retain(signal.handle) : TN_OK;
	if (error != TN_OK)
		return error;
	tn_cap_release(child->notices[notice].handle);
	child->notices[notice] = signal;
	/* The parent may have asked before the child listened. */
	if (notice == TN_NOTICE_YIELD && any(child->yield_wanted))
		tell(signal);
	return TN_OK;
}

void notices_free(struct tn_child *child)
{
	for (unsigned i = 0; i < TN_NOTICE_COUNT; i++)
		tn_cap_release(child->notices[i].handle);
	tn_cap_release(child->decided.handle);
}

/* -- the child wants more -- */

static void decide(struct tn_child *child, struct tn_quota granted)
{
	if (child->resource != TN_RESOURCE_PENDING)
		return;
	child->resource = TN_RESOURCE_DECIDED;
	child->requested = granted;
	tell(child->decided);
}

tn_error tn_child_grant(struct tn_child *child, struct tn_quota quota)
{
	if (child->state != TN_CHILD_RUNNING)
		return TN_ERR_GONE;
	tn_error error = quota_give(child, quota);
	if (error == TN_OK)
		decide(child, quota);
	return error;
}

tn_error child_resource_request(void *self, struct tn_request *request, uint64_t ram, uint64_t caps,
				tn_signal_cap decided)
{
	struct tn_child *child = self;
	struct tn_family *family = child->family;
	(void)request;
	if (child->resource != TN_RESOURCE_NONE)
		return TN_ERR_BUSY;
	tn_error error = tn_cap_retain(decided.handle);
	if (error != TN_OK)
		return error;
	child->decided = decided;
	child->resource = TN_RESOURCE_PENDING;
	child->requested = (struct tn_quota){ ram, caps };
	if (family->policy->resource_request)
		family->policy->resource_request(family->self, child, child->requested);
	else
		decide(child, nothing);
	return TN_OK;
}

tn_error child_resource_collect(void *self, struct tn_request *request, uint32_t *state,
				uint64_t *ram, uint64_t *caps)
{
	struct tn_child *child = self;
	(void)request;
	*state = child->resource;
	*ram = *caps = 0;
	if (child->resource != TN_RESOURCE_DECIDED)
		return TN_OK;
	*ram = child->requested.ram;
	*caps = child->requested.caps;
	child->resource = TN_RESOURCE_NONE;
	tn_cap_release(child->decided.handle);
	child->decided.handle = 0;
	return TN_OK;
}

/* -- the parent wants some back -- */

tn_error tn_child_accounts(const struct tn_child *child, struct tn_accounts *accounts)
{
	tn_pd_cap pd = { child->pd.cap };
	return child->state == TN_CHILD_RUNNING ? tn_pd_accounts(pd, accounts) : TN_ERR_GONE;
}

uint32_t tn_child_waiting(const struct tn_child *child)
{
	tn_pd_cap pd = { child->pd.cap };
	uint32_t threads = 0;
	if (child->state != TN_CHILD_RUNNING || tn_pd_waiting(pd, &threads) != TN_OK)
		return 0;
	return threads;
}

/* What clients have donated is to go back to them; it is not the parent's to take. */
static struct tn_quota donated_to(const struct tn_child *server)
{
	struct tn_quota all = nothing;
	struct tn_list_node *node = tn_list_first(&server->served);
	for (; node; node = tn_list_next(&server->served, node))
		all = quota_sum(all, session_in_server(node)->donated);
	return all;
}

struct tn_quota tn_child_reclaim(struct tn_child *child, struct tn_quota quota)
{
	struct tn_accounts now;
	if (tn_child_accounts(child, &now) != TN_OK)
		return nothing;
	struct tn_quota unused = { now.ram_limit - now.ram_used, now.caps_limit - now.caps_used };
	struct tn_quota own = quota_difference(unused, donated_to(child));
	struct tn_quota taken = quota_least(quota, own);
	/* The child runs meanwhile: what it has just used it keeps. */
	return quota_withdraw(child, taken) == TN_OK ? taken : nothing;
}

void tn_child_yield(struct tn_child *child, struct tn_quota quota)
{
	child->yield_wanted = quota;
	if (any(quota))
		tell(child->notices[TN_NOTICE_YIELD]);
}

tn_error child_yield_request(void *self, struct tn_request *request, uint64_t *ram, uint64_t *caps)
{
	const struct tn_child *child = self;
	(void)request;
	*ram = child->yield_wanted.ram;
	*caps = child->yield_wanted.caps;
	return TN_OK;
}

/* One request, one answer: what it could not give now it is not asked for again and again. */
tn_error child_yield_done(void *self, struct tn_request *request, uint64_t ram, uint64_t caps)
{
	struct tn_child *child = self;
	struct tn_family *family = child->family;
	struct tn_quota said = { ram, caps }, wanted = child->yield_wanted;
	(void)request;
	if (!any(wanted))
		return TN_ERR_ARGUMENT;
	child->yield_wanted = nothing;
	struct tn_quota back = tn_child_reclaim(child, quota_least(said, wanted));
	if (family->policy->yielded)
		family->policy->yielded(family->self, child, back);
	return TN_OK;
}

/* -- signs of life -- */

void tn_child_heartbeat(struct tn_child *child)
{
	if (child->beats_unanswered < UINT32_MAX)
		child->beats_unanswered++;
	tell(child->notices[TN_NOTICE_HEARTBEAT]);
}

uint32_t tn_child_beats_unanswered(const struct tn_child *child)
{
	return child->beats_unanswered;
}

tn_error child_heartbeat(void *self, struct tn_request *request)
{
	struct tn_child *child = self;
	(void)request;
	child->beats_unanswered = 0;
	return TN_OK;
}
