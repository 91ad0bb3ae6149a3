/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Protection domains and threads. */
#include <core/thread.h>
#include <sel4_core.h>

enum { THREADS_A_STEP = 4, PRIORITY_BASE = 64, FLAGS_AT_START = 0x202 };

_Static_assert((int)SEL4_THREAD_SIZE_BITS < (int)SEL4_PAGE_SHIFT,
	       "the kernel's object of a thread leaves no room in its page: configure it for "
	       "FXSAVE, or XSAVE "
	       "without AVX");

static void free_pages(uint64_t *first, uint64_t count)
{
	if (*first)
		pages_free(*first, count);
	*first = 0;
}

tn_error port_pd_create(struct pd *pd)
{
	tn_error error = space_create(pd);
	if (error == TN_OK)
		error = caps_create(pd);
	if (error == TN_OK)
		error = port_thread_create(&pd->thread);
	if (error != TN_OK)
		while (port_pd_destroy(pd) == PORT_MORE)
			;
	return error;
}

static uint64_t page_address(const struct thread *thread)
{
	return LAYOUT_THREAD_PAGES + thread->index * SEL4_PAGE_SIZE;
}

uint64_t domain_badge(const struct thread *thread)
{
	return 1ull << 63 | (uint64_t)thread->pd->number << 16 | thread->index;
}

struct thread *domain_thread(uint64_t badge)
{
	struct pd *pd;
	if (!pd_find((uint32_t)(badge >> 16), &pd) || !pd)
		return NULL;
	return badge & 0xffff ? thread_find(pd, badge & 0xffff) : &pd->thread;
}

/* The kernel's objects of a thread share a page: the largest comes first. */
static bool make_objects(struct thread *thread)
{
	struct port_thread *port = &thread->port;
	static const struct {
		int type;
		enum thread_slot slot;
	} kinds[] = {
		{ SEL4_TYPE_THREAD, SLOT_THREAD },
		{ SEL4_TYPE_ENDPOINT, SLOT_ENDPOINT },
		{ SEL4_TYPE_NOTIFICATION, SLOT_BELL },
		{ SEL4_TYPE_NOTIFICATION, SLOT_PARK },
	};
	port->slots = slots_take();
	port->objects = port->slots ? pages_take(1) : 0;
	if (!port->objects)
		return false;
	page_strip(port->objects);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slots_make(thread_cap(thread, kinds[i].slot), port->objects,
			       (uint64_t)kinds[i].type, 0, 1))
			return false;
	return !kernel_mint(slot_at(thread_cap(thread, SLOT_RING)),
			    slot_at(thread_cap(thread, SLOT_BELL)), RIGHT_SEND,
			    1ull << SEL4_FORWARDED);
}

static bool give_caps(struct thread *thread)
{
	const struct {
		enum sel4_thread_cap cap;
		uint64_t from, rights, badge;
	} caps[] = {
		/* A fault is delivered only with the right to be replied to. */
		{ SEL4_OF_CORE, core_endpoint, RIGHT_SEND | RIGHT_GRANT_REPLY,
		  domain_badge(thread) },
		{ SEL4_OF_SERVER, thread_cap(thread, SLOT_ENDPOINT), RIGHT_RECEIVE, 0 },
		{ SEL4_OF_BELL, thread_cap(thread, SLOT_BELL), RIGHT_RECEIVE, 0 },
		{ SEL4_OF_PARK, thread_cap(thread, SLOT_PARK), RIGHT_SEND | RIGHT_RECEIVE, 0 },
	};
	for (unsigned i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		struct slot slot;
		if (!caps_of_thread(thread, caps[i].cap, &slot) ||
		    kernel_mint(slot, slot_at(caps[i].from), caps[i].rights, caps[i].badge))
			return false;
	}
	return true;
}

static void take_caps(struct thread *thread)
{
	struct slot slot;
	if (!thread->pd->port.root)
		return;
	for (enum sel4_thread_cap cap = 0; cap < SEL4_THREAD_CAPS; cap++)
		if (caps_of_thread(thread, cap, &slot))
			kernel_delete(slot);
}

static bool make_memory(struct thread *thread)
{
	const uint32_t rights = TN_RIGHT_READ | TN_RIGHT_WRITE;
	struct port_thread *port = &thread->port;
	port->page = pages_alloc(1);
	port->buffer = port->page ? pages_alloc(SEL4_BUFFER_PAGES) : 0;
	if (!port->buffer ||
	    space_map(thread->pd, page_address(thread), page_cap(port->page), rights, 0) != TN_OK)
		return false;
	for (uint64_t i = 0; i < SEL4_BUFFER_PAGES; i++)
		if (space_map(thread->pd, sel4_buffer_address(thread->index) + i * SEL4_PAGE_SIZE,
			      page_cap(port->buffer + i), rights, 0) != TN_OK)
			return false;
	return true;
}

