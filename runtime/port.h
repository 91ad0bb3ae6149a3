/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What the runtime needs of a kernel: the runtime's half of the port seam. Each port implements
 * these functions in kernel/<name>/runtime/; they are linked statically with the generic half.
 *
 * Threads: all run on the calling thread. Blocking: only where said.
 */
#pragma once

#include <base/shared.h>
#include <tenon/rpc.h>

/*
 * First thing on a component's first thread: makes the functions below work. The thread page and
 * the channel table are mapped already. When it returns, the sandbox is closed for good.
 */
void port_init(void);

/*
 * Prepares a call through call->destination, which the runtime holds and has noted in the thread
 * page already. For objects of core (TN_HANDLE_KIND is TN_CAP_CORE) call->caps are handles of the
 * caller that travel in the message, both ways; for others only their number does, and the mark of
 * their transfer (call->mark; eight bits). The message
 * buffer of call->data is the calling thread's (and this call's) until port_call_end().
 * TN_ERR_GONE: object, server or channel is gone. TN_ERR_OUT_OF_RAM: no room for the channel.
 * May block while another thread of this component uses the same channel.
 */
TN_MUST_USE tn_error port_call_begin(struct tn_call *call);

/*
 * Sends call->length bytes with opcode and number of capabilities; blocks until the reply, the
 * death of the object or server, or core's abort (TN_ERR_GONE). Otherwise the handler's status,
 * with call->length, call->cap_count and call->reply_mark those of the reply; length is checked
 * against TN_MESSAGE_MAX.
 */
TN_MUST_USE tn_error port_call_invoke(struct tn_call *call);
void port_call_end(struct tn_call *call);

/* What port_wait() has brought. */
struct port_event {
	enum { PORT_EVENT_NONE, PORT_EVENT_REQUEST, PORT_EVENT_SIGNAL } kind;
	uint32_t key;              /* the object's or signal's key, unforgeable */
	struct tn_request request; /* REQUEST: all but caps; request.data stays until the reply */
};

/*
 * Replies to the request being served, if `reply` is not NULL (status, data in reply->reply,
 * reply_length, reply_cap_count, reply_mark), and blocks until the next event at this thread's
 * entrypoint. With PORT_WAIT_SIGNALS_ONLY requests stay where they are; with PORT_WAIT_POLL it does
 * not block and may bring PORT_EVENT_NONE. A handler that calls others keeps its request: the
 * port's buffers of a request and of calls made while it is served may be the same memory, the
 * dispatcher has copied the request's data by then.
 */
enum { PORT_WAIT_SIGNALS_ONLY = 1, PORT_WAIT_POLL = 2 };
void port_wait(struct tn_request *reply, tn_error status, unsigned flags, struct port_event *event);

/* Never blocks. TN_ERR_GONE if the receiver is known to be gone. */
tn_error port_signal_submit(tn_handle handle);

/*
 * A region was attached (core has recorded or mapped it): make it accessible. `offset` is what core
 * was asked for, from the dataspace's beginning.
 */
TN_MUST_USE tn_error port_attached(uint64_t address, uint64_t size, uint64_t offset,
				   uint32_t rights);
/* A region was detached at core: make sure that nothing of it stays accessible. */
void port_detached(uint64_t address, uint64_t size);
/* The last capability through a channel was given back (tn_pd_release's close_channel, never 0). */
void port_channel_close(uint32_t channel);

/*
 * Further threads, in this order. After tn_cpu.thread_create: makes accessible what a thread has
 * beside its stack. After thread_start: lets it run, where core cannot do that alone. On the new
 * thread: begin, first thing; leave, last thing. Then whoever joins it: waits until nothing runs on
 * its stack any more (must not block where core ends threads by itself), and after
 * tn_cpu.thread_end: makes sure that nothing of it stays accessible; also after a failed launch.
 */
TN_MUST_USE tn_error port_thread_prepare(uint32_t thread);
TN_MUST_USE tn_error port_thread_launch(uint32_t thread, uint64_t entry, uint64_t stack_pointer,
					uint64_t argument);
void port_thread_begin(void);
TN_NO_RETURN void port_thread_leave(void);
void port_thread_await_end(uint32_t thread);
void port_thread_ended(uint32_t thread);

/* Sleep until woken; a wake that came first makes it return at once (one token a thread). */
void port_park(uint32_t thread);
void port_unpark(uint32_t thread);
