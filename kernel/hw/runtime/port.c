/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The runtime's hw half: nearly everything is the kernel's. */
#include <hw/call.h>
#include <runtime/port.h>

enum { HANDLE_BYTES = sizeof(tn_handle) };

static uint32_t current_thread(void)
{
	char here;
	return (uint32_t)(((uintptr_t)&here - LAYOUT_STACKS) / LAYOUT_STACK_SLOT);
}

static unsigned char *message_buffer(void)
{
	return (unsigned char *)(LAYOUT_UTCB + current_thread() * HW_PAGE_SIZE);
}

void port_init(void)
{
}

tn_error port_call_begin(struct tn_call *call)
{
	call->data = message_buffer();
	return TN_OK;
}

/* To core, handles follow the data. */
static uint32_t append_caps(struct tn_call *call)
{
	uint32_t bytes = call->cap_count * HANDLE_BYTES;
	if (call->length > HW_MESSAGE_MAX - bytes) {
		call->opcode = UINT16_MAX; /* none of core's has so much data: core refuses it */
		return call->length;
	}
	__builtin_memcpy(call->data + call->length, call->caps, bytes);
	return call->length + bytes;
}

/* Handles behind the data of core's reply. */
static tn_error split_caps(struct tn_call *call)
{
	uint32_t bytes = call->cap_count * HANDLE_BYTES;
	if (bytes > call->length)
		return TN_ERR_PROTOCOL;
	call->length -= bytes;
	__builtin_memcpy(call->caps, call->data + call->length, bytes);
	return TN_OK;
}

static tn_error status_of(uint64_t kernel_status)
{
	switch (kernel_status) {
	case HW_OK:
		return TN_OK;
	case HW_ERR_DEADLOCK:
		return TN_ERR_DEADLOCK;
	default: /* the capability was cleared, the server went, core aborted the call */
		return TN_ERR_GONE;
	}
}

tn_error port_call_invoke(struct tn_call *call)
{
	bool to_core = TN_HANDLE_KIND(call->destination) == TN_CAP_CORE;
	uint32_t length = to_core ? append_caps(call) : call->length;
	uint64_t tag = hw_tag(call->opcode, length, call->cap_count, call->mark) |
		       HW_TAG_OF_THREAD(current_thread());
	struct hw_result r = hw_call2(HW_CALL, call->destination, tag);
	tn_error error = status_of(r.status);
	if (error != TN_OK)
		return error;
	uint32_t status = HW_TAG_STATUS(r.rsi), caps = HW_TAG_CAPS(r.rsi);
	if (status >= TN_ERROR_COUNT || caps > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_PROTOCOL;
	call->length = HW_TAG_LENGTH(r.rsi);
	call->cap_count = (uint8_t)caps;
	call->reply_mark = HW_TAG_MARK(r.rsi);
	error = tn_error_of(status);
	if (error != TN_OK)
		return error;
	return to_core && caps ? split_caps(call) : TN_OK;
}

void port_call_end(struct tn_call *call)
{
	(void)call;
}

static uint64_t reply_tag(const struct tn_request *reply, tn_error status)
{
	if (status != TN_OK)
		return hw_tag(tn_error_number(status), 0, 0, 0);
	return hw_tag(tn_error_number(TN_OK), reply->reply_length, reply->reply_cap_count,
		      reply->reply_mark);
}

static void take_request(struct port_event *event, uint64_t badge, uint64_t tag)
{
	struct tn_request *request = &event->request;
	uint32_t caps = HW_TAG_CAPS(tag);
	event->kind = PORT_EVENT_REQUEST;
	event->key = (uint32_t)badge;
	request->channel = badge >> 32;
	request->thread = HW_TAG_THREAD(tag);
	request->data = request->reply = message_buffer();
	request->length = HW_TAG_LENGTH(tag);
	request->opcode = HW_TAG_OPCODE(tag);
	request->mark = HW_TAG_MARK(tag);
	request->cap_count = (uint8_t)(caps < TN_MESSAGE_CAPS_MAX ? caps : TN_MESSAGE_CAPS_MAX);
}

void port_wait(struct tn_request *reply, tn_error status, unsigned flags, struct port_event *event)
{
	uint64_t kernel_flags = (flags & PORT_WAIT_SIGNALS_ONLY ? HW_WAIT_SIGNALS_ONLY : 0) |
				(flags & PORT_WAIT_POLL ? HW_WAIT_POLL : 0) |
				(reply ? HW_WAIT_REPLY : 0);
	struct hw_result r =
		hw_call2(HW_REPLY_WAIT, kernel_flags, reply ? reply_tag(reply, status) : 0);
	event->kind = PORT_EVENT_NONE;
	if (r.status == HW_EVENT_REQUEST) {
		take_request(event, r.rdi, r.rsi);
	} else if (r.status == HW_EVENT_SIGNAL) {
		event->kind = PORT_EVENT_SIGNAL;
		event->key = (uint32_t)r.rdi;
	}
}

tn_error port_signal_submit(tn_handle handle)
{
	return status_of(hw_call2(HW_SIGNAL, handle, 0).status);
}

/* Core maps and unmaps by itself. */
tn_error port_attached(uint64_t address, uint64_t size, uint64_t offset, uint32_t rights)
{
	(void)address;
	(void)size;
	(void)offset;
	(void)rights;
	return TN_OK;
}

void port_detached(uint64_t address, uint64_t size)
{
	(void)address;
	(void)size;
}

void port_channel_close(uint32_t channel)
{
	(void)channel;
}

void port_park(uint32_t thread)
{
	(void)thread;
	hw_call2(HW_PARK, 0, 0);
}

void port_unpark(uint32_t thread)
{
	hw_call2(HW_UNPARK, thread, 0);
}

/* Core maps, starts and ends threads by itself. */
tn_error port_thread_prepare(uint32_t thread)
{
	(void)thread;
	return TN_OK;
}

tn_error port_thread_launch(uint32_t thread, uint64_t entry, uint64_t stack_pointer,
			    uint64_t argument)
{
	(void)thread;
	(void)entry;
	(void)stack_pointer;
	(void)argument;
	return TN_OK;
}

void port_thread_begin(void)
{
}

void port_thread_leave(void)
{
	for (;;) /* until it is joined */
		port_park(current_thread());
}

void port_thread_await_end(uint32_t thread)
{
	(void)thread;
}

void port_thread_ended(uint32_t thread)
{
	(void)thread;
}