/* Everything of it in the kernel ends, and so do the capabilities that others have to it. */
static void free_objects(struct thread *thread)
{
	struct port_thread *port = &thread->port;
	free_pages(&port->objects, 1);
	if (port->slots)
		slots_give(port->slots);
	port->slots = 0;
	port->running = false;
}

bool port_thread_destroy(struct thread *thread)
{
	struct port_thread *port = &thread->port;
	signals_forget(thread);
	take_caps(thread);
	free_objects(thread);
	space_unmap(thread->pd, page_address(thread), 1);
	space_unmap(thread->pd, sel4_buffer_address(thread->index), SEL4_BUFFER_PAGES);
	free_pages(&port->page, 1);
	free_pages(&port->buffer, SEL4_BUFFER_PAGES);
	return true;
}

tn_error port_thread_create(struct thread *thread)
{
	signal_init(thread);
	if (make_objects(thread) && give_caps(thread) && make_memory(thread))
		return TN_OK;
	port_thread_destroy(thread);
	return TN_ERR_OUT_OF_RAM;
}

/* Who stands back is below all others of its priority, and above all of the next lower one. */
static uint64_t kernel_priority(const struct thread *thread)
{
	return PRIORITY_BASE + 2 * thread->priority + !turn_is_late(thread->pd);
}

void port_thread_set_priority(struct thread *thread)
{
	struct kernel_call call = {
		.word = { kernel_priority(thread) },
		.words = 1,
		.caps = { SEL4_CAP_THREAD },
		.cap_count = 1,
	};
	if (thread->port.slots)
		kernel_invoke(thread_cap(thread, SLOT_THREAD), SEL4_SET_PRIORITY, &call);
}

/* All are where they are told: one CPU is used. */
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
	(void)thread;
	return 0;
}

static bool configure(struct thread *thread)
{
	const struct pd *pd = thread->pd;
	uint64_t tcb = thread_cap(thread, SLOT_THREAD);
	struct kernel_call space = {
		.word = { sel4_of_thread(thread->index, SEL4_OF_CORE), guard_of(SEL4_GUARD_BITS), 0,
			  sel4_buffer_address(thread->index) },
		.words = 4,
		.caps = { page_cap(pd->port.root), page_cap(pd->port.space),
			  page_cap(thread->port.buffer) },
		.cap_count = 3,
	};
	struct kernel_call bell = {
		.caps = { thread_cap(thread, SLOT_BELL) },
		.cap_count = 1,
	};
	if (kernel_invoke(tcb, SEL4_CONFIGURE, &space) ||
	    kernel_invoke(tcb, SEL4_BIND_NOTIFICATION, &bell))
		return false;
	port_thread_set_priority(thread);
	return true;
}

/* Words of WriteRegisters: flags (bit 0: resume), count; the registers follow. */
static bool write_registers(const struct thread *thread, const uint64_t *registers, unsigned count)
{
	struct kernel_call call = { .word = { 1, count }, .words = 2 + count };
	struct sel4_ipc_buffer *buffer = boot_info->ipc_buffer;
	for (unsigned i = 0; i < count; i++)
		if (i + 2 < SEL4_WORDS_IN_REGISTERS)
			call.word[i + 2] = registers[i];
		else
			buffer->words[i + 2] = registers[i];
	struct sel4_message m = { thread_cap(thread, SLOT_THREAD),
				  SEL4_INFO(SEL4_WRITE_REGISTERS, call.words),
				  { call.word[0], call.word[1], call.word[2], call.word[3] } };
	sel4_enter(SEL4_CALL, &m);
	return !SEL4_INFO_LABEL(m.info);
}

tn_error port_thread_start(struct thread *thread, uint64_t entry, uint64_t stack_pointer,
			   uint64_t argument)
{
	const uint64_t registers[REGISTER_COUNT] = {
		[REGISTER_RIP] = entry,
		[REGISTER_RSP] = stack_pointer,
		[REGISTER_FLAGS] = FLAGS_AT_START,
		[REGISTER_RDI] = argument,
	};
	if (!configure(thread) || !write_registers(thread, registers, REGISTER_COUNT))
		return TN_ERR_LIMIT;
	thread->port.running = true;
	return TN_OK;
}

bool domain_registers(const struct thread *thread, bool stop, uint64_t *registers)
{
	struct sel4_message m = { thread_cap(thread, SLOT_THREAD),
				  SEL4_INFO(SEL4_READ_REGISTERS, 2),
				  { stop, REGISTER_COUNT } };
	if (!thread->port.running)
		return false;
	sel4_enter(SEL4_CALL, &m);
	if (SEL4_INFO_LABEL(m.info))
		return false;
	for (unsigned i = 0; i < REGISTER_COUNT; i++)
		registers[i] =
			i < SEL4_WORDS_IN_REGISTERS ? m.word[i] : boot_info->ipc_buffer->words[i];
	return true;
}

