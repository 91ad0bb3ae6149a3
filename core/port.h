/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What core needs of a kernel: core's half of the port seam, and what the port calls back. Each
 * port implements the port_ functions in kernel/<name>/core/ and provides port_types.h, which
 * defines struct port_memory, port_pd, port_thread, port_channel, port_cap and port_object: its own
 * part of the generic structures, zeroed when they are made.
 *
 * Core is one thread. No port_ function blocks or waits for a component, but port_run().
 * Those that return no error cannot fail.
 */
#pragma once

#include <base/shared.h>
#include <port_types.h>
#include <tenon/pd.h>
#include <tenon/rpc.h>

struct pd;
struct thread;
struct channel;
struct cap;
struct object;
struct region;

/* -- the machine, and how the system was started -- */

/* A number that was given when the system was started; `otherwise` if none was. */
uint64_t port_option(const char *name, uint64_t otherwise);
/* RAM for components and core's own records together, in bytes. */
uint64_t port_ram(void);

/* -- memory -- */

/* Zeroed, page aligned memory for core's own structures, never given back. NULL: none left. */
void *port_core_pages(size_t pages);
/* Memory of a dataspace. Nobody may see it before port_memory_prepare() has returned true. */
TN_MUST_USE tn_error port_memory_create(struct port_memory *memory, uint64_t pages);
/*
 * One bounded step of zeroing it (the port may do that lazily, at the cost of who touches it).
 * True: done, now or before.
 */
bool port_memory_prepare(struct port_memory *memory);
/*
 * One bounded step of taking it from everybody. True: nobody reaches the memory, and it is free
 * for others. Mappings of it fault.
 */
bool port_memory_destroy(struct port_memory *memory);
/* Core's own linear view, writable unless it is a ROM module; NULL: no room. Stays until destroyed.
 */
void *port_memory_view(struct port_memory *memory);
/* From now on read-only for all: what core has written there is what everybody sees. */
void port_memory_seal(struct port_memory *memory);

/* -- ROM modules that came with the scenario -- */
struct port_module {
	const char *name;
	uint64_t size;
	struct port_memory *memory;
};
/* The i-th, or false. `memory` is ready when it returns. */
bool port_module(uint32_t i, struct port_module *module);

/* -- protection domains -- */
/* How far a function that works in bounded steps has come. */
enum port_progress {
	PORT_DONE,
	PORT_MORE,  /* to be called again */
	PORT_LATER, /* somebody else has to do something first; the port calls back */
};

TN_MUST_USE tn_error port_pd_create(struct pd *pd);
/* One bounded step of making the PD's threads run no further. True: done, now or before. */
bool port_pd_stop(struct pd *pd);
/*
 * After it, in steps. PORT_DONE: no instruction of the PD runs any more, and all its memory is
 * unmapped. PORT_LATER: the port calls core_pd_ready() when it can go on.
 */
enum port_progress port_pd_destroy(struct pd *pd);
/*
 * Makes a region (core/core.h: address, size, memory, offset, rights) accessible, or notes it so
 * that the PD's runtime can. TN_ERR_AGAIN: a part of it, as much as is bounded; to be called again.
 * After any other error nothing of it is accessible. Called before the PD starts, too. Page tables
 * are paid in advance by the price of a region.
 */
TN_MUST_USE tn_error port_region_map(struct pd *pd, struct region *region);
/*
 * Takes it away, in steps, also one that is accessible in part. PORT_LATER: the PD's runtime has
 * to; the region stays until the port calls core_region_gone().
 */
enum port_progress port_region_unmap(struct pd *pd, struct region *region);
/*
 * A dataspace goes: its memory is destroyed next. Unmaps, in steps, if the memory's end does not do
 * that. True: done.
 */
bool port_region_revoke(struct pd *pd, struct region *region);
/*
 * What the PD reaches of a managed dataspace in [address, address + size), part of the region, is
 * taken away; the region stays. `destroyed`: the memory is destroyed next, as with _revoke. Where
 * it takes time, the port delays the reply to the request under way.
 */
void port_region_flush(struct region *region, uint64_t address, uint64_t size, bool destroyed);
/* What a thread waited for has changed: it makes its access again, which may fault again. */
void port_thread_retry(struct thread *thread);
/* Kernel's part of a further thread: its page and message buffer. The first comes with the PD. */
TN_MUST_USE tn_error port_thread_create(struct thread *thread);
/*
 * One bounded step of ending it, whatever it does. True: done. The first one goes with the PD; all
 * others of the PD too.
 */
bool port_thread_destroy(struct thread *thread);
/*
 * Follow thread->priority and thread->cpus, where the thread runs already; port_thread_start()
 * looks by itself. Of cpus only those of port_cpus() are set, at least one.
 */
void port_thread_set_priority(struct thread *thread);
void port_thread_set_affinity(struct thread *thread);
/* The CPUs that threads can run on, from bit 0 on. */
uint64_t port_cpus(void);
uint64_t port_thread_time(struct thread *thread);
/*
 * The thread begins at entry(argument). Its stack region exists. A port on which only the PD
 * itself can make a further thread leaves it to the runtime's port_thread_launch().
 */
