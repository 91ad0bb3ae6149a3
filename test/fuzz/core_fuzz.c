/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Core as it is, over a port without a kernel: a few protection domains call it with any capability
 * and any argument, fault, are ended by their kernel, take what is sent to them or do not, while
 * core's work in steps goes on in between. Core's records come from malloc(), so that the sanitizer
 * sees each use of one that is gone.
 *
 * After each operation: no account is overdrawn, and what is used is the sum of its kinds. At the
 * end init, which is alone the first time and never ends, gives back all it has: its accounts and
 * what the port has made are as they were, to the byte.
 *
 * Input: a byte for each choice; no input is left, zeros.
 */

#include <base/feature.h>
#include <core/cap.c> /* its walk over all entries */
#include <core/channel.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/region.h>
#include <core/services.h>
#include <core/thread.h>
#include <core/work.h>
#include <tenon/component.h>
#include <tenon/rm.h>
#include <tenon/trace.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the last transfer. */
static uint8_t mark;

enum { ACTORS = 8, HANDLES = 64, STEPS = 400, PREPARE_PAGES = 16, CHANNEL_PAGES = 128 };

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* -- the input -- */
static const uint8_t *input;
static size_t input_left;

static uint8_t byte(void)
{
	if (!input_left)
		return 0;
	input_left--;
	return *input++;
}

static uint32_t word(void)
{
	uint32_t value = byte();
	return value | (uint32_t)byte() << 8;
}

/* Mostly small, now and then odd or huge. */
static uint64_t number(void)
{
	static const uint64_t odd[] = { 0,          1,          4095,       4097,
					1u << 20,   1ull << 32, UINT64_MAX, UINT64_MAX - 4095,
					1ull << 63, 0x40000000 };
	uint8_t choice = byte();
	if (choice < 200)
		return (uint64_t)(choice % 16) * TN_PAGE_SIZE;
	return choice < 230 ? choice : odd[choice % (sizeof(odd) / sizeof(odd[0]))];
}

/* No kernel, no features. */
const struct feature_row feature_table[TN_FEATURE_COUNT];

/* -- what exists -- */
static struct {
	unsigned memories, mappings, objects, channels, caps, threads, pds, blocks;
} live;

static struct actor {
	struct pd *pd;
	tn_handle handles[HANDLES];
} actors[ACTORS];
static struct pd *init_pd;

/* -- core's memory -- */
void *core_alloc(size_t size)
{
	require(size <= TN_PAGE_SIZE, "core asks for at most a page");
	live.blocks++;
	return calloc(1, size);
}

void core_free(void *block, size_t size)
{
	(void)size;
	live.blocks -= block != NULL;
	free(block);
}

tn_error memory_create(struct port_memory *memory, uint64_t pages)
{
	tn_error error = port_memory_create(memory, pages);
	while (error == TN_OK && !port_memory_prepare(memory))
		;
	return error;
}

void memory_destroy(struct port_memory *memory)
{
	while (!port_memory_destroy(memory))
		;
}

void *port_core_pages(size_t pages)
{
	return aligned_alloc(TN_PAGE_SIZE, pages * TN_PAGE_SIZE);
}

/* -- memory of dataspaces: bytes only where core looks at them -- */
tn_error port_memory_create(struct port_memory *memory, uint64_t pages)
{
	require(!memory->pages && pages, "memory is made once");
	memory->pages = pages;
	memory->prepared = 0;
	live.memories++;
	return TN_OK;
}

bool port_memory_prepare(struct port_memory *memory)
{
	require(memory->pages, "memory that exists");
	memory->prepared += PREPARE_PAGES;
	return memory->prepared >= memory->pages;
}

bool port_memory_destroy(struct port_memory *memory)
{
	require(memory->pages && !memory->mapped,
		"memory that nobody has mapped is destroyed once");
	if (memory->pages > PREPARE_PAGES) {
		memory->pages -= PREPARE_PAGES;
		return false;
	}
	free(memory->bytes);
	memset(memory, 0, sizeof(*memory));
	live.memories--;
	return true;
}

void *port_memory_view(struct port_memory *memory)
{
	require(memory->pages, "memory that exists");
	if (!memory->bytes && memory->pages < 1000)
		memory->bytes = calloc(memory->pages, TN_PAGE_SIZE);
	return memory->bytes;
}

void port_memory_seal(struct port_memory *memory)
{
	memory->sealed = true;
}

static struct port_memory module_memory[2];
static uint64_t module_size[2];

bool port_module(uint32_t i, struct port_module *module)
{
	static const char *const names[] = { "runtime", "init" };
	if (i > 1)
		return false;
	*module = (struct port_module){ names[i], module_size[i], &module_memory[i] };
	return true;
}

