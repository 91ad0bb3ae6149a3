/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Remote procedure calls: an interface is declared once, by a preprocessor list.
 *
 * The one of the example below yields the capability type counter_cap; the client's function
 * counter_add(cap, amount, &total); the server's struct counter_ops with one function pointer for
 * each function; counter_serve(), which makes an RPC object; and counter_interface, the description
 * that the interface digest is computed from.
 *
 * Parameters                    client passes               server's handler gets
 *   In(type, n)                 type n                      type n
 *   Out(type, n)                type *n                     type *n
 *   InString(n, max)            const char *n               const char *n, NUL terminated
 *   OutString(n, max)           char *n (max + 1 bytes)     char *n (max + 1 bytes)
 *   InBytes(n, max)             const void *n, size_t n_length   the same, a private copy
 *   OutBytes(n, max)            void *n (max bytes), size_t *n_length   the same
 *   InCap(type, n)              type n                      type n, borrowed (see below)
 *   OutCap(type, n)             type *n, owned              type *n
 *
 * A message holds at most TN_MESSAGE_MAX bytes and TN_MESSAGE_CAPS_MAX capabilities each way; an
 * interface that could exceed that does not compile. At most 12 parameters a function.
 *
 * Ownership of capabilities: a handler borrows what it gets; to keep it beyond its return it calls
 * tn_cap_retain(). A client owns what it gets, and gives it up by tn_cap_release(). What is
 * passed is never given away: sender and receiver each have a capability afterwards.
 *
 * Client functions block until the reply. They return what the handler returned, or
 * TN_ERR_GONE (object or server gone, before or during the call), TN_ERR_CAPABILITY (handle
 * invalid), TN_ERR_DEADLOCK (own entrypoint), TN_ERR_PROTOCOL (a reply that does not fit),
 * TN_ERR_TOO_LONG (argument exceeds its bound), TN_ERR_OUT_OF_CAPS or _RAM (a capability transfer
 * could not be paid). Out parameters are set if and only if TN_OK is returned.
 *
 * Everything that a peer sent is copied exactly once, before it is looked at.
 *
 * @code{.c}
 * #define COUNTER(RPC, I) \
 *         RPC(I, add, In(uint64_t, amount), Out(uint64_t, total))
 *
 * TN_RPC_INTERFACE(counter, COUNTER)
 *
 * static tn_error example_add(void *self, struct tn_request *request, uint64_t amount,
 *                             uint64_t *total)
 * {
 *         uint64_t *sum = self;
 *         (void)request;
 *         if (amount > UINT64_MAX - *sum)
 *                 return TN_ERR_ARGUMENT;
 *         *total = *sum += amount;
 *         return TN_OK;
 * }
 *
 * static tn_error example_serve(struct tn_entrypoint *entrypoint, counter_cap *cap)
 * {
 *         static const struct counter_ops ops = { .add = example_add };
 *         static struct tn_object object;
 *         static uint64_t sum;
 *         return counter_serve(entrypoint, &object, &ops, &sum, cap);
 * }
 *
 * // In another component:
 * static tn_error example_client(counter_cap counter, uint64_t *total)
 * {
 *         return counter_add(counter, 2, total);
 * }
 * @endcode
 */
#pragma once

#include <tenon/types.h>

/* As many capabilities in a reply as there are. */
#define TN_CALL_CAPS_ANY 0xffu

/* A call under way, on the caller's stack. Fields are for the generated stubs. */
struct tn_call {
	unsigned char
		*data;   /* message buffer, TN_MESSAGE_MAX bytes, possibly shared with the peer */
	uint32_t length; /* request's, then reply's bytes */
	uint16_t opcode;
	uint8_t cap_count;
	uint8_t reply_cap_count; /* expected; TN_CALL_CAPS_ANY: for who only passes them on */
	tn_handle caps[TN_MESSAGE_CAPS_MAX];
	uint32_t received; /* capabilities that came with the reply, in caps */
	tn_handle destination;
	uint8_t mark;       /* of the transfer that went before it; 0: none */
	uint8_t reply_mark; /* of the one that went before the reply */
	uintptr_t port[4];
};

/* A request under way, as the dispatcher gets it. */
struct tn_request {
	const unsigned char *data; /* possibly shared with the peer: read each byte once */
	unsigned char *reply;      /* TN_MESSAGE_MAX bytes; may be the same memory as data */
	uint64_t channel;          /* identity of the client's channel, unforgeable */
	uint32_t thread;           /* index of the calling thread, as the client says */
	uint32_t length;           /* of data, in bytes */
	uint32_t reply_length;     /* of reply */
	uint16_t opcode;           /* the function, by its index in the list */
	uint8_t cap_count;         /* in caps */
	uint8_t reply_cap_count;   /* in reply_caps */
	uint8_t mark, reply_mark;  /* of the transfers that brought them, as in struct tn_call */
	tn_handle caps[TN_MESSAGE_CAPS_MAX];       /* borrowed */
	tn_handle reply_caps[TN_MESSAGE_CAPS_MAX]; /* the handler's; the client gets its own */
};