TN_MUST_USE tn_error port_thread_start(struct thread *thread, uint64_t entry,
				       uint64_t stack_pointer, uint64_t argument);
/* Stack and frame pointer of a thread that has faulted, as it had them. False: not known. */
struct port_frame {
	uint64_t stack_pointer, frame_pointer;
};
bool port_thread_frame(const struct thread *thread, struct port_frame *frame);
/*
 * If the thread is in a call through this capability, or about to enter one: TN_ERR_GONE. It was
 * when its page was read. It may run on meanwhile: its next call, through another one, must not
 * end.
 */
void port_thread_abort(struct thread *thread, tn_handle calling);

/* -- objects, capabilities and channels -- */
/* An RPC object or a signal of an entrypoint: object->kind, ->entrypoint, ->key. */
TN_MUST_USE tn_error port_object_create(struct object *object);
void port_object_destroy(struct object *object);
TN_MUST_USE tn_error port_channel_create(struct channel *channel);
/* Client or server may be dead already. */
void port_channel_destroy(struct channel *channel);
/* Makes cap->handle usable in cap->holder. For core's objects cap->channel is NULL: calls reach
 * core_request(). */
TN_MUST_USE tn_error port_cap_install(struct cap *cap);
/* Using it fails from now on. */
void port_cap_remove(struct cap *cap);
/*
 * Whether the holder of a signal's capability has submitted it and the receiver has not seen that,
 * where such submits would be lost with the capability. May say so once too often.
 */
bool port_signal_pending(const struct cap *cap);
/* Submits a signal that core holds a capability to (cap->holder is core's own PD). */
void port_core_submit(struct cap *cap);
/* What a runtime must close at tn_pd.release, 0 if nothing: channel numbers of its own. */
uint32_t port_channel_close_number(const struct channel *channel);
/* A page of the channel table of the entrypoint's PD, in core's view; made on first use. */
void *port_channel_table_page(struct pd *pd, uint32_t page);
/* Core's view of a thread's page. */
struct tn_thread_page *port_thread_page(struct thread *thread);

/* -- console, time, the end -- */
/* Takes as much as there is room for, never waits. */
size_t port_console_write(const char *text, size_t length);
uint64_t port_time(void);        /* ns, monotonic */
void port_deadline(uint64_t ns); /* core_deadline() is called at or after it; UINT64_MAX: none */
TN_NO_RETURN void
port_exit(int value); /* ends the system; flushes the console as far as possible */

/* Waits for events and calls core_... below, for ever. */
TN_NO_RETURN void port_run(void);

/* -- what the port calls -- */

/* Once, when the port is ready. Starts init. */
void core_start(void);
/* A request to core, through the capability `handle` of `client`. The result is the reply's status.
 */
tn_error core_request(struct pd *client, tn_handle handle, struct tn_request *request);
/*
 * One bounded step of what core has to do by itself; true: there is more. The port calls it now and
 * then while it says so, and handles events in between.
 */
bool core_work(void);
/* Whether core_work() has anything to do. */
bool core_work_pending(void);
/* port_pd_destroy() can go on. */
void core_pd_ready(struct pd *pd);
/*
 * What a fault of a thread comes to (NULL: one that core does not know). MAP: the piece is what the
 * port makes accessible, at least the page of the fault; then the thread goes on. WAIT: until
 * port_thread_retry(), or for ever; if it may. AGAIN: it goes on, and faults again. END: nothing is
 * there.
 */
enum core_fault_result { CORE_FAULT_MAP, CORE_FAULT_WAIT, CORE_FAULT_AGAIN, CORE_FAULT_END };
struct core_piece {
	struct region *region; /* of the PD */
	uint64_t address, size;
	struct port_memory *memory;
	uint64_t offset; /* in the memory, of `address` */
	uint32_t rights;
};
enum core_fault_result core_fault(struct pd *pd, struct thread *thread,
				  const struct tn_fault *fault, bool may_wait,
				  struct core_piece *piece);
/* What can be reached at the address of the PD, with these rights; false: nothing. */
bool core_piece_find(struct pd *pd, uint64_t address, uint32_t rights, struct core_piece *piece);
/* For a piece of a region that shows memory itself: port_region_map(), a step if there is more. */
TN_MUST_USE tn_error core_region_settle(struct region *region);
/* The fault is final: the thread stays as it is until the PD is destroyed. */
void core_fault_report(struct pd *pd, struct thread *thread, const struct tn_fault *fault);
/* The kernel ended the PD by itself (for instance by a forbidden system call). */
void core_pd_ended(struct pd *pd, const struct tn_fault *fault);
void core_deadline(void);
/* There is room for console output again. */
void core_console_ready(void);
/* What waits for it, in bytes; for port_exit(). */
size_t core_console_left(void);
/* A region that port_region_unmap() left for the runtime is gone. */
void core_region_gone(struct pd *pd, struct region *region);
/* The region that contains the address, or NULL. */
struct region *core_region_find(struct pd *pd, uint64_t address);
/* The regions of a PD by address: the first, and the one after another; NULL at the end. */
struct region *core_region_next(struct pd *pd, const struct region *region);