/* -- protection domains and their parts -- */
tn_error port_pd_create(struct pd *pd)
{
	for (uint32_t i = 0; i < ACTORS; i++) {
		if (actors[i].pd)
			continue;
		memset(&actors[i], 0, sizeof(actors[i]));
		actors[i].pd = pd;
		pd->port.made = true;
		pd->port.actor = i;
		live.pds++;
		return port_thread_create(&pd->thread);
	}
	return TN_ERR_LIMIT;
}

bool port_pd_stop(struct pd *pd)
{
	pd->port.stopped = true;
	return true;
}

enum port_progress port_pd_destroy(struct pd *pd)
{
	struct port_pd *port = &pd->port;
	if (!port->made)
		return PORT_DONE;
	require(port->stopped, "a PD is stopped before it is destroyed");
	for (uint32_t i = 0; i < PORT_TABLE_PAGES; i++) {
		free(port->table[i]);
		port->table[i] = NULL;
	}
	actors[port->actor].pd = NULL;
	port->made = false;
	live.pds--;
	require(port_thread_destroy(&pd->thread), "at once");
	return PORT_DONE;
}

tn_error port_region_map(struct pd *pd, struct region *region)
{
	struct port_region *port = &region->port;
	(void)pd;
	require(region->memory && region->memory->pages, "what is mapped exists");
	require(region->memory->prepared >= region->memory->pages, "what is mapped is zeroed");
	require(region->offset + region->size <= region->memory->pages * TN_PAGE_SIZE,
		"what is mapped lies in its memory");
	require(pd->may_execute ||
			!(region->rights & TN_RIGHT_WRITE && region->rights & TN_RIGHT_EXECUTE),
		"nothing is writable and executable");
	if (!port->mapped) {
		port->mapped = true;
		port->memory = region->memory;
		port->memory->mapped++;
		live.mappings++;
	}
	port->done += 64 * TN_PAGE_SIZE;
	return port->done >= region->size ? TN_OK : TN_ERR_AGAIN;
}

static void unmap(struct region *region)
{
	if (!region->port.mapped)
		return;
	region->port.mapped = false;
	region->port.memory->mapped--;
	live.mappings--;
}

enum port_progress port_region_unmap(struct pd *pd, struct region *region)
{
	(void)pd;
	unmap(region);
	return PORT_DONE;
}

bool port_region_revoke(struct pd *pd, struct region *region)
{
	(void)pd;
	unmap(region);
	return true;
}

void port_region_flush(struct region *region, uint64_t address, uint64_t size, bool destroyed)
{
	(void)destroyed;
	require(region->map->pd && !region->memory && size && address >= region->address &&
			address + size <= region->address + region->size,
		"what is flushed is part of a region");
}

void port_thread_retry(struct thread *thread)
{
	const struct tn_fault fault = thread->waits_for;
	struct core_piece piece;
	require(!thread->waits_in && thread->pd->port.made, "who tries again is there");
	(void)core_fault(thread->pd, thread, &fault, true, &piece);
}

tn_error port_thread_create(struct thread *thread)
{
	require(!thread->port.page, "a thread is made once");
	thread->port.page = calloc(1, TN_PAGE_SIZE);
	live.threads++;
	return TN_OK;
}

bool port_thread_destroy(struct thread *thread)
{
	if (thread->port.page)
		live.threads--;
	free(thread->port.page);
	thread->port.page = NULL;
	return true;
}

void port_thread_set_priority(struct thread *thread)
{
	require(thread->priority <= TN_PRIORITY_MAX, "a priority that exists");
}

void port_thread_set_affinity(struct thread *thread)
{
	require(thread->cpus & port_cpus(), "a CPU that exists");
}

uint64_t port_cpus(void)
{
	return 3;
}

uint64_t port_thread_time(struct thread *thread)
{
	(void)thread;
	return 1;
}

tn_error port_thread_start(struct thread *thread, uint64_t entry, uint64_t stack_pointer,
			   uint64_t argument)
{
	(void)entry;
	(void)stack_pointer;
	(void)argument;
	require(thread->port.page, "a thread that exists is started");
	return TN_OK;
}

bool port_thread_frame(const struct thread *thread, struct port_frame *frame)
{
	(void)thread;
	frame->stack_pointer = LAYOUT_STACKS + LAYOUT_STACK_SLOT - word();
	frame->frame_pointer = LAYOUT_STACKS + LAYOUT_STACK_SLOT - word();
	return byte() & 1;
}

void port_thread_abort(struct thread *thread, tn_handle calling)
{
	struct tn_thread_page *page = thread->port.page;
	if (page && page->calling == calling)
		page->calling = 0;
}

