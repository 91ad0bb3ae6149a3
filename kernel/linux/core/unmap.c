/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Taking memory away that stays somebody else's: only a process itself can unmap. A signal makes
 * one of its threads ask what, unmap it, and ask again, which says that it is done: the kernel
 * tells core which thread asks, and that thread has made no other system call meanwhile. Who does
 * not in time is killed. The reply to whoever has taken the memory away waits for that.
 *
 * A mapping that another thread was granted before may be made at any time until that thread's next
 * system call that core hears of. So nobody is told to unmap before; that thread gets the signal,
 * too.
 */
#include "local.h"
#include <core/memory.h>
#include <core/region.h>
#include <linux/signal.h>

enum { PATIENCE_MS = 3000, MS = 1000000 };

struct unmap {
	struct tn_list_node in_pd, in_all;
	struct pd *pd;
	struct pd *caller;      /* whose reply waits; NULL: nobody's */
	struct region *leaving; /* goes when it is done; NULL: none */
	uint64_t address, size;
	uint64_t deadline;
	uint64_t granted; /* mappings that were granted before */
	bool killed;
};

static struct tn_list all; /* by deadline */
static uint64_t grants;

static void init(struct tn_list *list)
{
	if (!list->head.next)
		tn_list_init(list);
}

static struct unmap *first_of(struct pd *pd)
{
	init(&port_of(pd)->unmaps);
	struct tn_list_node *node = tn_list_first(&port_of(pd)->unmaps);
	return node ? TN_CONTAINER_OF(node, struct unmap, in_pd) : NULL;
}

static struct thread *next_thread(struct pd *pd, struct thread *thread)
{
	struct tn_list_node *node =
		thread ? tn_list_next(&pd->threads, &thread->in_pd) : tn_list_first(&pd->threads);
	return node ? TN_CONTAINER_OF(node, struct thread, in_pd) : NULL;
}

/* -- mappings that were granted -- */

void unmap_granted(struct thread *thread)
{
	thread->port.mapping = ++grants;
}

/* Whoever may still map what was granted until then is told to say so. */
static bool settled(struct pd *pd, uint64_t granted)
{
	bool all_have = true;
	struct thread *thread = NULL;
	while ((thread = next_thread(pd, thread))) {
		if (!thread->port.mapping || thread->port.mapping > granted)
			continue;
		long result = linux_call3(__NR_tgkill, pd->thread.port.tid, thread->port.tid,
					  LINUX_UNMAP_SIGNAL);
		if (result == -ESRCH)
			thread->port.mapping = 0; /* it has ended */
		else
			all_have = false;
	}
	return all_have;
}

bool unmap_settled(struct pd *pd)
{
	return settled(pd, grants);
}

/* -- requests -- */

static void finish(struct unmap *unmap)
{
	struct thread *thread = NULL;
	struct pd *pd = unmap->pd, *caller = unmap->caller;
	while ((thread = next_thread(pd, thread)))
		if (thread->port.unmap == unmap)
			thread->port.unmap = NULL;
	if (unmap->leaving) {
		struct region *region = unmap->leaving;
		unmap_region_gone(region);
		core_region_gone(pd, region);
	}
	tn_list_remove(&unmap->in_pd);
	tn_list_remove(&unmap->in_all);
	core_free(unmap, sizeof(*unmap));
	if (caller && !--port_of(caller)->awaited)
		events_reply(caller);
}

static void give_up_on(struct pd *pd)
{
	const struct tn_fault fault = { .kind = TN_FAULT_UNMAP };
	process_kill(port_of(pd));
	if (!port_of(pd)->faulted)
		core_pd_ended(pd, &fault);
	port_of(pd)->faulted = true;
}

static void request(struct pd *pd, uint64_t address, uint64_t size, struct region *leaving)
{
	struct unmap *unmap = core_alloc(sizeof(*unmap));
	if (!unmap) {
		give_up_on(pd); /* nobody would know when it is done */
		return;
	}
	init(&all);
	init(&port_of(pd)->unmaps);
	*unmap = (struct unmap){
		.pd = pd,
		.caller = events_caller(),
		.leaving = leaving,
		.address = address,
		.size = size,
		.deadline = port_time() + (uint64_t)PATIENCE_MS * MS,
		.granted = grants,
	};
	tn_list_append(&port_of(pd)->unmaps, &unmap->in_pd);
	tn_list_append(&all, &unmap->in_all);
	if (unmap->caller)
		port_of(unmap->caller)->awaited++;
	linux_call4(__NR_pidfd_send_signal, file_fd(&port_of(pd)->process), LINUX_UNMAP_SIGNAL,
		    NULL, 0);
	settled(pd, grants);
}

