/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What comes to core's endpoint. The badge says who sent it and by which capability. The data of
 * requests to core's objects never goes through the kernel: core reads and writes it in the
 * message buffer of the thread that waits, which is its own memory.
 */
#include <core/cap.h>
#include <core/channel.h>
#include <core/thread.h>
#include <sel4_core.h>

enum { HANDLE_BYTES = sizeof(tn_handle) };

static unsigned char *data_of(const struct thread *thread)
{
	return thread->port.buffer ? (unsigned char *)window(thread->port.buffer) + SEL4_DATA_OFFSET
				   : NULL;
}

/* Handles to and from core follow the data of the message. */
static bool split_caps(struct tn_request *request)
{
	uint32_t bytes = request->cap_count * HANDLE_BYTES;
	if (request->length > TN_MESSAGE_MAX || request->cap_count > TN_MESSAGE_CAPS_MAX ||
	    bytes > request->length)
		return false;
	request->length -= bytes;
	__builtin_memcpy(request->caps, request->data + request->length, bytes);
	return true;
}

static uint64_t status_label(tn_error status)
{
	return sel4_label(tn_error_number(status), 0, 0, 0);
}

static uint64_t reply_label(struct tn_request *request, tn_error status)
{
	uint32_t bytes = request->reply_cap_count * HANDLE_BYTES;
	if (status != TN_OK)
		return status_label(status);
	if (request->reply_length + bytes > TN_MESSAGE_MAX)
		return status_label(TN_ERR_TOO_LONG);
	__builtin_memcpy(request->reply + request->reply_length, request->reply_caps, bytes);
	return sel4_label(tn_error_number(TN_OK), request->reply_length + bytes,
			  request->reply_cap_count, 0);
}

static struct thread *thread_of(struct pd *pd, uint32_t index)
{
	return index ? thread_find(pd, index) : &pd->thread;
}

static uint64_t serve_request(struct pd *client, tn_handle handle, uint64_t label)
{
	const struct thread *thread = thread_of(client, SEL4_LABEL_THREAD(label));
	unsigned char *data = thread ? data_of(thread) : NULL;
	struct object *signal = cap_object(client, handle, OBJECT_SIGNAL);
	struct tn_request request = {
		.data = data,
		.reply = data,
		.length = SEL4_LABEL_LENGTH(label),
		.opcode = (uint16_t)SEL4_LABEL_OPCODE(label),
		.cap_count = (uint8_t)SEL4_LABEL_CAPS(label),
		.thread = SEL4_LABEL_THREAD(label),
	};
	if (signal) {
		signal_submit(signal);
		return status_label(TN_OK);
	}
	if (!data || !split_caps(&request))
		return status_label(TN_ERR_PROTOCOL);
	return reply_label(&request, core_request(client, handle, &request));
}

/*
 * Of a message that is longer than what the kernel carries, the rest: from a client that waits in a
 * call over this channel, or to it. The client says itself that it does; a lie costs it its own
 * message.
 */
static tn_error copy_rest(struct thread *server, const uint64_t *words, bool to_client)
{
	struct channel *channel = channel_find(server->pd, words[0]);
	tn_handle handle;
	struct thread *client = channel && words[1] < LAYOUT_THREADS_MAX
					? thread_calling(channel, (uint32_t)words[1], &handle)
					: NULL;
	unsigned char *here = data_of(server), *there = client ? data_of(client) : NULL;
	if (!here || !there)
		return TN_ERR_GONE;
	if (words[2] <= SEL4_CARRIED || words[2] > TN_MESSAGE_MAX)
		return TN_ERR_ARGUMENT;
	__builtin_memcpy((to_client ? there : here) + SEL4_CARRIED,
			 (to_client ? here : there) + SEL4_CARRIED, words[2] - SEL4_CARRIED);
	return TN_OK;
}

static void serve_operation(struct thread *thread, uint64_t operation, struct sel4_message *m)
{
	uint32_t key = 0;
	bool more = false;
	tn_error error = TN_OK;
	switch (operation) {
	case SEL4_OPERATION_FETCH:
	case SEL4_OPERATION_PUSH:
		error = copy_rest(thread, m->word, operation == SEL4_OPERATION_PUSH);
		break;
	case SEL4_OPERATION_NEXT_SIGNAL:
		m->word[1] = signal_next(thread, &key, &more);
		m->word[0] = key;
		m->word[2] = more;
		break;
	default:
		error = TN_ERR_PROTOCOL;
		break;
	}
	m->info = SEL4_INFO(status_label(error), 3);
}

/* False: no reply, who has sent it waits for something else. */
bool message_serve(struct sel4_message *m)
{
	uint64_t badge = m->cap, label = SEL4_INFO_LABEL(m->info);
	struct pd *pd;
	if (badge >> 63) {
		struct thread *thread = domain_thread(badge);
		if (label < SEL4_OPERATION_FETCH) {
			fault_handle(badge, label, m->word);
			return false;
		}
		if (!thread)
			return false;
		serve_operation(thread, label, m);
		return true;
	}
	label = pd_find((uint32_t)(badge >> 32), &pd) && pd
			? serve_request(pd, (tn_handle)badge, label)
			: status_label(TN_ERR_GONE);
	m->info = SEL4_INFO(label, 0);
	return true;
}