void domain_resume(struct thread *thread, const uint64_t *registers, unsigned count)
{
	thread->port.faulted = false;
	if (count)
		write_registers(thread, registers, count);
	else
		kernel_do(thread_cap(thread, SLOT_THREAD), SEL4_RESUME, 0, 0);
}

bool port_thread_frame(const struct thread *thread, struct port_frame *frame)
{
	uint64_t registers[REGISTER_COUNT];
	if (!domain_registers(thread, false, registers))
		return false;
	frame->stack_pointer = registers[REGISTER_RSP];
	frame->frame_pointer = registers[REGISTER_RBP];
	return true;
}

/*
 * A thread that is in a call, or at the instruction that begins one, goes on behind it, and finds
 * that it has ended. The kernel has stopped it exactly where it was, and any other goes on there.
 * The capability's number is no result of a call: only who is still in it has it in rdi.
 */
void port_thread_abort(struct thread *thread, tn_handle calling)
{
	enum { SYSCALL_LENGTH = 2 };
	uint64_t r[REGISTER_COUNT];
	const struct tn_thread_page *page = port_thread_page(thread);
	if (!page || thread->port.faulted || !domain_registers(thread, true, r))
		return;
	uint64_t call = sel4_thread_area(port_thread_page(thread))->call_instruction;
	if (r[REGISTER_RIP] == call && r[REGISTER_RDX] == (uint64_t)(int64_t)SEL4_CALL &&
	    r[REGISTER_RDI] == sel4_of_handle(calling)) {
		r[REGISTER_RIP] += SYSCALL_LENGTH;
		r[REGISTER_RSI] = SEL4_INFO(sel4_label(tn_error_number(TN_ERR_GONE), 0, 0, 0), 0);
		domain_resume(thread, r, REGISTER_COUNT);
	} else {
		domain_resume(thread, NULL, 0);
	}
}

static void stop(struct thread *thread)
{
	if (thread->port.running)
		kernel_do(thread_cap(thread, SLOT_THREAD), SEL4_SUSPEND, 0, 0);
	thread->port.running = false;
}

bool port_pd_stop(struct pd *pd)
{
	struct tn_list_node *node;
	unsigned ended = 0;
	for (node = tn_list_first(&pd->threads); node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (!thread->port.running)
			continue;
		stop(thread);
		if (++ended == THREADS_A_STEP)
			return false;
	}
	return true;
}

static void free_channel_pages(struct pd *pd)
{
	for (unsigned g = 0; g < PORT_CHANNEL_GROUPS; g++) {
		uint64_t *group = pd->port.channel_pages[g];
		for (unsigned i = 0; group && i < PORT_CHANNEL_GROUP; i++)
			free_pages(&group[i], 1);
		core_free(group, PORT_CHANNEL_GROUP * sizeof(*group));
		pd->port.channel_pages[g] = NULL;
	}
}

/* Threads first, a few a step: their objects, then their memory; then all that is mapped. */
enum port_progress port_pd_destroy(struct pd *pd)
{
	struct tn_list_node *node;
	unsigned ended = 0;
	turn_forget(pd);
	for (node = tn_list_first(&pd->threads); node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (!thread->port.page && !thread->port.slots)
			continue;
		signals_forget(thread);
		free_objects(thread);
		free_pages(&thread->port.page, 1);
		free_pages(&thread->port.buffer, SEL4_BUFFER_PAGES);
		if (++ended == THREADS_A_STEP)
			return PORT_MORE;
	}
	if (!space_destroy(pd))
		return PORT_MORE;
	caps_destroy(pd);
	free_channel_pages(pd);
	return PORT_DONE;
}

struct tn_thread_page *port_thread_page(struct thread *thread)
{
	return thread->port.page ? window(thread->port.page) : NULL;
}

void *port_channel_table_page(struct pd *pd, uint32_t page)
{
	if (page >= PORT_CHANNEL_GROUPS * PORT_CHANNEL_GROUP || !pd->port.space)
		return NULL;
	uint64_t **group = &pd->port.channel_pages[page / PORT_CHANNEL_GROUP];
	if (!*group)
		*group = core_alloc(PORT_CHANNEL_GROUP * sizeof(**group));
	if (!*group)
		return NULL;
	uint64_t *frame = &(*group)[page % PORT_CHANNEL_GROUP];
	if (*frame)
		return window(*frame);
	*frame = pages_alloc(1);
	if (*frame && space_map(pd, LAYOUT_CHANNELS + page * SEL4_PAGE_SIZE, page_cap(*frame),
				TN_RIGHT_READ | TN_RIGHT_WRITE, 0) != TN_OK)
		free_pages(frame, 1);
	return *frame ? window(*frame) : NULL;
}
