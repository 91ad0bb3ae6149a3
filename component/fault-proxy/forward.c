/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Passing a request on, whatever its interface: opcode, bytes, and capabilities both ways. */

#include "fault-proxy.h"

#include <tenon/component.h>

enum { EXIT_DIED = 3 };

/* A message while it lies in no buffer: calls to core would overwrite it. */
struct message {
	uint32_t length, caps;
	tn_handle cap[TN_MESSAGE_CAPS_MAX];
	unsigned char data[TN_MESSAGE_MAX];
};

static struct {
	tn_time_cap time;
	struct tn_signal reached;
} clock;

tn_error forward_init(struct tn_entrypoint *entrypoint)
{
	const struct tn_quota none = { 0, 0 };
	struct tn_session session;
	tn_error error = tn_session_open("TIME", "", none, &tn_time_interface, &session);
	if (error != TN_OK)
		return error;
	clock.time.handle = session.cap;
	error = tn_signal_create(entrypoint, &clock.reached);
	return error == TN_OK ? tn_time_watch(clock.time, clock.reached.cap) : error;
}

/* -- faults -- */

/* Nobody else is served meanwhile, as by a server that is slow. */
static void delay(uint64_t ns)
{
	uint64_t now, until;
	if (!ns || tn_time_now(clock.time, &now) != TN_OK)
		return;
	until = now + ns;
	while (now < until && tn_time_deadline(clock.time, until) == TN_OK) {
		tn_signal_wait(&clock.reached);
		if (tn_time_now(clock.time, &now) != TN_OK)
			return;
	}
}

static void note_signal(struct session *session, tn_handle handle)
{
	size_t i = 0;
	while (i < SIGNALS_MAX && session->signals[i].handle)
		i++;
	if (i == SIGNALS_MAX || tn_cap_retain(handle) != TN_OK)
		return;
	session->signals[i].handle = handle;
}

static void note_signals(struct session *session, const struct message *message)
{
	for (uint32_t i = 0; i < message->caps; i++)
		if (TN_HANDLE_KIND(message->cap[i]) == TN_CAP_SIGNAL)
			note_signal(session, message->cap[i]);
}

static void storm(const struct session *session, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++)
		for (size_t i = 0; i < SIGNALS_MAX && session->signals[i].handle; i++)
			(void)tn_signal_submit(session->signals[i]);
}

static void spoil(struct session *session, uint64_t length, struct message *reply)
{
	if (length != UINT64_MAX)
		reply->length = (uint32_t)length;
	for (uint32_t i = 0; i < reply->length; i++)
		reply->data[i] = (unsigned char)session_random(session);
}

/* -- passing on -- */

static void take_request(const struct tn_request *request, struct message *message)
{
	message->length = request->length <= TN_MESSAGE_MAX ? request->length : TN_MESSAGE_MAX;
	message->caps = request->cap_count;
	memcpy(message->cap, request->caps, sizeof(message->cap));
	memcpy(message->data, request->data, message->length);
}

/* `message` is the request, and becomes the reply, whose capabilities are ours then. */
static tn_error call(tn_handle destination, uint16_t opcode, struct message *message)
{
	struct tn_call call = { .cap_count = (uint8_t)message->caps };
	memcpy(call.caps, message->cap, sizeof(call.caps));
	message->caps = 0;
	tn_error error = tn_call_begin(&call, destination);
	if (error != TN_OK)
		return error;
	memcpy(call.data, message->data, message->length);
	call.length = message->length;
	call.opcode = opcode;
	call.reply_cap_count = TN_CALL_CAPS_ANY;
	error = tn_call_invoke(&call);
	if (error == TN_OK) {
		message->length = call.length;
		memcpy(message->data, call.data, call.length);
	}
	error = tn_call_end(&call, error);
	if (error != TN_OK)
		return error;
	message->caps = call.received;
	memcpy(message->cap, call.caps, sizeof(message->cap));
	return TN_OK;
}

/* Ours are given back when the client has its own, and before the reply is in the buffer. */
static tn_error reply(struct tn_request *request, const struct message *message, bool drop)
{
	request->reply_cap_count = (uint8_t)(drop ? 0 : message->caps);
	memcpy(request->reply_caps, message->cap, sizeof(request->reply_caps));
	tn_error error = tn_reply_caps(request);
	for (uint32_t i = 0; i < message->caps; i++)
		tn_cap_release(message->cap[i]);
	if (error != TN_OK)
		return error;
	memcpy(request->reply, message->data, message->length);
	request->reply_length = message->length;
	return TN_OK;
}

tn_error forward(const void *ops, void *self, struct tn_request *request)
{
	struct session *session = self;
	struct message message;
	(void)ops;
	take_request(request, &message);
	note_signals(session, &message);
	session->calls++;
	struct faults faults = rules_for_call(session);
	delay(faults.ns);
	storm(session, faults.storm);
	if (faults.die)
		tn_exit(EXIT_DIED);
	if (faults.disconnect)
		tn_object_destroy(&session->object);
	if (faults.disconnect || faults.error != TN_OK)
		return faults.disconnect ? TN_ERR_GONE : faults.error;
	if (faults.drop_request)
		message.caps = 0;
	tn_error error = call(session->upstream.cap, request->opcode, &message);
	if (error != TN_OK)
		return error;
	if (faults.garbage)
		spoil(session, faults.length, &message);
	return reply(request, &message, faults.drop_reply);
}