struct tn_thread_page *port_thread_page(struct thread *thread)
{
	return thread->port.page;
}

tn_error port_object_create(struct object *object)
{
	require(!object->port.made, "an object is made once");
	object->port.made = true;
	live.objects++;
	return TN_OK;
}

void port_object_destroy(struct object *object)
{
	require(object->port.made, "an object is destroyed once");
	object->port.made = false;
	live.objects--;
}

tn_error port_channel_create(struct channel *channel)
{
	require(!channel->port.made, "a channel is made once");
	channel->port.made = true;
	live.channels++;
	return TN_OK;
}

void port_channel_destroy(struct channel *channel)
{
	require(channel->port.made, "a channel is destroyed once");
	channel->port.made = false;
	live.channels--;
}

tn_error port_cap_install(struct cap *cap)
{
	require(!cap->port.installed && cap->object, "an entry is installed once");
	cap->port.installed = true;
	live.caps++;
	for (uint32_t i = 0; cap->holder != &core_pd && i < HANDLES; i++) {
		tn_handle *handle = &actors[cap->holder->port.actor].handles[i];
		if (*handle && cap_find(cap->holder, *handle))
			continue;
		*handle = cap->handle;
		break;
	}
	return TN_OK;
}

void port_cap_remove(struct cap *cap)
{
	live.caps -= cap->port.installed;
	cap->port.installed = false;
}

bool port_signal_pending(const struct cap *cap)
{
	(void)cap;
	return byte() & 1;
}

void port_core_submit(struct cap *cap)
{
	require(cap->port.installed && cap->object, "core submits by a capability that is alive");
}

uint32_t port_channel_close_number(const struct channel *channel)
{
	(void)channel;
	return 0;
}

void *port_channel_table_page(struct pd *pd, uint32_t page)
{
	if (!pd->port.made || page >= PORT_TABLE_PAGES)
		return NULL;
	if (!pd->port.table[page])
		pd->port.table[page] = calloc(1, TN_PAGE_SIZE);
	return pd->port.table[page];
}

/* -- the machine -- */
uint64_t port_option(const char *name, uint64_t otherwise)
{
	(void)name;
	return otherwise;
}

uint64_t port_ram(void)
{
	return UINT64_MAX;
}

/* -- console and time -- */
size_t port_console_write(const char *text, size_t length)
{
	static bool full;
	(void)text;
	full = !full;
	return full ? length / 2 : length;
}

uint64_t port_time(void)
{
	static uint64_t time;
	return time += 1000;
}

void port_deadline(uint64_t ns)
{
	(void)ns;
}

void port_exit(int value)
{
	fprintf(stderr, "broken promise: the system goes on, value %d\n", value);
	abort();
}

/* Sessions at core of this run. */
static uint32_t first_id = 1, last_id;

/* What init has from the start it keeps. */
static tn_handle kept[6];
static unsigned kept_count;

/* -- calls to core, as an actor -- */
static struct actor *self;
static uint32_t self_thread;

tn_error tn_call_begin(struct tn_call *call, tn_handle destination)
{
	static unsigned char request[TN_MESSAGE_MAX];
	call->destination = destination;
	call->data = request;
	return TN_OK;
}

static void check_accounts(void)
{
	for (uint32_t i = 0; i < ACTORS; i++) {
		const struct pd *pd = actors[i].pd;
		uint64_t ram = 0, caps = 0;
		if (!pd || pd->state == TN_PD_DEAD)
			continue;
		for (unsigned kind = TN_USAGE_DOMAIN; kind < TN_USAGE_COUNT; kind++) {
			ram += pd->account.by_kind[kind].ram;
			caps += pd->account.by_kind[kind].caps;
		}
		require(pd->account.ram_used <= pd->account.ram_limit, "RAM is not overdrawn");
		require(pd->account.caps_used <= pd->account.caps_limit, "caps are not overdrawn");
		require(ram == pd->account.ram_used && caps == pd->account.caps_used,
			"what is used is the sum of its kinds");
	}
}

tn_error tn_call_invoke(struct tn_call *call)
{
	static unsigned char reply[TN_MESSAGE_MAX];
	struct tn_request request = { .data = call->data,
				      .reply = reply,
				      .thread = self_thread,
				      .length = call->length,
				      .opcode = call->opcode,
				      .cap_count = call->cap_count };
	memcpy(request.caps, call->caps, sizeof(request.caps));
	tn_error error = core_request(self->pd, call->destination, &request);
	bool to_parent = call->destination == kept[0] && kept_count;
	if (error == TN_OK && to_parent && call->opcode == tn_parent_opcode_session_open)
		memcpy(&last_id, reply, sizeof(last_id));
	call->data = reply;
	call->length = error == TN_OK ? request.reply_length : 0;
	memcpy(call->caps, request.reply_caps, sizeof(call->caps));
	check_accounts();
	return error;
}

