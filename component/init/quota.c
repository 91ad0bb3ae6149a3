/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Quota: what the children are given by the scenario, and what they ask for. */

#include "init.h"

static struct tn_quota available(void)
{
	struct tn_accounts own = { 0, 0, 0, 0 };
	struct tn_quota left = { 0, 0 };
	if (tn_pd_accounts(tn_env_pd(init.env), &own) != TN_OK)
		return left;
	left.ram = own.ram_limit - own.ram_used;
	left.caps = own.caps_limit - own.caps_used;
	return left;
}

/* Not an error: what runs of it may be what matters. */
void quota_check(const struct config *config)
{
	struct tn_quota wanted = { 0, 0 }, there = available();
	for (const struct start *start = config->starts; start; start = start->next) {
		if (start->live && start->live->state == CHILD_UP)
			continue;
		wanted.ram += start->quota.ram;
		wanted.caps += start->quota.caps;
	}
	if (wanted.ram > there.ram)
		tn_log("the children need ram=%llu, init has %llu: the last ones will not start; "
		       "give init more, or them less",
		       (unsigned long long)wanted.ram, (unsigned long long)there.ram);
	if (wanted.caps > there.caps)
		tn_log("the children need caps=%llu, init has %llu: the last ones will not start; "
		       "give init more, or them less",
		       (unsigned long long)wanted.caps, (unsigned long long)there.caps);
}

static uint64_t up_to(uint64_t has, uint64_t wanted, uint64_t max)
{
	uint64_t room = max > has ? max - has : 0;
	return wanted < room ? wanted : room;
}

/* All of it, or nothing: half of what it needs helps nobody. */
void quota_requested(void *self, struct tn_child *tn, struct tn_quota wanted)
{
	const struct tn_quota nothing = { 0, 0 };
	struct child *child = child_of(tn);
	const struct start *start = child->start;
	(void)self;
	bool allowed = start &&
		       up_to(child->quota.ram, wanted.ram, start->quota_max.ram) == wanted.ram &&
		       up_to(child->quota.caps, wanted.caps, start->quota_max.caps) == wanted.caps;
	tn_error error = allowed ? tn_child_grant(tn, wanted) : TN_ERR_DENIED;
	if (error == TN_OK) {
		child->quota.ram += wanted.ram;
		child->quota.caps += wanted.caps;
		return;
	}
	tn_log("%s asks for ram=%llu caps=%llu more, and is denied: %s", child->name,
	       (unsigned long long)wanted.ram, (unsigned long long)wanted.caps,
	       allowed ? tn_error_text(error) : "its ram-max= and caps-max= do not allow it");
	if (tn_child_grant(tn, nothing) != TN_OK)
		return; /* it has ended meanwhile */
}

static uint64_t more(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

void quota_adjust(struct child *child)
{
	struct tn_quota was = child->quota, now = child->start->quota;
	struct tn_quota give = { more(now.ram, was.ram), more(now.caps, was.caps) };
	struct tn_quota take = { more(was.ram, now.ram), more(was.caps, now.caps) };
	if (give.ram || give.caps) {
		tn_error error = tn_child_grant(&child->tn, give);
		if (error != TN_OK) {
			tn_log("%s cannot be given ram=%llu caps=%llu more: %s", child->name,
			       (unsigned long long)give.ram, (unsigned long long)give.caps,
			       tn_error_text(error));
			give = (struct tn_quota){ 0, 0 };
		}
	}
	struct tn_quota back = tn_child_reclaim(&child->tn, take);
	if (back.ram < take.ram || back.caps < take.caps)
		tn_log("%s keeps ram=%llu caps=%llu of what is taken from it: it uses them",
		       child->name, (unsigned long long)(take.ram - back.ram),
		       (unsigned long long)(take.caps - back.caps));
	child->quota.ram = was.ram + give.ram - back.ram;
	child->quota.caps = was.caps + give.caps - back.caps;
}
