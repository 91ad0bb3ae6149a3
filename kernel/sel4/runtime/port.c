/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The runtime's seL4 half: calls between components are the kernel's, and so are waiting, signals
 * and sleeping. */
#include <runtime/port.h>
#include <sel4_abi.h>

enum { HANDLE_BYTES = sizeof(tn_handle) };

static uint32_t current_thread(void)
{
	char here;
	return (uint32_t)(((uintptr_t)&here - LAYOUT_STACKS) / LAYOUT_STACK_SLOT);
}

static unsigned char *message_buffer(void)
{
	return (unsigned char *)sel4_buffer_address(current_thread()) + SEL4_DATA_OFFSET;
}

static struct sel4_thread_area *thread_area(void)
{
	return sel4_thread_area(
		(void *)(LAYOUT_THREAD_PAGES + current_thread() * (uint64_t)SEL4_PAGE_SIZE));
}

/*
 * What others are called by: one instruction of the runtime, which core knows. Where it ends a
 * call, the thread goes on behind it. Words are taken from `data`, and put there, if there are any.
 */
struct called {
	uint64_t info, badge;
};
struct called call_others(uint64_t cap, uint64_t info, unsigned char *data);
extern const char call_instruction[];
__asm__("	.text\n"
	"	.type call_others, @function\n"
	"	.hidden call_others, call_instruction\n"
	"	.globl call_others, call_instruction\n"
	"call_others:\n"
	"	push %rbx\n"
	"	push %r15\n"
	"	push %r12\n"
	"	mov %rdx, %r12\n"
	"	test $0x7f, %sil\n"
	"	jz 1f\n"
	"	mov (%r12), %r10\n"
	"	mov 8(%r12), %r8\n"
	"	mov 16(%r12), %r9\n"
	"	mov 24(%r12), %r15\n"
	"1:	mov $-1, %rdx\n"
	"	mov %rsp, %rbx\n"
	"call_instruction:\n"
	"	syscall\n"
	"	mov %rbx, %rsp\n"
	"	test $0x7f, %sil\n"
	"	jz 1f\n"
	"	mov %r10, (%r12)\n"
	"	mov %r8, 8(%r12)\n"
	"	mov %r9, 16(%r12)\n"
	"	mov %r15, 24(%r12)\n"
	"1:	mov %rsi, %rax\n"
	"	mov %rdi, %rdx\n"
	"	pop %r12\n"
	"	pop %r15\n"
	"	pop %rbx\n"
	"	ret\n"
	"	.size call_others, . - call_others\n");

static void begin(void)
{
	thread_area()->call_instruction = (uintptr_t)call_instruction;
}

void port_init(void)
{
	begin();
}

tn_error port_call_begin(struct tn_call *call)
{
	call->data = message_buffer();
	return TN_OK;
}

/* -- messages: the first words go in registers -- */

static uint32_t words_of(uint32_t length)
{
	return length < SEL4_CARRIED ? (length + 7) / 8 : SEL4_WORDS_MAX;
}

static void load(struct sel4_message *m, const unsigned char *data)
{
	__builtin_memcpy(m->word, data, sizeof(m->word));
}

static void store(const struct sel4_message *m, unsigned char *data)
{
	__builtin_memcpy(data, m->word, sizeof(m->word));
}

/* Whether as much has come as the sender says: what was there before is not for this receiver. */
static bool complete(uint64_t info)
{
	uint32_t length = SEL4_LABEL_LENGTH(SEL4_INFO_LABEL(info));
	return length <= TN_MESSAGE_MAX && SEL4_INFO_WORDS(info) >= words_of(length);
}

static uint64_t ask_core(enum sel4_operation operation, struct sel4_message *m)
{
	m->cap = sel4_of_thread(current_thread(), SEL4_OF_CORE);
	m->info = SEL4_INFO(operation, 3);
	sel4_enter(SEL4_CALL, m);
	return SEL4_INFO_LABEL(m->info);
}

static bool copy_rest(enum sel4_operation operation, uint64_t channel, uint32_t thread,
		      uint32_t length)
{
	struct sel4_message m = { .word = { channel, thread, length } };
	return SEL4_LABEL_OPCODE(ask_core(operation, &m)) == tn_error_number(TN_OK);
}

/* -- calls -- */