tn_error tn_call_end(struct tn_call *call, tn_error result)
{
	(void)call;
	return result;
}

tn_error tn_object_create(struct tn_entrypoint *entrypoint, struct tn_object *object)
{
	(void)entrypoint;
	(void)object;
	return TN_ERR_LIMIT;
}

static bool is_kept(tn_handle handle)
{
	if (self->pd != init_pd)
		return false;
	for (unsigned i = 0; i < kept_count; i++)
		if (kept[i] == handle)
			return true;
	return false;
}

/* -- choices -- */
static bool is_kind(const struct actor *actor, tn_handle handle, enum object_kind kind)
{
	return handle && cap_object(actor->pd, handle, kind) != NULL;
}

/* One that fits, if there is one; sometimes any. */
static tn_handle handle_of(enum object_kind kind)
{
	uint8_t choice = byte();
	if (choice > 250)
		return word() | (uint32_t)byte() << 28;
	for (uint32_t i = 0; choice < 235 && i < HANDLES; i++) {
		tn_handle handle = self->handles[(i + choice) % HANDLES];
		if (is_kind(self, handle, kind))
			return handle;
	}
	return self->handles[choice % HANDLES];
}

static tn_pd_cap own_pd(void)
{
	for (uint32_t i = 0; i < HANDLES && byte() < 230; i++)
		if (cap_object(self->pd, self->handles[i], OBJECT_PD) == &self->pd->object)
			return (tn_pd_cap){ self->handles[i] };
	return (tn_pd_cap){ handle_of(OBJECT_PD) };
}

static tn_dataspace_cap dataspace(void)
{
	return (tn_dataspace_cap){ handle_of(OBJECT_DATASPACE) };
}

