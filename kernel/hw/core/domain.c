/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Protection domains and threads. */
#include <hw_core.h>

enum { FRAMES_A_STEP = 2, THREADS_A_STEP = 4 };

static void free_frame(uint64_t *frame)
{
	if (*frame)
		frames_free(*frame, 1);
	*frame = 0;
}

static tn_error create_kernel_pd(struct pd *pd)
{
	uint64_t object = frames_alloc(1), table = frames_alloc(1);
	if (object && table && hw_call2(HW_PD_CREATE, object, table).status == HW_OK) {
		pd->port.pd = object;
		return TN_OK;
	}
	free_frame(&object);
	free_frame(&table);
	return TN_ERR_OUT_OF_RAM;
}

tn_error port_pd_create(struct pd *pd)
{
	tn_error error = create_kernel_pd(pd);
	if (error != TN_OK)
		return error;
	error = port_thread_create(&pd->thread);
	if (error != TN_OK)
		while (port_pd_destroy(pd) == PORT_MORE)
			;
	return error;
}

static uint64_t page_address(const struct thread *thread)
{
	return LAYOUT_THREAD_PAGES + thread->index * HW_PAGE_SIZE;
}

/* The kernel's object is made when it starts: a thread that exists runs. */
tn_error port_thread_create(struct thread *thread)
{
	uint64_t page = frames_alloc(1);
	if (!page)
		return TN_ERR_OUT_OF_RAM;
	tn_error error = space_map(thread->pd, page_address(thread), page, 1,
				   HW_RIGHT_READ | HW_RIGHT_WRITE);
	if (error == TN_OK)
		thread->port.page = page;
	else
		frames_free(page, 1);
	return error;
}

static int order(const void *key, const struct tn_tree_node *node)
{
	uint64_t name = *(const uint64_t *)key;
	const struct port_thread *thread = TN_CONTAINER_OF_CONST(node, struct port_thread, by_name);
	return (name > thread->thread) - (name < thread->thread);
}

static struct tn_tree threads = TN_TREE_INIT(order);

struct thread *domain_thread(uint64_t name)
{
	struct tn_tree_node *node = tn_tree_find(&threads, &name);
	return node ? TN_CONTAINER_OF(node, struct thread, port.by_name) : NULL;
}

/* True: gone. False: it has stopped, but not all who called it have been told. */
static bool destroy_thread(struct thread *owner)
{
	struct port_thread *thread = &owner->port;
	if (!thread->thread)
		return true;
	if (hw_call2(HW_THREAD_DESTROY, thread->thread, 0).status == HW_ERR_AGAIN)
		return false;
	tn_tree_remove(&threads, &thread->by_name);
	free_frame(&thread->thread);
	free_frame(&thread->utcb);
	return true;
}

bool port_thread_destroy(struct thread *thread)
{
	if (!destroy_thread(thread))
		return false;
	if (!thread->port.page)
		return true;
	space_unmap(thread->pd, page_address(thread), 1);
	free_frame(&thread->port.page);
	return true;
}

void port_thread_set_priority(struct thread *thread)
{
	if (thread->port.thread)
		hw_call2(HW_THREAD_PRIORITY, thread->port.thread, thread->priority);
}

/* All are where they are told: the kernel runs on one CPU. */
void port_thread_set_affinity(struct thread *thread)
{
	(void)thread;
}

uint64_t port_cpus(void)
{
	return 1;
}

uint64_t port_thread_time(struct thread *thread)
{
	if (!thread->port.thread)
		return 0;
	return hw_call2(HW_THREAD_TIME, thread->port.thread, 0).rsi;
}

/* Gives one frame back. False: it was the last. */
static bool destroy_space(struct pd *pd)
{
	struct hw_result r = hw_call2(HW_PD_DESTROY, pd->port.pd, 0);
	if (r.rsi)
		frames_free(r.rsi, 1);
	return r.status == HW_ERR_AGAIN;
}

static void free_channel_pages(struct pd *pd)
{
	for (unsigned g = 0; g < PORT_CHANNEL_GROUPS; g++) {
		uint64_t *group = pd->port.channel_pages[g];
		for (unsigned i = 0; group && i < PORT_CHANNEL_GROUP; i++)
			free_frame(&group[i]);
		core_free(group, PORT_CHANNEL_GROUP * sizeof(*group));
		pd->port.channel_pages[g] = NULL;
	}
}

