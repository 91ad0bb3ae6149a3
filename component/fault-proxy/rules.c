/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "fault-proxy.h"

#include <tenon/text.h>

/* A linear congruential generator: the same numbers for the same seed, on every kernel. */
uint64_t session_random(struct session *session)
{
	session->random = session->random * 6364136223846793005u + 1442695040888963407u;
	return session->random >> 33;
}

/* The dice are thrown last, and only for rules that would hold: what a rule does depends on nothing
 * but the seed and the session's calls. */
static bool holds(const struct rule *rule, struct session *session)
{
	if (rule->label[0] && !tn_text_equal(rule->label, session->label))
		return false;
	if (rule->call && rule->call != session->calls)
		return false;
	if (rule->every && session->calls % rule->every)
		return false;
	return rule->chance == 100 || session_random(session) % 100 < rule->chance;
}

static void apply(const struct rule *rule, struct faults *faults)
{
	switch (rule->action) {
	case ACTION_ERROR:
		faults->error = rule->error;
		break;
	case ACTION_DROP_REQUEST:
		faults->drop_request = true;
		break;
	case ACTION_DROP_REPLY:
		faults->drop_reply = true;
		break;
	case ACTION_DELAY:
		faults->ns += rule->ns;
		break;
	case ACTION_GARBAGE:
		faults->garbage = true;
		faults->length = rule->length;
		break;
	case ACTION_STORM:
		faults->storm += rule->count;
		break;
	case ACTION_DISCONNECT:
		faults->disconnect = true;
		break;
	case ACTION_DIE:
		faults->die = true;
		break;
	default:
		break;
	}
}

struct faults rules_for_call(struct session *session)
{
	struct faults faults = { .error = TN_OK };
	for (const struct rule *rule = session->proxied->rules; rule; rule = rule->next)
		if (rule->action != ACTION_DENY && holds(rule, session))
			apply(rule, &faults);
	return faults;
}

tn_error rules_for_opening(struct session *session)
{
	for (const struct rule *rule = session->proxied->rules; rule; rule = rule->next)
		if (rule->action == ACTION_DENY && holds(rule, session))
			return rule->error;
	return TN_OK;
}