static struct tn_handles some_handles(void)
{
	struct tn_handles handles = { .count = byte() % (TN_MESSAGE_CAPS_MAX + 2) };
	for (uint32_t i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		handles.handle[i] = handle_of((enum object_kind)(byte() % (OBJECT_TRACE + 1)));
	return handles;
}

/* What came in a channel's or a thread's record: the receiver takes it. */
static void take(struct tn_transfer *record)
{
	if (record)
		record->state = TN_TRANSFER_EMPTY;
}

static void take_something(void)
{
	struct thread *thread = thread_find(self->pd, byte() % 4);
	if (byte() & 1) {
		struct tn_channel_record *page = port_channel_table_page(self->pd, 0);
		take(page ? &page[byte() % 8].request : NULL);
	} else if (thread) {
		take(&port_thread_page(thread)->reply);
	}
}

static void call_something(void)
{
	struct thread *thread = thread_find(self->pd, byte() % 4);
	if (thread && port_thread_page(thread))
		port_thread_page(thread)->calling = byte() & 1 ? handle_of(OBJECT_RPC) : 0;
}

/* As often as it was delivered, or about that. */
static void release(tn_handle handle, int error)
{
	uint32_t close;
	const struct cap *cap = cap_find(self->pd, handle);
	uint32_t count = cap ? cap->delivered : 1;
	tn_pd_cap pd = own_pd();
	/* Who gives up the capability to what it has made pays for it until its end. */
	if (is_kept(handle) ||
	    (self->pd == init_pd && cap && cap->object && cap->object->payer == init_pd))
		return;
	(void)!tn_pd_release(pd, handle, count + (uint32_t)error, &close);
}

static void open_session(void)
{
	static const struct {
		const char *name;
		const struct tn_interface *interface;
	} services[] = {
		{ "PD", &tn_pd_interface },   { "LOG", &tn_log_interface },
		{ "ROM", &tn_rom_interface }, { "TIME", &tn_time_interface },
		{ "CPU", &tn_cpu_interface }, { "IRQ", &tn_cpu_interface },
		{ "RM", &tn_rm_interface },   { "TRACE", &tn_trace_interface },
	};
	uint8_t i = byte() % (sizeof(services) / sizeof(services[0]));
	const struct tn_interface *interface = services[i].interface;
	uint64_t ram = byte() & 1 ? 2u << 20 : number(), caps = byte();
	uint32_t id;
	(void)!tn_parent_session_open((tn_parent_cap){ handle_of(OBJECT_PARENT) }, services[i].name,
				      byte() & 1 ? "init" : "x", ram, caps, interface->count,
				      tn_interface_digest(interface, interface->count),
				      interface->name, &id);
}

static tn_parent_cap parent(void)
{
	return (tn_parent_cap){ handle_of(OBJECT_PARENT) };
}

static uint32_t an_id(void)
{
	return first_id + byte() % 16;
}

static tn_cpu_cap cpu(void)
{
	return (tn_cpu_cap){ handle_of(OBJECT_CPU) };
}

static tn_any_cap any(enum object_kind kind)
{
	return (tn_any_cap){ handle_of(kind) };
}

static tn_signal_cap a_signal(void)
{
	return (tn_signal_cap){ handle_of(OBJECT_SIGNAL) };
}

/* The actor of a PD that this one has a capability to: as if it had been started. */
static void give_itself(void)
{
	struct cap *cap;
	struct object *object = cap_object(self->pd, handle_of(OBJECT_PD), OBJECT_PD);
	struct pd *pd = object ? TN_CONTAINER_OF(object, struct pd, object) : NULL;
	if (!pd || !pd->port.made || pd->state == TN_PD_DEAD)
		return;
	if (cap_deliver(pd, object, pd, &cap) == TN_OK)
		return;
}

static void fault(void)
{
	struct tn_fault fault = { .kind = 1 + byte() % TN_FAULT_OTHER, .address = number() };
	if (self->pd == init_pd || self->pd->state != TN_PD_RUNNING)
		return;
	if (byte() & 1)
		core_pd_ended(self->pd, &fault);
	else
		core_fault_report(self->pd, &self->pd->thread, &fault);
}

/* A touch of memory, mostly where something is. */
static void touch(void)
{
	struct thread *thread = thread_find(self->pd, byte() % 3);
	const struct tn_fault fault = { .kind = TN_FAULT_READ + byte() % 3,
					.address = LAYOUT_ATTACH + number() };
	struct core_piece piece;
	if (!thread || self->pd->state != TN_PD_RUNNING || thread->waits_in)
		return;
	if (core_fault(self->pd, thread, &fault, byte() & 7, &piece) != CORE_FAULT_MAP)
		return;
	require(fault.address >= piece.address && fault.address - piece.address < piece.size,
		"what is mapped is what was touched");
	require(piece.memory->prepared >= piece.memory->pages, "what is mapped is zeroed");
	require(piece.offset + piece.size <= piece.memory->pages * TN_PAGE_SIZE,
		"what is mapped lies in its memory");
	if (piece.region->memory)
		(void)!core_region_settle(piece.region);
}

static tn_region_map_cap region_map(void)
{
	return (tn_region_map_cap){ handle_of(OBJECT_REGION_MAP) };
}

static void change_map(void)
{
	uint64_t base = byte() & 1 ? LAYOUT_ATTACH : 0, a, b;
	uint32_t x;
	struct tn_region_fault fault;
	tn_region_map_cap map = region_map();
	switch (byte() % 12) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		(void)!tn_region_map_attach(map, dataspace(),
					    byte() & 3 ? base + number() : TN_ANYWHERE,
					    byte() & 1 ? 0 : number(), byte() & 1 ? 0 : number(),
					    byte() & 3 ? 3 : byte() % 8, &a, &b);
		break;
	case 5:
	case 6:
		(void)!tn_region_map_detach(map, base + number(), &a, &b);
		break;
	case 7:
		(void)!tn_region_map_reserve(map, byte() & 1 ? base + number() : TN_ANYWHERE,
					     number(), &a);
		break;
	case 8:
		(void)!tn_region_map_unreserve(map, base + number());
		break;
	case 9:
		(void)!tn_region_map_find(map, base + number(), number(), &a, &b, &x);
		break;
	case 10:
		(void)!tn_region_map_fault_signal(map, a_signal());
		break;
	default:
		(void)!tn_region_map_fault_next(map, &fault);
	}
}

static void make_map(void)
{
	tn_rm_cap rm = { handle_of(OBJECT_RM) };
	tn_region_map_cap map;
	tn_dataspace_cap made;
	uint32_t waiting;
	if (byte() & 3)
		(void)!tn_rm_create(rm, number(), &map, &made);
	else if (byte() & 1)
		(void)!tn_rm_destroy(rm, region_map());
	else
		(void)!tn_pd_address_space(own_pd(), &map);
	(void)!tn_pd_waiting(own_pd(), &waiting);
	(void)!tn_pd_permit_execute((tn_pd_cap){ handle_of(OBJECT_PD) });
}

