/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "ipc.h"
#include "capability.h"
#include "fault.h"
#include "schedule.h"
#include "string.h"

/* Most messages are a few words, for which starting a string instruction takes longer. */
enum { SHORT_MESSAGE = 32 };

typedef uint64_t __attribute__((may_alias)) word;

/* Exactly `length` bytes: what lies behind them in the sender's frame must not leak. */
static inline void copy_message(const struct thread *from, struct thread *to, uint64_t tag)
{
	uint32_t length = HW_TAG_LENGTH(tag);
	const volatile word *source = (const volatile word *)(const void *)from->utcb;
	const volatile word *end = source + length / sizeof(word);
	volatile word *target = (volatile word *)(void *)to->utcb;

	if (length > SHORT_MESSAGE || length % sizeof(word)) {
		memcpy(to->utcb, from->utcb, length);
		return;
	}
	while (source != end)
		*target++ = *source++;
}

/* The server's REPLY_WAIT returns with the request of `client`. */
static inline void begin_service(struct thread *server, struct thread *client)
{
	uint64_t tag = client->registers.rsi;

	copy_message(client, server, tag);
	server->registers.rax = HW_EVENT_REQUEST;
	server->registers.rdi = client->badge;
	server->registers.rsi = tag;
	server->client = client;
}

static inline bool accepts_requests(const struct thread *server)
{
	return server->state == HW_THREAD_WAITING && !server->signals_only;
}

static void queue_call(struct thread *server, struct thread *client)
{
	queue_append(&server->callers, client);
	schedule_update_priority(server);
	schedule_block();
}

static void call_server(struct thread *server, struct thread *self)
{
	self->state = HW_THREAD_CALLING;
	self->server = server;
	if (!accepts_requests(server)) {
		queue_call(server, self);
		return;
	}
	server->state = HW_THREAD_RUNNABLE;
	if (server->effective < self->effective)
		server->effective = self->effective;
	begin_service(server, self);
	schedule_donate(server);
}

void ipc_call(struct thread *self)
{
	const struct capability *capability =
		capability_find(self->pd, self->registers.rdi, HW_CAP_OBJECT);
	struct thread *server;

	if (!capability) {
		self->registers.rax = HW_ERR_CAP;
		return;
	}
	server = capability_thread(capability);
	if (!server)
		self->registers.rax = HW_ERR_GONE;
	else if (HW_TAG_LENGTH(self->registers.rsi) > HW_MESSAGE_MAX)
		self->registers.rax = HW_ERR_ARGUMENT;
	else if (server == self)
		self->registers.rax = HW_ERR_DEADLOCK;
	else {
		self->badge = capability->badge;
		call_server(server, self);
	}
}

/* A reply that is no reply leaves its client without an answer, as the server's end would. */
static inline void finish_call(struct thread *self, struct thread *client)
{
	uint64_t tag = self->registers.rsi;

	if (HW_TAG_LENGTH(tag) > HW_MESSAGE_MAX) {
		client->registers.rax = HW_ERR_GONE;
	} else {
		copy_message(self, client, tag);
		client->registers.rax = HW_OK;
		client->registers.rsi = tag;
	}
	client->state = HW_THREAD_RUNNABLE;
	client->server = NULL;
	self->client = NULL;
	if (self->effective != self->priority)
		schedule_update_priority(self);
}

/* True: the thread has its event. */
static bool take_event(struct thread *self, bool requests, bool *took_request)
{
	if (self->signals) {
		signal_deliver_next(self);
	} else if (fault_pending(self)) {
		fault_deliver_next(self);
	} else if (requests && self->callers.occupied) {
		begin_service(self, queue_pop(&self->callers));
		*took_request = true;
	} else {
		return false;
	}
	return true;
}

/* Both go on: whoever is more important first, and the client if neither is. */
static void resume_both(struct thread *self, struct thread *client, bool took_request)
{
	uint64_t budget = took_request ? self->client->budget : schedule_slice();

	if (client->effective >= self->effective) {
		queue_append(&schedule_queue, self);
		self->budget = budget;
		schedule_donate(client);
		schedule_preempt();
		return;
	}
	client->budget = schedule_slice();
	schedule_ready(client);
	if (took_request)
		schedule_take_budget(self->client);
}

static void wait_for_event(struct thread *self, struct thread *client, bool requests)
{
	self->state = HW_THREAD_WAITING;
	self->signals_only = !requests;
	if (!client) {
		schedule_block();
		return;
	}
	schedule_donate(client);
	schedule_preempt();
}

void ipc_reply_wait(struct thread *self)
{
	uint64_t flags = self->registers.rdi;
	struct thread *client = flags & HW_WAIT_REPLY ? self->client : NULL;
	bool requests, took_request = false;

	if (client)
		finish_call(self, client);
	/* One request at a time: while one is being served, no other is taken. */
	requests = !self->client && !(flags & HW_WAIT_SIGNALS_ONLY);
	if (!take_event(self, requests, &took_request)) {
		if (!(flags & HW_WAIT_POLL)) {
			wait_for_event(self, client, requests);
			return;
		}
		self->registers.rax = HW_EVENT_NONE;
	}
	if (client)
		resume_both(self, client, took_request);
	else if (took_request)
		schedule_take_budget(self->client);
}

void ipc_withdraw(struct thread *client)
{
	struct thread *server = client->server;

	if (!server)
		return;
	if (server->client == client)
		server->client = NULL;
	else
		queue_remove(client);
	client->server = NULL;
	schedule_update_priority(server);
}

void ipc_end_call(struct thread *client, enum hw_status status)
{
	ipc_withdraw(client);
	client->registers.rax = status;
	schedule_wake(client);
}
