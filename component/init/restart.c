/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What follows the end of a child: nothing, its restart, or the end of init. */

#include "init.h"

static int exit_value(const struct tn_child_end *end)
{
	if (end->cause == TN_CHILD_EXITED)
		return end->value;
	return end->cause == TN_CHILD_NOT_STARTED ? EXIT_START : EXIT_FAULT;
}

/* Doubled for each restart in a row, up to a maximum. */
static uint64_t delay_of(const struct ending *ending, uint64_t in_a_row)
{
	uint64_t delay = ending->delay_ns;
	for (uint64_t i = 1; i < in_a_row && delay < ending->delay_max_ns; i++)
		delay *= 2;
	return delay < ending->delay_max_ns ? delay : ending->delay_max_ns;
}

/* A child that has run for longer than it would ever be waited for is well. */
static void count(struct child *child, const struct ending *ending, uint64_t now)
{
	if (now - child->started_ns > ending->delay_max_ns)
		child->in_a_row = 0;
	child->in_a_row++;
}

/* False: it has been restarted too often. */
static bool restart(struct child *child, const struct ending *ending)
{
	uint64_t now = clock_now();
	count(child, ending, now);
	if (ending->limit && child->in_a_row > ending->limit) {
		tn_log("%s was restarted %llu times in a row: given up", child->name,
		       (unsigned long long)ending->limit);
		return false;
	}
	child->restarts++;
	uint64_t delay = delay_of(ending, child->in_a_row);
	if (!delay) {
		child_start(child);
		return true;
	}
	tn_log("%s is started again in %llu ms", child->name,
	       (unsigned long long)(delay / 1000000));
	child->state = CHILD_WAITING;
	child->due_ns = now + delay;
	tn_list_append(&init.waiting, &child->in_waiting);
	clock_program();
	return true;
}

void restart_or_end(struct child *child)
{
	const struct start *start = child->start;
	const struct ending *ending =
		child->end.cause == TN_CHILD_EXITED ? &start->on_exit : &start->on_fault;
	bool ends_all =
		init.config->end_on && config_find(init.config, init.config->end_on) == start;
	if (ending->action == END_RESTART && restart(child, ending))
		return;
	if (ends_all || ending->action == END_PROPAGATE)
		tn_exit(exit_value(&child->end));
}

void restart_due(uint64_t now)
{
	struct tn_list_node *next, *node = tn_list_first(&init.waiting);
	bool any = false;
	for (; node; node = next) {
		struct child *child = TN_CONTAINER_OF(node, struct child, in_waiting);
		next = tn_list_next(&init.waiting, node);
		if (child->due_ns > now)
			continue;
		child_start(child);
		any = true;
	}
	if (any)
		tn_family_retry(&init.family);
}

uint64_t restart_next(void)
{
	uint64_t earliest = UINT64_MAX;
	struct tn_list_node *node = tn_list_first(&init.waiting);
	for (; node; node = tn_list_next(&init.waiting, node)) {
		const struct child *child = TN_CONTAINER_OF(node, struct child, in_waiting);
		if (child->due_ns < earliest)
			earliest = child->due_ns;
	}
	return earliest;
}
