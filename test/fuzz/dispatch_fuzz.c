/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What TN_RPC_INTERFACE() generates, for every interface in include/tenon: a dispatcher that gets
 * any request, and client functions that get any reply. Nothing is read beyond the message, no
 * handler runs unless the request fits the interface to the byte, its arguments are within their
 * bounds, no reply exceeds a message, and a client's outputs are set if and only if TN_OK is
 * returned. In half of the runs a second thread changes the message meanwhile, as a peer can whose
 * memory it is.
 *
 * Input: what to call (interface, function, number of capabilities, who is attacked), then the
 * message.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "interfaces.h" /* made by the build: all that is in include/tenon, and `every` */

/* Each kind of parameter, and the limits of a message. */
struct odd {
	unsigned char bytes[3];
};
#define EVERY(RPC, I)                                                                         \
	RPC(I, nothing)                                                                       \
	RPC(I, all, In(struct odd, a), InString(b, 5u), InBytes(c, 7u), InCap(tn_any_cap, d), \
	    Out(struct odd, e), OutString(f, 5u), OutBytes(g, 7u), OutCap(tn_any_cap, h))     \
	RPC(I, most_in, InBytes(a, TN_MESSAGE_MAX - 4u))                                      \
	RPC(I, most_out, OutBytes(a, TN_MESSAGE_MAX - 4u))                                    \
	RPC(I, caps, InCap(tn_any_cap, a), InCap(tn_any_cap, b), InCap(tn_any_cap, c),        \
	    InCap(tn_any_cap, d), InCap(tn_any_cap, e), InCap(tn_any_cap, f),                 \
	    InCap(tn_any_cap, g), InCap(tn_any_cap, h), OutCap(tn_any_cap, i))                \
	RPC(I, empty, InString(a, 0u), InBytes(b, 0u), OutString(c, 0u), OutBytes(d, 0u))
TN_RPC_INTERFACE(every, EVERY)

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

/* The message of this run, as long as it says, with nothing after it. */
static unsigned char *message;
static size_t message_size;
static unsigned handler_runs;
static uint8_t choice; /* what a handler answers */

/* -- the peer: changes a byte of the message to and fro while it is read -- */
static _Atomic(unsigned char *) target;
static atomic_bool busy;

static void *scribble(void *argument)
{
	for (;;) {
		atomic_store(&busy, true);
		unsigned char *to = atomic_load(&target);
		if (to)
			*(volatile unsigned char *)to ^= 0xffu;
		atomic_store(&busy, false);
	}
	return argument;
}

static void scribble_on(unsigned char *byte)
{
	static pthread_t thread;
	if (!thread)
		require(pthread_create(&thread, NULL, scribble, NULL) == 0, "a second thread");
	atomic_store(&target, byte);
}

static void scribble_off(void)
{
	atomic_store(&target, NULL);
	while (atomic_load(&busy))
		;
}

/* -- handlers: look at every byte they get, and fill what they may -- */
static volatile unsigned char sink;
static void look(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sink = ((const unsigned char *)bytes)[i];
}

static void fill_string(char *to, size_t max)
{
	memset(to, 'x', max);
	to[max] = 0;
}

#define HANDLE_In(type, n)       look(&n, sizeof(n));
#define HANDLE_Out(type, n)      memset(n, choice, sizeof(*n));
#define HANDLE_InString(n, max)  require(strlen(n) <= (max), #n ": a string within its bound");
#define HANDLE_OutString(n, max) fill_string(n, max);
#define HANDLE_InBytes(n, max)                                         \
	require(n##_length <= (max), #n ": bytes within their bound"); \
	look(n, n##_length);
#define HANDLE_OutBytes(n, max)   \
	memset(n, choice, (max)); \
	*n##_length = (max);
#define HANDLE_InCap(type, n)  require(n.handle >= 100, #n ": a capability that came");
#define HANDLE_OutCap(type, n) n->handle = 7;

#define HANDLER(I, name, ...)                                                                \
	static tn_error I##_handle_##name(void *self,                                        \
					  struct tn_request *request TN_EACH_(TN_PARAM_,     \
									      __VA_ARGS__))  \
	{                                                                                    \
		require(self == &handler_runs && request, "what the server has registered"); \
		handler_runs++;                                                              \
		TN_EACH_(HANDLE_, __VA_ARGS__)                                               \
		return choice & 1 ? TN_ERR_DENIED : TN_OK;                                   \
	}
#define OPERATION(I, name, ...) .name = I##_handle_##name,

/* -- clients: every argument is legal or too long; outputs are watched -- */
#define ARGUMENT_In(type, n) \
	type n;              \
	memset(&n, choice, sizeof(n));
#define ARGUMENT_Out(type, n) \
	type n;               \
	memset(&n, 0x5a, sizeof(n));
#define ARGUMENT_InString(n, max) \
	char n[(max) + 2u];       \
	fill_string(n, (max) + (choice & 2 ? 1u : 0u));
#define ARGUMENT_OutString(n, max) \
	char n[(max) + 1u];        \
	memset(n, 0x5a, sizeof(n));
#define ARGUMENT_InBytes(n, max)                            \
	unsigned char n[(max) + 1u];                        \
	size_t n##_length = (max) + (choice & 4 ? 1u : 0u); \
	memset(n, choice, sizeof(n));
#define ARGUMENT_OutBytes(n, max)            \
	unsigned char n[(max) ? (max) : 1u]; \
	size_t n##_length = SIZE_MAX;        \
	memset(n, 0x5a, sizeof(n));
#define ARGUMENT_InCap(type, n)  type n = { 200 };
#define ARGUMENT_OutCap(type, n) type n = { 0x5a5a5a5a };

#define PASS_In(type, n)       , n
#define PASS_Out(type, n)      , &n
#define PASS_InString(n, max)  , n
#define PASS_OutString(n, max) , n
#define PASS_InBytes(n, max)   , n, n##_length
#define PASS_OutBytes(n, max)  , n, &n##_length
#define PASS_InCap(type, n)    , n
#define PASS_OutCap(type, n)   , &n

static bool untouched(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const unsigned char *)bytes)[i] != 0x5a)
			return false;
	return true;
}