/* To core, handles follow the data. */
static uint32_t append_caps(struct tn_call *call)
{
	uint32_t bytes = call->cap_count * HANDLE_BYTES;
	if (call->length > TN_MESSAGE_MAX - bytes) {
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

static tn_error take_reply(struct tn_call *call, uint64_t label)
{
	uint32_t status = SEL4_LABEL_OPCODE(label), caps = SEL4_LABEL_CAPS(label);
	if (!(label & SEL4_LABEL_OURS)) /* the kernel's: there is no such capability any more */
		return TN_ERR_GONE;
	if (status >= TN_ERROR_COUNT || caps > TN_MESSAGE_CAPS_MAX)
		return TN_ERR_PROTOCOL;
	call->length = SEL4_LABEL_LENGTH(label);
	call->cap_count = (uint8_t)caps;
	call->reply_mark = SEL4_LABEL_MARK(label);
	return tn_error_of(status);
}

static uint64_t request_label(const struct tn_call *call, uint32_t length)
{
	return sel4_label(call->opcode, length, call->cap_count, call->mark) |
	       sel4_label_of_thread(current_thread());
}

static tn_error call_core(struct tn_call *call)
{
	uint32_t length = append_caps(call);
	uint64_t info = SEL4_INFO(request_label(call, length), 0);
	info = call_others(sel4_of_handle(call->destination), info, call->data).info;
	tn_error error = take_reply(call, SEL4_INFO_LABEL(info));
	return error == TN_OK && call->cap_count ? split_caps(call) : error;
}

tn_error port_call_invoke(struct tn_call *call)
{
	if (TN_HANDLE_KIND(call->destination) == TN_CAP_CORE)
		return call_core(call);
	if (call->length > TN_MESSAGE_MAX)
		return TN_ERR_TOO_LONG;
	uint64_t info = SEL4_INFO(request_label(call, call->length), words_of(call->length));
	info = call_others(sel4_of_handle(call->destination), info, call->data).info;
	tn_error error = take_reply(call, SEL4_INFO_LABEL(info));
	return error != TN_OK || complete(info) ? error : TN_ERR_PROTOCOL;
}

void port_call_end(struct tn_call *call)
{
	(void)call;
}

/* -- serving -- */

static void set_reply(struct sel4_message *m, const struct tn_request *reply, tn_error status)
{
	uint32_t length = reply->reply_length, caps = reply->reply_cap_count;
	uint32_t mark = reply->reply_mark;
	if (status == TN_OK && length > SEL4_CARRIED &&
	    !copy_rest(SEL4_OPERATION_PUSH, reply->channel, reply->thread, length))
		status = TN_ERR_GONE; /* nobody waits for it */
	if (status != TN_OK)
		length = caps = mark = 0;
	m->info = SEL4_INFO(sel4_label(tn_error_number(status), length, caps, mark),
			    words_of(length));
	if (length)
		load(m, reply->reply);
}

/* False: it was no request. */
static bool take_request(struct port_event *event, const struct sel4_message *m)
{
	struct tn_request *request = &event->request;
	uint64_t label = SEL4_INFO_LABEL(m->info);
	uint32_t caps = SEL4_LABEL_CAPS(label);
	unsigned char *data = message_buffer();
	request->data = request->reply = data;
	request->channel = m->cap >> 32;
	request->thread = SEL4_LABEL_THREAD(label);
	request->length = SEL4_LABEL_LENGTH(label);
	request->opcode = (uint16_t)SEL4_LABEL_OPCODE(label);
	request->mark = SEL4_LABEL_MARK(label);
	request->cap_count = (uint8_t)(caps < TN_MESSAGE_CAPS_MAX ? caps : TN_MESSAGE_CAPS_MAX);
	event->key = (uint32_t)m->cap;
	event->kind = PORT_EVENT_REQUEST;
	if (!request->length)
		return true;
	store(m, data);
	if (complete(m->info) &&
	    (request->length <= SEL4_CARRIED ||
	     copy_rest(SEL4_OPERATION_FETCH, request->channel, request->thread, request->length)))
		return true;
	event->kind = PORT_EVENT_NONE;
	return false;
}

/* Signals whose submits core forwards: one at a time. */
static bool take_forwarded(struct sel4_thread_area *area, struct port_event *event)
{
	struct sel4_message m = { .cap = 0 };
	ask_core(SEL4_OPERATION_NEXT_SIGNAL, &m);
	if (!m.word[1] || !m.word[2])
		area->pending &= ~(1ull << SEL4_FORWARDED);
	event->key = (uint32_t)m.word[0];
	return m.word[1];
}

static bool take_signal(struct sel4_thread_area *area, struct port_event *event)
{
	while (area->pending) {
		uint32_t bit = (uint32_t)__builtin_ctzll(area->pending);
		if (bit >= SEL4_DIRECT_SIGNALS) {
			if (!take_forwarded(area, event))
				continue;
		} else {
			area->pending &= ~(1ull << bit);
			event->key = area->keys[bit];
		}
		event->kind = PORT_EVENT_SIGNAL;
		return true;
	}
	return false;
}

static void refuse(struct sel4_message *m)
{
	m->info = SEL4_INFO(sel4_label(tn_error_number(TN_ERR_PROTOCOL), 0, 0, 0), 0);
}

/* What is neither the usual case nor waits: signals that are pending, polling. */
static __attribute__((noinline)) void wait_otherwise(struct sel4_message *m, bool replies,
						     unsigned flags, struct port_event *event)
{
	struct sel4_thread_area *area = thread_area();
	bool poll = flags & PORT_WAIT_POLL;
	if (replies)
		sel4_enter(SEL4_REPLY, m);
	while (!take_signal(area, event)) {
		bool signals_only = flags & PORT_WAIT_SIGNALS_ONLY;
		m->cap = sel4_of_thread(current_thread(),
					signals_only ? SEL4_OF_BELL : SEL4_OF_SERVER);
		m->info = SEL4_INFO_UNTOUCHED;
		sel4_enter(poll ? SEL4_NB_RECEIVE : SEL4_RECEIVE, m);
		if (m->info & SEL4_INFO_UNTOUCHED) {
			area->pending |= m->cap;
		} else if (!take_request(event, m)) {
			refuse(m);
			sel4_enter(SEL4_REPLY, m);
		} else {
			return;
		}
		if (poll) {
			take_signal(area, event);
			return;
		}
	}
}

void port_wait(struct tn_request *reply, tn_error status, unsigned flags, struct port_event *event)
{
	struct sel4_message m = { .info = 0 };
	bool replies = reply;
	event->kind = PORT_EVENT_NONE;
	if (replies)
		set_reply(&m, reply, status);
	for (;;) {
		if (flags || thread_area()->pending) {
			wait_otherwise(&m, replies, flags, event);
			return;
		}
		m.cap = sel4_of_thread(current_thread(), SEL4_OF_SERVER);
		m.info |= SEL4_INFO_UNTOUCHED;
		sel4_enter(replies ? SEL4_REPLY_RECEIVE : SEL4_RECEIVE, &m);
		replies = false;
		if (m.info & SEL4_INFO_UNTOUCHED) {
			thread_area()->pending |= m.cap;
		} else if (take_request(event, &m)) {
			return;
		} else {
			refuse(&m);
			replies = true;
		}
	}
}

/*
 * A call, so that the kernel says whether there was anybody: of a notification the kernel answers,
 * of a signal that core forwards, core.
 */
tn_error port_signal_submit(tn_handle handle)
{
	struct sel4_message m = { .cap = sel4_of_handle(handle),
				  .info = SEL4_INFO(SEL4_LABEL_OURS, 0) };
	sel4_enter(SEL4_CALL, &m);
	uint64_t label = SEL4_INFO_LABEL(m.info);
	if (label & SEL4_LABEL_OURS)
		return tn_error_of(SEL4_LABEL_OPCODE(label));
	return label ? TN_ERR_GONE : TN_OK;
}

/* -- core maps and unmaps by itself -- */

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

/* -- threads: core maps, starts and ends them by itself -- */

void port_park(uint32_t thread)
{
	struct sel4_message m = { .cap = sel4_of_thread(thread, SEL4_OF_PARK) };
	sel4_enter(SEL4_RECEIVE, &m);
}

void port_unpark(uint32_t thread)
{
	struct sel4_message m = { .cap = sel4_of_thread(thread, SEL4_OF_PARK) };
	sel4_enter(SEL4_NB_SEND, &m);
}

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
	begin();
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