/* What the word of the answer has no room for comes later. */
static void request_all(struct pd *pd, uint64_t address, uint64_t size, struct region *leaving)
{
	const uint64_t most = LINUX_UNMAP_PAGES_MAX * TN_PAGE_SIZE;
	for (; size > most; address += most, size -= most)
		request(pd, address, most, NULL);
	request(pd, address, size, leaving);
}

static void forget_pieces(struct region *region)
{
	struct port_region *port = &region->port;
	port_of(region->map->pd)->pieces -= port->pieces;
	port->pieces = 0;
	port->low = port->high = 0;
}

void port_region_flush(struct region *region, uint64_t address, uint64_t size, bool destroyed)
{
	struct pd *pd = region->map->pd;
	struct port_region *port = &region->port;
	bool whole = address == region->address && size == region->size;
	if (!file_is_open(&port_of(pd)->process) || !port->mapped || destroyed)
		return;
	if (region->leaving && whole) {
		request_all(pd, address, size, region);
		return;
	}
	uint64_t low = address > port->low ? address : port->low;
	uint64_t high = address + size < port->high ? address + size : port->high;
	if (low >= high)
		return;
	if (low == port->low)
		port->low = high;
	else if (high == port->high)
		port->high = low;
	if (port->low >= port->high)
		forget_pieces(region);
	request_all(pd, low, high - low, NULL);
}

/* -- what the process says -- */

uint64_t unmap_next(struct thread *thread)
{
	struct unmap *unmap = thread->port.unmap;
	if (unmap && thread->port.unmapped)
		finish(unmap);
	unmap = first_of(thread->pd);
	thread->port.unmapped = false;
	thread->port.unmap = unmap && settled(thread->pd, unmap->granted) ? unmap : NULL;
	if (!thread->port.unmap)
		return 0;
	return LINUX_UNMAP(unmap->address, unmap->size / TN_PAGE_SIZE);
}

bool unmap_allowed(struct thread *thread, uint64_t address, uint64_t size)
{
	const struct unmap *unmap = thread->port.unmap;
	return unmap && unmap->address == address && unmap->size == size;
}

void unmap_region_gone(struct region *region)
{
	struct tn_list *unmaps = &port_of(region->map->pd)->unmaps;
	init(unmaps);
	struct tn_list_node *node = tn_list_first(unmaps);
	for (; node; node = tn_list_next(unmaps, node)) {
		struct unmap *unmap = TN_CONTAINER_OF(node, struct unmap, in_pd);
		if (unmap->leaving == region)
			unmap->leaving = NULL;
	}
	port_of(region->map->pd)->pieces -= region->port.pieces;
}

void unmap_process_gone(struct pd *pd)
{
	struct unmap *unmap;
	while ((unmap = first_of(pd)))
		finish(unmap);
}

void unmap_caller_gone(const struct pd *pd)
{
	init(&all);
	struct tn_list_node *node = tn_list_first(&all);
	for (; node; node = tn_list_next(&all, node)) {
		struct unmap *unmap = TN_CONTAINER_OF(node, struct unmap, in_all);
		if (unmap->caller == pd)
			unmap->caller = NULL;
	}
}

/* -- time -- */

int unmap_timeout(void)
{
	init(&all);
	struct tn_list_node *node = tn_list_first(&all);
	uint64_t now = port_time();
	for (; node; node = tn_list_next(&all, node)) {
		struct unmap *unmap = TN_CONTAINER_OF(node, struct unmap, in_all);
		if (unmap->deadline > now)
			return (int)((unmap->deadline - now) / MS) + 1;
		if (!unmap->killed)
			give_up_on(unmap->pd);
		unmap->killed = true;
	}
	return -1;
}
