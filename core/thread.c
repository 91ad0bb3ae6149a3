/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/paging.h>
#include <core/region.h>
#include <core/services.h>
#include <tenon/text.h>
#include <core/thread.h>
#include <core/transfer.h>
#include <core/work.h>

/* What is left of a slot when a port has had its part, and the guard. */
enum { STACK_MAX = 0xc0000 };
enum { THREAD_UNITS = 16 };

static uint64_t last_id;

void thread_init_first(struct pd *pd)
{
	tn_list_init(&pd->threads);
	tn_list_init(&pd->thread.objects);
	tn_list_init(&pd->thread.channels);
	pd->thread_count = 1;
	pd->limits = (struct cpu_limits){ TN_PRIORITY_MAX, port_cpus() };
	pd->thread.pd = pd;
	pd->thread.id = ++last_id;
	pd->thread.priority = TN_PRIORITY_DEFAULT;
	pd->thread.cpus = pd->limits.cpus;
	tn_text_copy_cut(pd->thread.name, sizeof(pd->thread.name), "main");
	tn_list_append(&pd->threads, &pd->thread.in_pd);
}

static struct thread *next_thread(struct pd *pd, struct thread *thread)
{
	struct tn_list_node *node =
		thread ? tn_list_next(&pd->threads, &thread->in_pd) : tn_list_first(&pd->threads);
	return node ? TN_CONTAINER_OF(node, struct thread, in_pd) : NULL;
}

struct thread *thread_find(struct pd *pd, uint32_t index)
{
	struct thread *thread = next_thread(pd, NULL);
	while (thread && thread->index != index)
		thread = next_thread(pd, thread);
	return thread;
}

