/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Capability spaces of components, as sel4_abi.h lays them out. Handles reach the kernel's object
 * by two tables where a component has few, by three otherwise; the badge says channel and object.
 */
#include <sel4_core.h>

enum {
	TABLE_BITS = 7, /* one page */
	TABLE_SLOTS = 1 << TABLE_BITS,
	BRANCHES = 64,
	BRANCH_SIZE = BRANCHES * (int)sizeof(struct port_branch),
	TABLES_SIZE = TABLE_SLOTS * (int)sizeof(uint32_t),
};

/* A slot of a table that fills a page. */
static struct slot slot_in(uint64_t page, uint64_t index)
{
	return (struct slot){ page_cap(page), index, TABLE_BITS };
}

tn_error caps_create(struct pd *pd)
{
	pd->port.root = page_object(SEL4_TYPE_CNODE, TABLE_BITS);
	pd->port.branches = core_alloc(BRANCH_SIZE);
	if (pd->port.root && pd->port.branches)
		return TN_OK;
	caps_destroy(pd);
	return TN_ERR_OUT_OF_RAM;
}

static void free_branch(struct port_branch *branch)
{
	for (unsigned i = 0; branch->tables && i < TABLE_SLOTS; i++)
		if (branch->tables[i])
			pages_free(branch->tables[i], 1);
	if (branch->middle)
		pages_free(branch->middle, 1);
	core_free(branch->tables, TABLES_SIZE);
}

void caps_destroy(struct pd *pd)
{
	for (unsigned i = 0; pd->port.branches && i < BRANCHES; i++)
		free_branch(&pd->port.branches[i]);
	core_free(pd->port.branches, BRANCH_SIZE);
	pd->port.branches = NULL;
	for (unsigned i = 0; i < sizeof(pd->port.thread_tables) / 8; i++)
		if (pd->port.thread_tables[i])
			pages_free(pd->port.thread_tables[i], 1);
	__builtin_memset(pd->port.thread_tables, 0, sizeof(pd->port.thread_tables));
	if (pd->port.root)
		pages_free(pd->port.root, 1);
	pd->port.root = 0;
}

/* Hangs a table in a slot of the root; `zero_bits`: of what is looked up in it. */
static bool hang(struct pd *pd, uint64_t branch, uint64_t page, uint64_t zero_bits)
{
	struct slot slot = slot_in(pd->port.root, branch);
	kernel_delete(slot);
	return !kernel_mint(slot, slot_at(page_cap(page)), RIGHT_ALL, guard_of(zero_bits));
}

static bool add_table(struct pd *pd, struct port_branch *branch, uint64_t number, uint64_t index)
{
	uint64_t page = page_object(SEL4_TYPE_CNODE, TABLE_BITS);
	bool hung = page;
	if (hung && branch->middle)
		hung = !kernel_copy(slot_in(branch->middle, index), slot_at(page_cap(page)));
	else if (hung)
		hung = hang(pd, number, page, SEL4_WITHIN_BITS - TABLE_BITS);
	if (!hung && page)
		pages_free(page, 1);
	if (!hung)
		return false;
	branch->tables[index] = (uint32_t)page;
	return true;
}

/* From now on there is a table between the root and the tables with the capabilities. */
static bool add_middle(struct pd *pd, struct port_branch *branch, uint64_t number)
{
	uint64_t page = page_object(SEL4_TYPE_CNODE, TABLE_BITS);
	if (!page)
		return false;
	if ((branch->tables[0] &&
	     kernel_copy(slot_in(page, 0), slot_at(page_cap(branch->tables[0])))) ||
	    !hang(pd, number, page, 0)) {
		pages_free(page, 1);
		return false;
	}
	branch->middle = page;
	return true;
}

/* The table with the slot of a handle; 0: out of memory. */
static uint64_t table_of(struct pd *pd, uint32_t handle_index, bool make)
{
	uint64_t number = handle_index >> SEL4_WITHIN_BITS;
	uint64_t index = handle_index >> TABLE_BITS & (TABLE_SLOTS - 1);
	struct port_branch *branch = pd->port.branches ? &pd->port.branches[number] : NULL;
	if (!branch)
		return 0;
	if (branch->tables && branch->tables[index])
		return branch->tables[index];
	if (!make)
		return 0;
	if (!branch->tables)
		branch->tables = core_alloc(TABLES_SIZE);
	if (!branch->tables)
		return 0;
	number += SEL4_BRANCH_HANDLES;
	if (index && !branch->middle && !add_middle(pd, branch, number))
		return 0;
	return add_table(pd, branch, number, index) ? branch->tables[index] : 0;
}

