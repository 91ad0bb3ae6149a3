/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

static void ended(struct tn_upstream *upstream, tn_error reason)
{
	upstream->state = TN_UPSTREAM_ENDED;
	upstream->reason = reason;
	tn_cap_release(upstream->cap);
	upstream->cap = 0;
}

void upstream_open(struct tn_family *family, struct tn_upstream *upstream,
		   const struct session_request *request, struct tn_quota quota)
{
	upstream->cap = 0;
	upstream->closing = false;
	tn_error error =
		tn_parent_session_open(tn_env_parent(family->env), request->service, request->label,
				       quota.ram, quota.caps, request->functions, request->digest,
				       request->interface, &upstream->id);
	if (error != TN_OK) {
		ended(upstream, error);
		return;
	}
	upstream->state = TN_UPSTREAM_WAITING;
	upstream_poll(family, upstream);
}

void upstream_poll(struct tn_family *family, struct tn_upstream *upstream)
{
	uint32_t state = TN_SESSION_PENDING, reason = TN_OK;
	tn_any_cap cap = { 0 };
	if (upstream->state != TN_UPSTREAM_WAITING)
		return;
	tn_error error = tn_parent_session_collect(tn_env_parent(family->env), upstream->id, &state,
						   &reason, &cap);
	if (error != TN_OK) {
		/* A parent that closes at once has forgotten the session by now. */
		ended(upstream, upstream->closing ? TN_OK : error);
	} else if (state == TN_SESSION_READY) {
		upstream->state = TN_UPSTREAM_READY;
		if (!upstream->cap)
			upstream->cap = cap.handle;
		else
			tn_cap_release(cap.handle);
	} else if (state == TN_SESSION_DENIED) {
		ended(upstream, (tn_error)reason);
	}
}

void upstream_upgrade(struct tn_family *family, struct tn_upstream *upstream, struct tn_quota quota)
{
	tn_error error = tn_parent_session_upgrade(tn_env_parent(family->env), upstream->id,
						   quota.ram, quota.caps);
	upstream->reason = error;
	if (error != TN_OK)
		return;
	upstream->state = TN_UPSTREAM_WAITING;
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
		ended(upstream, error);
		return;
	}
	upstream->state = TN_UPSTREAM_WAITING;
	upstream_poll(family, upstream);
}
