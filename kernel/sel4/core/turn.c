/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Time that core works for a component. The kernel books it to core, so that who makes core work
 * all the time would never come to the end of a time slice. Hence core counts: a component that has
 * had a slice of it stands back for as long, behind all others of its priority.
 */
#include <sel4_core.h>

enum { SLICE_US = 10000, NS_PER_US = 1000 };

static struct tn_list late = TN_LIST_INIT(late);

static struct pd *sender(uint64_t badge)
{
	struct pd *pd;
	uint32_t number = badge >> 63 ? (uint32_t)(badge >> 16) : (uint32_t)(badge >> 32);
	return pd_find(number, &pd) ? pd : NULL;
}

static void set_priorities(struct pd *pd)
{
	struct tn_list_node *node;
	for (node = tn_list_first(&pd->threads); node; node = tn_list_next(&pd->threads, node))
		port_thread_set_priority(TN_CONTAINER_OF(node, struct thread, in_pd));
}

bool turn_is_late(const struct pd *pd)
{
	return tn_list_linked(&pd->port.late);
}

void turn_forget(struct pd *pd)
{
	if (turn_is_late(pd))
		tn_list_remove(&pd->port.late);
}

bool turn_book(uint64_t badge, uint64_t ticks, uint64_t ticks_per_us)
{
	struct pd *pd = sender(badge);
	if (!pd || pd->state == TN_PD_DEAD || turn_is_late(pd))
		return false;
	pd->port.owed += ticks;
	if (pd->port.owed < SLICE_US * ticks_per_us)
		return false;
	pd->port.late_until = port_time() + pd->port.owed / ticks_per_us * NS_PER_US;
	pd->port.owed = 0;
	tn_list_append(&late, &pd->port.late);
	set_priorities(pd);
	return true;
}

/* When the first of them has stood back for long enough; UINT64_MAX: there is none. */
uint64_t turn_next(void)
{
	uint64_t next = UINT64_MAX;
	struct tn_list_node *node;
	for (node = tn_list_first(&late); node; node = tn_list_next(&late, node)) {
		uint64_t until = TN_CONTAINER_OF(node, struct pd, port.late)->port.late_until;
		next = until < next ? until : next;
	}
	return next;
}

void turn_expired(uint64_t now)
{
	struct tn_list_node *node = tn_list_first(&late);
	while (node) {
		struct tn_list_node *next = tn_list_next(&late, node);
		struct pd *pd = TN_CONTAINER_OF(node, struct pd, port.late);
		if (pd->port.late_until <= now) {
			turn_forget(pd);
			set_priorities(pd);
		}
		node = next;
	}
}