/* Takes a request apart and calls the operation in `ops`; generated for each interface. */
typedef tn_error (*tn_dispatch)(const void *ops, void *self, struct tn_request *request);

/* What an interface looks like, for its digest. */
struct tn_function_description {
	const char *name;                       /* in the list */
	const char *signature;                  /* the parameters as written */
	uint32_t in_size, out_size;             /* greatest sizes of request and reply, in bytes */
	uint32_t name_length, signature_length; /* in bytes, without the NUL */
};

/* An interface: name_interface is one of these. Static. */
struct tn_interface {
	const char *name; /* the first argument of TN_RPC_INTERFACE() */
	uint32_t count;   /* of functions */
	const struct tn_function_description *functions; /* in the order of opcodes */
};

/* private: all bits of both go on */
static inline uint64_t tn_digest_mix_(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

/* private: eight bytes at a time, as each session is opened with a digest on both sides */
static inline uint64_t tn_digest_text_(uint64_t hash, const char *text, uint32_t length)
{
	uint64_t word;
	for (; length >= sizeof(word); text += sizeof(word), length -= (uint32_t)sizeof(word)) {
		__builtin_memcpy(&word, text, sizeof(word));
		hash = tn_digest_mix_(hash, word);
	}
	for (word = length; length; length--)
		word = word << 8 | (unsigned char)*text++;
	return tn_digest_mix_(hash, word);
}

/*
 * Over what a peer could misunderstand, chained function by function (of the first n). Not against
 * forgery: who lies about an interface sends messages that are checked as all are.
 */
static inline uint64_t tn_interface_digest(const struct tn_interface *interface, uint32_t n)
{
	uint64_t hash = 0;
	for (const char *p = interface->name; *p; p++)
		hash = tn_digest_mix_(hash, (unsigned char)*p);
	for (uint32_t i = 0; i < n && i < interface->count; i++) {
		const struct tn_function_description *f = &interface->functions[i];
		hash = tn_digest_text_(hash, f->name, f->name_length);
		hash = tn_digest_text_(hash, f->signature, f->signature_length);
		hash = tn_digest_mix_(hash, (uint64_t)f->in_size << 32 | f->out_size);
	}
	return hash;
}

/*
 * The three steps of a call. tn_call_begin() transfers the capabilities in call->caps and gives the
 * message buffer; when it succeeds, tn_call_end() must follow. Between them the thread makes no
 * other call.
 */
TN_EXTERN TN_MUST_USE tn_error tn_call_begin(struct tn_call *call, tn_handle destination);
TN_EXTERN TN_MUST_USE tn_error tn_call_invoke(struct tn_call *call);
/*
 * Gives the buffer up. `result` is what the call has come to so far; returned is what it comes to:
 * only if that is TN_OK call->caps hold what was received, otherwise it is given back.
 */
TN_EXTERN TN_MUST_USE tn_error tn_call_end(struct tn_call *call, tn_error result);

/*
 * After the handler, before the reply's data is written: transfers request->reply_caps to the
 * client, gives up what came with the request.
 */
TN_EXTERN TN_MUST_USE tn_error tn_reply_caps(struct tn_request *request);

/* A thread that serves objects and signals, one request at a time (thread.h). Opaque. */
struct tn_entrypoint;

/* The server's side of an RPC object. The memory is the server's, until tn_object_destroy(). */
struct tn_object {
	tn_dispatch dispatch;             /* name_dispatch() */
	const void *ops;                  /* struct name_ops, which stays */
	void *self;                       /* handed to the operations */
	struct tn_entrypoint *entrypoint; /* where they run */
	uint32_t key;                     /* private */
	tn_handle handle;                 /* the server's own capability to it */
};

/* Makes `object`, whose first three fields are set, callable; its capability is object->handle. */
TN_EXTERN TN_MUST_USE tn_error tn_object_create(struct tn_entrypoint *entrypoint,
						struct tn_object *object);
/*
 * Every capability to it dies, calls in flight return TN_ERR_GONE. Cannot fail. On another thread
 * than its entrypoint's: waits for the handler under way.
 */
TN_EXTERN void tn_object_destroy(struct tn_object *object);

#include <tenon/rpc_macros.h>