static void raw(void)
{
	struct tn_call call = { .cap_count = byte() % (TN_MESSAGE_CAPS_MAX + 1) };
	(void)!tn_call_begin(&call, handle_of((enum object_kind)(byte() % (OBJECT_TRACE + 1))));
	call.opcode = byte() % 24;
	call.length = byte() % 128;
	for (uint32_t i = 0; i < call.length; i++)
		call.data[i] = byte();
	for (uint32_t i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		call.caps[i] = self->handles[byte() % HANDLES];
	/* Init's rights: to end the system, to be born again, and to give up what it has. */
	if (is_kind(self, call.destination, OBJECT_PARENT) &&
	    (call.opcode == tn_parent_opcode_exit || call.opcode == tn_parent_opcode_environment))
		return;
	if (self->pd == init_pd && is_kind(self, call.destination, OBJECT_PD))
		return;
	(void)!tn_call_invoke(&call);
}

static void step(void)
{
	uint64_t a, b;
	uint32_t x, y;
	tn_any_cap cap;
	tn_dataspace_cap made;
	tn_signal_cap signal;
	struct tn_accounts accounts;
	struct tn_fault state;
	switch (byte() % 50) {
	case 0:
		(void)!tn_pd_alloc(own_pd(), number(), &made);
		break;
	case 1:
		(void)!tn_pd_free(own_pd(), dataspace(), &a, &b);
		break;
	case 2:
	case 3:
		(void)!tn_pd_attach(own_pd(), dataspace(), byte() & 3 ? 0 : number(),
				    byte() & 1 ? 0 : number(), number(), byte() % 8, &a, &b);
		break;
	case 4:
		(void)!tn_pd_detach(own_pd(), LAYOUT_ATTACH + number(), &a, &b);
		break;
	case 5:
	case 6:
		(void)!tn_pd_object_create(own_pd(), byte() % 3, byte(), &cap);
		break;
	case 7:
		(void)!tn_pd_signal_create(own_pd(), byte() % 3, byte(), &signal);
		break;
	case 8:
		cap = any(byte() & 1 ? OBJECT_RPC : OBJECT_SIGNAL);
		if (!is_kept(cap.handle))
			(void)!tn_pd_object_destroy(own_pd(), cap);
		break;
	case 9:
	case 10:
	case 11:
		(void)!tn_pd_transfer_call(own_pd(), handle_of(OBJECT_RPC), some_handles(), &mark);
		break;
	case 12: {
		struct tn_list_node *node = tn_list_first(&self->pd->server_channels);
		struct channel *channel =
			node ? TN_CONTAINER_OF(node, struct channel, in_server) : NULL;
		(void)!tn_pd_transfer_reply(own_pd(), channel ? channel->identity : word(),
					    byte() % 3, some_handles(), &mark);
		break;
	}
	case 13:
	case 14:
		release(self->handles[byte() % HANDLES], byte() > 200 ? 1 : 0);
		break;
	case 15:
		(void)!tn_pd_accounts(own_pd(), &accounts);
		break;
	case 16:
		(void)!tn_pd_transfer_quota(own_pd(), any(OBJECT_PD), number(), byte());
		break;
	case 17:
		(void)!tn_pd_start(own_pd(), any(OBJECT_RPC));
		break;
	case 18:
		(void)!tn_pd_watch(own_pd(), a_signal());
		break;
	case 19:
		(void)!tn_pd_state(own_pd(), &x, &state);
		break;
	case 20:
	case 21:
		open_session();
		break;
	case 22:
	case 23:
		(void)!tn_parent_session_collect(parent(), an_id(), &x, &y, &cap);
		break;
	case 24:
		(void)!tn_parent_session_close(parent(), an_id());
		break;
	case 25:
		(void)!tn_parent_session_upgrade(parent(), an_id(), number(), byte());
		break;
	case 26:
		(void)!tn_rom_dataspace((tn_rom_cap){ handle_of(OBJECT_ROM) }, &a, &made);
		break;
	case 27:
		(void)!tn_log_write((tn_log_cap){ handle_of(OBJECT_LOG) }, input,
				    input_left < 40 ? input_left : 40);
		core_console_ready();
		break;
	case 28:
		(void)!tn_time_watch((tn_time_cap){ handle_of(OBJECT_TIME) }, a_signal());
		(void)!tn_time_deadline((tn_time_cap){ handle_of(OBJECT_TIME) }, number());
		core_deadline();
		break;
	case 29:
		(void)!tn_cpu_thread_create(cpu(), own_pd(), "t", byte() % 40,
					    byte() & 1 ? 0 : number(), &x, &a, &b);
		break;
	case 30:
		(void)!tn_cpu_thread_start(cpu(), own_pd(), byte() % 4, number(), number(), 0);
		break;
	case 31:
		(void)!tn_cpu_thread_end(cpu(), own_pd(), byte() % 4);
		break;
	case 32:
		(void)!tn_cpu_restrict_pd(cpu(), (tn_pd_cap){ handle_of(OBJECT_PD) }, byte(),
					  byte());
		break;
	case 33:
		give_itself();
		break;
	case 34:
		take_something();
		break;
	case 35:
		call_something();
		break;
	case 36:
		fault();
		break;
	case 37:
		(void)!tn_pd_seal(own_pd(), dataspace());
		break;
	case 38:
		(void)!tn_parent_session_signal(parent(), a_signal());
		break;
	case 39:
	case 40:
		make_map();
		break;
	case 41:
	case 42:
	case 43:
	case 44:
		change_map();
		break;
	case 45:
	case 46:
	case 47:
		touch();
		break;
	default:
		raw();
	}
	if (byte() & 1)
		(void)!core_work();
}

/* -- the end: init gives back what it has -- */
static void finish_work(void)
{
	for (unsigned i = 0; core_work_pending(); i++) {
		require(i < 100000, "core's work comes to an end");
		(void)!core_work();
	}
}

static void close_sessions(tn_parent_cap at, uint32_t first, uint32_t end)
{
	uint32_t state, reason;
	tn_any_cap cap;
	for (uint32_t id = first; id < end; id++) {
		(void)!tn_parent_session_close(at, id);
		finish_work();
		(void)!tn_parent_session_collect(at, id, &state, &reason, &cap);
	}
}

static void destroy_own(tn_pd_cap pd, tn_handle handle)
{
	struct cap *cap = cap_find(init_pd, handle);
	uint64_t a, b;
	unsigned tries = 0;
	if (!cap || !cap->object)
		return;
	if (cap->object->kind == OBJECT_DATASPACE) {
		tn_error error = TN_OK;
		while (cap->object && tries++ < 10000 && (error == TN_OK || error == TN_ERR_AGAIN))
			error = tn_pd_free(pd, (tn_dataspace_cap){ handle }, &a, &b);
	} else if (cap->object->kind == OBJECT_REGION_MAP) {
		if (!TN_CONTAINER_OF(cap->object, struct region_map, object)->pd)
			object_end(cap->object);
	} else if (cap->object->kind == OBJECT_RPC || cap->object->kind == OBJECT_SIGNAL) {
		while (tn_pd_object_destroy(pd, (tn_any_cap){ handle }) == TN_ERR_AGAIN)
			require(tries++ < 10000, "an object's end comes to an end");
	}
}

static struct tn_accounts first;

static void release_rest(void)
{
	for (uint32_t i = 1; i < init_pd->cap_count; i++) {
		const struct cap *cap = entry(init_pd, i);
		uint32_t close;
		if (cap->used && !is_kept(cap->handle))
			(void)!tn_pd_release((tn_pd_cap){ kept[1] }, cap->handle, cap->delivered,
					     &close);
	}
}

/* Not init's to detach: neither a dataspace's, nor what is left of one that is gone. */
static bool is_cores(const struct region *region)
{
	return region->memory && !region->dataspace;
}

static void detach_all(tn_pd_cap pd)
{
	uint64_t a, b;
	struct tn_tree_node *reservation;
	for (unsigned tries = 0; tries < 10000; tries++) {
		struct region *region = core_region_next(init_pd, NULL);
		while (region && is_cores(region))
			region = core_region_next(init_pd, region);
		if (!region)
			break;
		(void)!tn_pd_detach(pd, region->address, &a, &b);
	}
	while ((reservation = tn_tree_first(&init_pd->space.reserved)))
		(void)!region_unreserve(
			&init_pd->space,
			TN_CONTAINER_OF(reservation, struct region, in_map)->address);
}

static void end_threads(tn_pd_cap pd)
{
	for (uint32_t i = 1; i < 600; i++)
		for (unsigned tries = 0; tries < 100 && thread_find(init_pd, i); tries++)
			(void)!tn_cpu_thread_end((tn_cpu_cap){ kept[4] }, pd, i);
}

static void give_all_back(void)
{
	tn_parent_cap at = { kept[0] };
	tn_pd_cap pd = { kept[1] };
	self = &actors[init_pd->port.actor];
	for (unsigned pass = 0; pass < 2; pass++) {
		finish_work();
		require(tn_parent_session_signal(at, (tn_signal_cap){ kept[5] }) == TN_OK,
			"init has its signal");
		close_sessions(at, first_id, last_id + 1);
		end_threads(pd);
		for (uint32_t i = 1; i < init_pd->cap_count; i++)
			if (entry(init_pd, i)->used && !is_kept(entry(init_pd, i)->handle))
				destroy_own(pd, entry(init_pd, i)->handle);
		detach_all(pd);
		release_rest();
		finish_work();
	}
}

/* For whoever looks into a failure. */
static void tell_rest(void)
{
	for (unsigned kind = 0; kind < TN_USAGE_COUNT; kind++)
		fprintf(stderr, "used for kind %u: %llu bytes, %llu things\n", kind,
			(unsigned long long)init_pd->account.by_kind[kind].ram,
			(unsigned long long)init_pd->account.by_kind[kind].count);
	for (uint32_t i = 1; i < init_pd->cap_count; i++) {
		const struct cap *cap = entry(init_pd, i);
		if (cap->used)
			fprintf(stderr, "entry %x of kind %d, delivered %u, returned %u\n",
				cap->handle, cap->object ? (int)cap->object->kind : -1,
				cap->delivered, cap->returned);
	}
}

static void require_same(uint64_t now, uint64_t before, const char *what)
{
	if (now == before)
		return;
	fprintf(stderr, "%s: %llu, was %llu\n", what, (unsigned long long)now,
		(unsigned long long)before);
	tell_rest();
	require(false, "all came back");
}

/* What a protection domain's tables are made of stays with it, at its highest mark. */
static unsigned table_blocks(const struct pd *pd)
{
	unsigned blocks = pd->cap_count / CAPS_PER_CHUNK + (pd->cap_groups != NULL) +
			  (pd->channel_pages != NULL);
	for (unsigned i = 0; pd->cap_groups && i < GROUPS; i++)
		blocks += pd->cap_groups[i] != NULL;
	for (unsigned i = 0; pd->channel_pages && i < CHANNEL_PAGES; i++)
		blocks += pd->channel_pages[i] != NULL;
	return blocks;
}

/* Core's records, but for the tables of those that never end. */
static unsigned passing_blocks(void)
{
	return live.blocks - table_blocks(init_pd) - table_blocks(&core_pd);
}

static void read_runtime(void)
{
	FILE *file = fopen(CORE_FUZZ_RUNTIME, "rb");
	static unsigned char bytes[1 << 21];
	size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
	require(size > 0 && fclose(file) == 0, CORE_FUZZ_RUNTIME);
	for (unsigned i = 0; i < 2; i++) {
		module_size[i] = size;
		module_memory[i] = (struct port_memory){
			.bytes = bytes,
			.pages = (size + TN_PAGE_SIZE - 1) / TN_PAGE_SIZE,
			.prepared = UINT32_MAX,
		};
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Core starts init, which takes its environment. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	uint32_t flags;
	char name[TN_LABEL_MAX + 1];
	tn_pd_cap pd;
	tn_log_cap log;
	tn_rom_cap rom;
	tn_cpu_cap cpu_cap;
	tn_signal_cap signal;
	(void)argc;
	(void)argv;
	read_runtime();
	core_start();
	init_pd = actors[0].pd;
	require(init_pd && init_pd->state == TN_PD_RUNNING, "core starts init");
	self = &actors[0];
	kept[0] = self->handles[0];
	require(tn_parent_environment((tn_parent_cap){ kept[0] }, &flags, name, &pd, &log, &rom,
				      &cpu_cap) == TN_OK,
		"init has an environment");
	kept[1] = pd.handle;
	kept[2] = log.handle;
	kept[3] = rom.handle;
	kept[4] = cpu_cap.handle;
	require(tn_pd_signal_create(pd, 0, 1, &signal) == TN_OK &&
			tn_parent_session_signal((tn_parent_cap){ kept[0] }, signal) == TN_OK,
		"init has a signal");
	kept[5] = signal.handle;
	kept_count = 6;
	require(tn_pd_accounts(pd, &first) == TN_OK, "init has accounts");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tn_accounts now;
	unsigned blocks = live.memories + live.objects + live.channels + live.caps + live.pds +
			  live.mappings + live.threads;
	unsigned records = passing_blocks();
	input = data;
	input_left = size;
	for (unsigned i = 0; i < STEPS && input_left; i++) {
		uint32_t actor = byte() % ACTORS;
		self = &actors[actors[actor].pd ? actor : init_pd->port.actor];
		self_thread = byte() % 3;
		step();
	}
	input_left = 0;
	give_all_back();
	require(tn_pd_accounts((tn_pd_cap){ kept[1] }, &now) == TN_OK, "init has accounts");
	require_same(now.ram_used, first.ram_used, "bytes used");
	require_same(now.caps_used, first.caps_used, "capabilities used");
	require_same(now.ram_limit, first.ram_limit, "limit in bytes");
	require_same(now.caps_limit, first.caps_limit, "limit in capabilities");
	require_same(live.memories + live.objects + live.channels + live.caps + live.pds +
			     live.mappings + live.threads,
		     blocks, "what the port has made");
	require_same(passing_blocks(), records, "core's records");
	first_id = last_id + 1;
	return 0;
}