/* The thread after which the lowest free index is; NULL if there is none left. */
static struct thread *before_gap(struct pd *pd)
{
	for (struct thread *thread = &pd->thread; thread; thread = next_thread(pd, thread)) {
		struct thread *next = next_thread(pd, thread);
		uint32_t index = thread->index + 1;
		if (index < LAYOUT_THREADS_MAX && (!next || next->index != index))
			return thread;
	}
	return NULL;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void thread_set_priority(struct thread *thread, uint32_t priority)
{
	thread->priority = lower(priority, thread->pd->limits.priority);
	port_thread_set_priority(thread);
}

void thread_set_affinity(struct thread *thread, uint64_t cpus)
{
	thread->cpus = cpus & thread->pd->limits.cpus;
	port_thread_set_affinity(thread);
}

/* A thread that may run on none of the CPUs that are left runs on any of them. */
void threads_restrict(struct pd *pd, const struct cpu_limits *limits)
{
	pd->limits.priority = lower(pd->limits.priority, limits->priority);
	if (pd->limits.cpus & limits->cpus)
		pd->limits.cpus &= limits->cpus;
	for (struct thread *thread = next_thread(pd, NULL); thread;
	     thread = next_thread(pd, thread)) {
		uint64_t left = thread->cpus & pd->limits.cpus;
		if (thread->priority > pd->limits.priority)
			thread_set_priority(thread, pd->limits.priority);
		if (left != thread->cpus)
			thread_set_affinity(thread, left ? left : pd->limits.cpus);
	}
}

static tn_error make_stack(struct thread *thread)
{
	struct region *region;
	struct region_args args = {
		.memory = &thread->stack,
		.address = LAYOUT_STACKS + (thread->index + 1ull) * LAYOUT_STACK_SLOT -
			   thread->stack_size,
		.size = thread->stack_size,
		.rights = TN_RIGHT_READ | TN_RIGHT_WRITE,
	};
	tn_error error = memory_create(&thread->stack, thread->stack_size / TN_PAGE_SIZE);
	if (error != TN_OK)
		return error;
	thread->has_stack = true;
	return region_attach(&thread->pd->space, &args, &region);
}

static uint64_t price_of(const struct thread *thread)
{
	return PRICE_THREAD_RAM + thread->stack_size;
}

static void free_thread(struct thread *thread)
{
	tn_list_remove(&thread->in_pd);
	thread->pd->thread_count--;
	if (thread->has_stack)
		memory_destroy(&thread->stack);
	account_refund(thread->pd, TN_USAGE_THREAD, price_of(thread), 0);
	core_free(thread, sizeof(*thread));
}

tn_error thread_create(struct pd *pd, const char *name, uint32_t priority, uint64_t stack_size,
		       struct thread **made)
{
	struct thread *before = before_gap(pd);
	if (!before || priority > TN_PRIORITY_MAX || stack_size > STACK_MAX)
		return before ? TN_ERR_ARGUMENT : TN_ERR_LIMIT;
	stack_size = (stack_size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	if (!stack_size)
		stack_size = LAYOUT_STACK_SIZE;
	tn_error error = account_charge(pd, TN_USAGE_THREAD, PRICE_THREAD_RAM + stack_size, 0);
	if (error != TN_OK)
		return error;
	struct thread *thread = core_alloc(sizeof(*thread));
	if (!thread) {
		account_refund(pd, TN_USAGE_THREAD, PRICE_THREAD_RAM + stack_size, 0);
		return TN_ERR_LIMIT;
	}
	tn_list_init(&thread->objects);
	tn_list_init(&thread->channels);
	thread->pd = pd;
	pd->thread_count++;
	thread->id = ++last_id;
	thread->index = before->index + 1;
	thread->priority = lower(priority, pd->limits.priority);
	thread->cpus = pd->limits.cpus;
	thread->stack_size = stack_size;
	tn_text_copy_cut(thread->name, sizeof(thread->name), name);
	tn_list_insert_before(before->in_pd.next, &thread->in_pd);
	error = make_stack(thread);
	if (error == TN_OK)
		error = port_thread_create(thread);
	if (error == TN_OK)
		*made = thread;
	else
		(void)thread_step(thread); /* it serves nothing yet */
	return error;
}

static bool end_served(struct thread *thread)
{
	struct tn_list_node *node;
	while ((node = tn_list_first(&thread->objects)))
		if (!work_left() ||
		    !object_step(TN_CONTAINER_OF(node, struct object, in_entrypoint)))
			return false;
	while ((node = tn_list_first(&thread->channels)))
		if (!work_left() ||
		    !channel_step(TN_CONTAINER_OF(node, struct channel, in_entrypoint)))
			return false;
	return true;
}

bool thread_step(struct thread *thread)
{
	uint64_t address, size;
	if (!thread->ending)
		measure_thread_ends(thread);
	thread->ending = true;
	paging_forget(thread);
	if (!end_served(thread))
		return false;
	transfer_forget(thread);
	while (!port_thread_destroy(thread)) {
		work_spend(THREAD_UNITS);
		if (!work_left())
			return false;
	}
	uint64_t top = LAYOUT_STACKS + (thread->index + 1ull) * LAYOUT_STACK_SLOT;
	struct region *region = core_region_find(thread->pd, top - TN_PAGE_SIZE);
	if (region && !region->leaving) {
		region->memory = NULL; /* it may have to wait for the runtime */
		while (region_remove(region, &address, &size) == TN_ERR_AGAIN)
			work_begin(); /* a stack is small */
	}
	free_thread(thread);
	return true;
}

void threads_forget_faults(struct pd *pd)
{
	for (struct thread *thread = next_thread(pd, NULL); thread;
	     thread = next_thread(pd, thread))
		paging_forget(thread);
}

bool threads_step(struct pd *pd)
{
	struct thread *thread;
	while ((thread = next_thread(pd, &pd->thread))) {
		if (!work_left())
			return false;
		work_spend(THREAD_UNITS);
		free_thread(thread);
	}
	if (pd->thread.has_stack)
		memory_destroy(&pd->thread.stack);
	pd->thread.has_stack = false;
	return true;
}

static tn_handle calling(struct thread *thread)
{
	struct tn_thread_page *page = port_thread_page(thread);
	return page ? __atomic_load_n(&page->calling, __ATOMIC_SEQ_CST) : 0;
}

void threads_abort_cap(struct pd *client, tn_handle handle)
{
	for (struct thread *thread = next_thread(client, NULL); thread;
	     thread = next_thread(client, thread))
		if (calling(thread) == handle)
			port_thread_abort(thread, handle);
}

/* The capability that the thread calls through, if that goes over the channel; 0: it does not. */
static tn_handle calls_over(struct thread *thread, const struct channel *channel)
{
	tn_handle handle = calling(thread);
	struct cap *cap = handle ? cap_find(thread->pd, handle) : NULL;
	return cap && cap->channel == channel ? handle : 0;
}

void threads_abort_channel(struct channel *channel)
{
	for (struct thread *thread = next_thread(channel->client, NULL); thread;
	     thread = next_thread(channel->client, thread)) {
		tn_handle handle = calls_over(thread, channel);
		if (handle)
			port_thread_abort(thread, handle);
	}
}

struct thread *thread_calling(struct channel *channel, uint32_t index, tn_handle *handle)
{
	struct thread *thread = thread_find(channel->client, index);
	if (!thread || thread->pd->state == TN_PD_DEAD)
		return NULL;
	*handle = calls_over(thread, channel);
	return *handle ? thread : NULL;
}