bool port_pd_stop(struct pd *pd)
{
	struct tn_list_node *node;
	unsigned ended = 0;
	for (node = tn_list_first(&pd->threads); node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (!thread->port.thread)
			continue;
		if (!destroy_thread(thread) || ++ended == THREADS_A_STEP)
			return false;
	}
	return true;
}

enum port_progress port_pd_destroy(struct pd *pd)
{
	struct tn_list_node *node;
	for (unsigned i = 0; pd->port.pd && i < FRAMES_A_STEP; i++)
		if (!destroy_space(pd))
			pd->port.pd = 0;
	if (pd->port.pd)
		return PORT_MORE;
	for (node = tn_list_first(&pd->threads); node; node = tn_list_next(&pd->threads, node))
		free_frame(&TN_CONTAINER_OF(node, struct thread, in_pd)->port.page);
	free_channel_pages(pd);
	return PORT_DONE;
}

tn_error port_thread_start(struct thread *thread, uint64_t entry, uint64_t stack_pointer,
			   uint64_t argument)
{
	struct hw_thread_args *args = (struct hw_thread_args *)HW_CORE_UTCB;
	uint64_t object = frames_alloc(1), utcb = frames_alloc(1);
	uint64_t utcb_address = LAYOUT_UTCB + thread->index * HW_PAGE_SIZE;
	tn_error error =
		object && utcb ? space_tables(thread->pd, utcb_address) : TN_ERR_OUT_OF_RAM;
	if (error == TN_OK) {
		*args = (struct hw_thread_args){
			.pd = thread->pd->port.pd,
			.thread_frame = object,
			.utcb_frame = utcb,
			.utcb_address = utcb_address,
			.entry = entry,
			.stack_pointer = stack_pointer,
			.argument = argument,
			.priority = thread->priority,
			.local_id = thread->index,
		};
		if (hw_call2(HW_THREAD_CREATE, 0, 0).status != HW_OK)
			error = TN_ERR_LIMIT;
	}
	if (error != TN_OK) {
		free_frame(&object);
		free_frame(&utcb);
		return error;
	}
	thread->port.thread = object;
	tn_tree_add(&threads, &object, &thread->port.by_name);
	thread->port.utcb = utcb;
	return TN_OK;
}

/* Core's UTCB is free for use: a fault is no request. */
bool port_thread_frame(const struct thread *thread, struct port_frame *frame)
{
	const struct hw_registers *registers = (const struct hw_registers *)HW_CORE_UTCB;
	if (!thread->port.thread ||
	    hw_call2(HW_THREAD_REGISTERS, thread->port.thread, 0).status != HW_OK)
		return false;
	frame->stack_pointer = registers->rsp;
	frame->frame_pointer = registers->rbp;
	return true;
}

/* It has not run since core looked: core is before it on the one CPU. */
void port_thread_abort(struct thread *thread, tn_handle calling)
{
	(void)calling;
	if (thread->port.thread)
		hw_call2(HW_THREAD_ABORT, thread->port.thread, 0);
}

struct tn_thread_page *port_thread_page(struct thread *thread)
{
	return thread->port.page ? hw_window(thread->port.page) : NULL;
}

void *port_channel_table_page(struct pd *pd, uint32_t page)
{
	if (page >= PORT_CHANNEL_GROUPS * PORT_CHANNEL_GROUP || !pd->port.pd)
		return NULL;
	uint64_t **group = &pd->port.channel_pages[page / PORT_CHANNEL_GROUP];
	if (!*group)
		*group = core_alloc(PORT_CHANNEL_GROUP * sizeof(**group));
	if (!*group)
		return NULL;
	uint64_t *frame = &(*group)[page % PORT_CHANNEL_GROUP];
	if (*frame)
		return hw_window(*frame);
	*frame = frames_alloc(1);
	if (*frame && space_map(pd, LAYOUT_CHANNELS + page * HW_PAGE_SIZE, *frame, 1,
				HW_RIGHT_READ | HW_RIGHT_WRITE) != TN_OK)
		free_frame(frame);
	return *frame ? hw_window(*frame) : NULL;
}