#define RESULT_In(type, n)
#define RESULT_Out(type, n) \
	require(error == TN_OK || untouched(&n, sizeof(n)), #n ": set only by success");
#define RESULT_InString(n, max)
#define RESULT_OutString(n, max)                                                            \
	require(error == TN_OK ? strnlen(n, (max) + 1u) <= (max) : untouched(n, sizeof(n)), \
		#n ": a string by success only");
#define RESULT_InBytes(n, max)
#define RESULT_OutBytes(n, max)                                                     \
	require(error == TN_OK ? n##_length <= (max)                                \
			       : n##_length == SIZE_MAX && untouched(n, sizeof(n)), \
		#n ": bytes by success only");
#define RESULT_InCap(type, n)
#define RESULT_OutCap(type, n) \
	require((error == TN_OK) == (n.handle != 0x5a5a5a5a), #n ": owned by success only");

#define CLIENT(I, name, ...)                                                                \
	static void I##_client_##name(void)                                                 \
	{                                                                                   \
		TN_EACH_(ARGUMENT_, __VA_ARGS__)                                            \
		tn_error error = I##_##name((I##_cap){ 300 } TN_EACH_(PASS_, __VA_ARGS__)); \
		(void)error;                                                                \
		TN_EACH_(RESULT_, __VA_ARGS__)                                              \
	}
#define CLIENT_POINTER(I, name, ...) I##_client_##name,

#define ONE_INTERFACE(I, LIST)                                             \
	LIST(HANDLER, I)                                                   \
	static const struct I##_ops I##_fuzz_ops = { LIST(OPERATION, I) }; \
	LIST(CLIENT, I)                                                    \
	static void (*const I##_clients[])(void) = { LIST(CLIENT_POINTER, I) };
INTERFACES(ONE_INTERFACE)

static const struct subject {
	tn_dispatch dispatch;
	const void *ops;
	const struct tn_interface *interface;
	void (*const *clients)(void);
} subjects[] = {
#define SUBJECT(I, LIST) { I##_dispatch, &I##_fuzz_ops, &I##_interface, I##_clients },
	INTERFACES(SUBJECT)
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

/* -- what the runtime would do -- */
static unsigned calls_open;

tn_error tn_call_begin(struct tn_call *call, tn_handle destination)
{
	static unsigned char request[TN_MESSAGE_MAX];
	require(destination == 300 && call->cap_count <= TN_MESSAGE_CAPS_MAX,
		"a call as asked for");
	call->data = request;
	calls_open++;
	return TN_OK;
}

tn_error tn_call_invoke(struct tn_call *call)
{
	require(call->length <= TN_MESSAGE_MAX, "a request fits a message");
	look(call->data, call->length);
	call->data = message;
	call->length = (uint32_t)message_size;
	call->received = call->reply_cap_count;
	return choice & 8 ? TN_ERR_DENIED : TN_OK;
}

tn_error tn_call_end(struct tn_call *call, tn_error result)
{
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		call->caps[i] = 100 + i;
	calls_open--;
	return result;
}

tn_error tn_reply_caps(struct tn_request *request)
{
	require(request->reply_cap_count <= TN_MESSAGE_CAPS_MAX, "a reply with few capabilities");
	request->cap_count = 0;
	return choice & 16 ? TN_ERR_OUT_OF_CAPS : TN_OK;
}

tn_error tn_object_create(struct tn_entrypoint *entrypoint, struct tn_object *object)
{
	(void)entrypoint;
	object->handle = 1;
	return TN_OK;
}

static void attack_server(const struct subject *subject, uint16_t opcode, uint8_t caps)
{
	unsigned char *reply = malloc(TN_MESSAGE_MAX);
	struct tn_request request = { .data = message,
				      .reply = reply,
				      .length = (uint32_t)message_size,
				      .opcode = opcode,
				      .cap_count = caps % (TN_MESSAGE_CAPS_MAX + 1) };
	for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
		request.caps[i] = i < request.cap_count ? 100 + i : 0;
	handler_runs = 0;
	tn_error error = subject->dispatch(subject->ops, &handler_runs, &request);
	require(handler_runs == (error != TN_ERR_PROTOCOL), "a handler runs if the request fits");
	if (opcode < subject->interface->count)
		require(!handler_runs ||
				message_size <= subject->interface->functions[opcode].in_size,
			"a request with bytes left over does not fit");
	if (error == TN_OK) {
		require(request.reply_length <= TN_MESSAGE_MAX, "a reply fits a message");
		look(reply, request.reply_length);
	}
	free(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 5 || size - 5 > TN_MESSAGE_MAX)
		return 0;
	const struct subject *subject = &subjects[data[0] % SUBJECTS];
	uint16_t opcode = data[1];
	bool server = data[3] & 1, hostile = data[3] & 2;
	choice = data[4];
	message_size = size - 5;
	message = malloc(message_size ? message_size : 1);
	memcpy(message, data + 5, message_size);
	if (hostile && message_size)
		scribble_on(&message[data[2] % message_size]);
	if (server)
		attack_server(subject, opcode, data[2]);
	else
		subject->clients[opcode % subject->interface->count]();
	scribble_off();
	require(calls_open == 0, "each call ends once");
	free(message);
	return 0;
}
