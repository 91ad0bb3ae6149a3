/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

static void set_state(struct tn_family *family, struct tn_upstream *upstream,
		      enum tn_upstream_state state)
{
	upstream->state = state;
	tn_list_remove(&upstream->waiting);
	if (state == TN_UPSTREAM_WAITING)
		tn_list_append(&family->upstreams, &upstream->waiting);
}

static void ended(struct tn_family *family, struct tn_upstream *upstream, tn_error reason)
{
	set_state(family, upstream, TN_UPSTREAM_ENDED);
	upstream->reason = reason;
	tn_cap_release(upstream->cap);
	upstream->cap = 0;
}

void upstream_open(struct tn_family *family, struct tn_upstream *upstream,
		   const struct session_request *request, struct tn_quota quota)
{
	upstream->cap = 0;
	upstream->closing = false;
	upstream->back = (struct tn_quota){ 0, 0 };
	tn_error error =
		tn_parent_session_open(tn_env_parent(family->env), request->service, request->label,
				       quota.ram, quota.caps, request->functions, request->digest,
				       request->interface, &upstream->id);
	if (error != TN_OK) {
		ended(family, upstream, error);
		return;
	}
	set_state(family, upstream, TN_UPSTREAM_WAITING);
	upstream_poll(family, upstream);
}

static void collect(struct tn_family *family, struct tn_upstream *upstream)
{
	uint32_t state = TN_SESSION_PENDING, reason = 0;
	tn_any_cap cap = { 0 };
	tn_error error = tn_parent_session_collect(tn_env_parent(family->env), upstream->id, &state,
						   &reason, &cap);
	if (error != TN_OK) {
		/* A parent that closes at once has forgotten the session by now. */
		ended(family, upstream, upstream->closing ? TN_OK : error);
	} else if (state == TN_SESSION_READY) {
		set_state(family, upstream, TN_UPSTREAM_READY);
		if (!upstream->cap)
			upstream->cap = cap.handle;
		else
			tn_cap_release(cap.handle);
	} else if (state == TN_SESSION_DENIED) {
		ended(family, upstream, tn_error_of(reason));
	}
}

/*
 * What a PD had comes back in the moment in which the parent says that its session has ended, so
 * that nothing else is counted.
 */
void upstream_poll(struct tn_family *family, struct tn_upstream *upstream)
{
	if (upstream->state != TN_UPSTREAM_WAITING)
		return;
	if (!upstream->counts || !upstream->closing) {
		collect(family, upstream);
		return;
	}
	struct tn_quota before = quota_own(family);
	collect(family, upstream);
	if (upstream->state == TN_UPSTREAM_ENDED)
		upstream->back = quota_difference(quota_own(family), before);
}

void upstream_upgrade(struct tn_family *family, struct tn_upstream *upstream, struct tn_quota quota)
{
	tn_error error = tn_parent_session_upgrade(tn_env_parent(family->env), upstream->id,
						   quota.ram, quota.caps);
	upstream->reason = error;
	if (error != TN_OK)
		return;
	set_state(family, upstream, TN_UPSTREAM_WAITING);
	upstream_poll(family, upstream);
}

void upstream_close(struct tn_family *family, struct tn_upstream *upstream)
{
	if (upstream->state == TN_UPSTREAM_NONE || upstream->state == TN_UPSTREAM_ENDED) {
		upstream->state = TN_UPSTREAM_ENDED;
		return;
	}
	upstream->closing = true;
	tn_error error = tn_parent_session_close(tn_env_parent(family->env), upstream->id);
	if (error != TN_OK) {
		ended(family, upstream, error);
		return;
	}
	set_state(family, upstream, TN_UPSTREAM_WAITING);
	upstream_poll(family, upstream);
}

/* Each once: those that still wait are put back behind the last of today's. An owner may free
 * others meanwhile, which leave whatever list they are in. */
void upstream_poll_all(struct tn_family *family)
{
	struct tn_list today;
	struct tn_list_node *node;
	tn_list_init(&today);
	tn_list_append_all(&today, &family->upstreams);
	while ((node = tn_list_take_first(&today))) {
		struct tn_upstream *upstream = TN_CONTAINER_OF(node, struct tn_upstream, waiting);
		tn_list_append(&family->upstreams, node);
		upstream_poll(family, upstream);
		if (upstream->state != TN_UPSTREAM_WAITING)
			upstream->progress(upstream->owner);
	}
}