bool caps_of_thread(struct thread *thread, enum sel4_thread_cap cap, struct slot *slot)
{
	struct pd *pd = thread->pd;
	uint64_t number = thread->index / SEL4_THREADS_PER_BRANCH;
	uint64_t *table = &pd->port.thread_tables[number];
	if (!*table) {
		*table = page_object(SEL4_TYPE_CNODE, TABLE_BITS);
		if (*table && !hang(pd, SEL4_BRANCH_THREADS + number, *table,
				    SEL4_WITHIN_BITS - TABLE_BITS)) {
			pages_free(*table, 1);
			*table = 0;
		}
	}
	*slot = slot_in(*table, thread->index % SEL4_THREADS_PER_BRANCH * SEL4_THREAD_CAPS + cap);
	return *table;
}

static uint64_t object_badge(const struct cap *cap)
{
	return (uint64_t)cap->channel->identity << 32 | cap->object->key;
}

static bool goes_to_core(const struct object *object)
{
	return !object->entrypoint || (object->kind == OBJECT_SIGNAL && !object->port.bit);
}

/* What core holds itself it submits by itself. */
tn_error port_cap_install(struct cap *cap)
{
	const struct object *object = cap->object;
	if (cap->holder == &core_pd)
		return TN_OK;
	uint32_t index = TN_HANDLE_INDEX(cap->handle);
	uint64_t table = table_of(cap->holder, index, true), badge, from;
	uint64_t rights = RIGHT_SEND;
	if (!table)
		return TN_ERR_OUT_OF_RAM;
	if (goes_to_core(object)) {
		from = core_endpoint;
		badge = (uint64_t)cap->holder->number << 32 | cap->handle;
		rights |= RIGHT_GRANT_REPLY;
	} else if (object->kind == OBJECT_SIGNAL) {
		from = thread_cap(object->entrypoint, SLOT_BELL);
		badge = 1ull << (object->port.bit - 1);
	} else {
		from = thread_cap(object->entrypoint, SLOT_ENDPOINT);
		badge = object_badge(cap);
		rights |= RIGHT_GRANT_REPLY;
	}
	struct slot slot = slot_in(table, index % TABLE_SLOTS);
	kernel_delete(slot);
	return kernel_mint(slot, slot_at(from), rights, badge) ? TN_ERR_LIMIT : TN_OK;
}

/*
 * Who waits in the server's queue, sent there through this capability, must not stay there under
 * the identity of a channel that may soon be another's: such calls begin again, and fail.
 */
static void cancel_calls(const struct cap *cap)
{
	const struct thread *server = cap->object->entrypoint;
	static uint64_t group;
	if (!group)
		group = slots_take();
	if (!group || !server->port.slots)
		return;
	struct slot temporary = slot_at(slot_cap(group, 0));
	if (kernel_mint(temporary, slot_at(thread_cap(server, SLOT_ENDPOINT)), RIGHT_ALL,
			object_badge(cap)))
		return;
	kernel_do(temporary.table, SEL4_CANCEL_BADGED, temporary.index, temporary.depth);
	kernel_delete(temporary);
}

void port_cap_remove(struct cap *cap)
{
	uint32_t index = TN_HANDLE_INDEX(cap->handle);
	uint64_t table = cap->holder == &core_pd ? 0 : table_of(cap->holder, index, false);
	if (!table)
		return;
	kernel_delete(slot_in(table, index % TABLE_SLOTS));
	if (cap->object->kind == OBJECT_RPC && cap->channel && cap->holder->state != TN_PD_DEAD)
		cancel_calls(cap);
}

/* The kernel's badges and queues are all that a channel needs. */
tn_error port_channel_create(struct channel *channel)
{
	(void)channel;
	return TN_OK;
}

void port_channel_destroy(struct channel *channel)
{
	(void)channel;
}

uint32_t port_channel_close_number(const struct channel *channel)
{
	(void)channel;
	return 0;
}
