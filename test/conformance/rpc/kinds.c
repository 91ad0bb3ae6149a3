/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "kinds.h"

static struct {
	struct tn_object object, liar;
	kinds_cap next;
} server;

static tn_error number(void *self, struct tn_request *request, uint64_t value, uint64_t *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error structure(void *self, struct tn_request *request, struct kinds_pair value,
			  struct kinds_pair *back)
{
	(void)self;
	(void)request;
	*back = value;
	return TN_OK;
}

static tn_error string(void *self, struct tn_request *request, const char *text, char *back)
{
	size_t n = 0;
	(void)self;
	(void)request;
	do
		back[n] = text[n];
	while (text[n++]);
	return TN_OK;
}

static tn_error bytes(void *self, struct tn_request *request, const void *data, size_t data_length,
		      void *back, size_t *back_length)
{
	(void)self;
	(void)request;
	memcpy(back, data, data_length);
	*back_length = data_length;
	return TN_OK;
}

static tn_error one_cap(void *self, struct tn_request *request, tn_any_cap any)
{
	(void)self;
	(void)request;
	(void)any;
	return TN_OK;
}

static tn_error nothing(void *self, struct tn_request *request)
{
	(void)self;
	(void)request;
	return TN_OK;
}

static tn_error twelve(void *self, struct tn_request *request, uint8_t a, uint16_t b, uint32_t c,
		       uint64_t d, int8_t e, int16_t f, int32_t g, int64_t h, bool i, uint8_t j,
		       uint8_t k, int64_t *sum)
{
	(void)self;
	(void)request;
	*sum = a + b + (int64_t)c + (int64_t)d + e + f + g + h + i + j + k;
	return TN_OK;
}

static tn_error long_string(void *self, struct tn_request *request, uint32_t more, char *back)
{
	(void)self;
	(void)request;
	/* The buffer has room for a NUL behind the bound: one character too many, no NUL. */
	memset(back, 'x', 10 + more);
	if (!more)
		back[10] = 0;
	return TN_OK;
}

static tn_error long_bytes(void *self, struct tn_request *request, uint32_t more, void *back,
			   size_t *back_length)
{
	(void)self;
	(void)request;
	memset(back, 'x', 10);
	*back_length = 10 + (size_t)more;
	return TN_OK;
}

static tn_error fail(void *self, struct tn_request *request, uint32_t error, uint64_t *never)
{
	(void)self;
	(void)request;
	*never = 1;
	return tn_error_of(error);
}

static tn_error chain(void *self, struct tn_request *request, uint32_t depth, const void *data,
		      size_t data_length, uint32_t *added, void *back, size_t *back_length)
{
	unsigned char beyond[1000];
	size_t beyond_length = 0;
	(void)self;
	(void)request;
	*added = 0;
	if (depth) {
		tn_error error = kinds_chain(server.next, depth - 1, "other data", 10, added,
					     beyond, &beyond_length);
		if (error != TN_OK)
			return error;
	}
	*added += 1;
	memcpy(back, data, data_length);
	*back_length = data_length;
	return TN_OK;
}

static tn_error liar(void *self, struct tn_request *request, tn_any_cap *any)
{
	(void)self;
	(void)request;
	any->handle = server.liar.handle;
	return TN_OK;
}

static tn_error lie(const void *ops, void *self, struct tn_request *request)
{
	static const uint32_t lengths[LIE_COUNT] = {
		[LIE_EMPTY] = 0,
		[LIE_ONE_BYTE_LESS] = 7,
		[LIE_ONE_BYTE_MORE] = 9,
		[LIE_FULL] = TN_MESSAGE_MAX,
		[LIE_BEYOND_THE_MESSAGE] = TN_MESSAGE_MAX + 900,
		[LIE_CAP_NOT_EXPECTED] = 8,
		[LIE_CAP_NOT_TRANSFERRED] = 8,
		[LIE_TOO_MANY_CAPS] = 8,
	};
	uint16_t which = request->opcode;
	(void)ops;
	(void)self;
	if (which >= LIE_COUNT)
		return TN_ERR_ARGUMENT;
	if (which == LIE_UNKNOWN_ERROR)
		return tn_error_of(200);
	request->reply_length = lengths[which];
	if (which == LIE_CAP_NOT_EXPECTED || which == LIE_CAP_NOT_TRANSFERRED) {
		request->reply_caps[0] = server.object.handle;
		request->reply_cap_count = 1;
	}
	if (which == LIE_TOO_MANY_CAPS)
		request->reply_cap_count = 255;
	return which == LIE_CAP_NOT_EXPECTED ? tn_reply_caps(request) : TN_OK;
}

static void find_next(const char *name)
{
	char next[] = "kinds.0";
	char digit = name[sizeof(next) - 2];
	next[sizeof(next) - 2] = (char)(digit + 1);
	if (digit < '3')
		server.next.handle = tn_actor_get(next);
}

void play_kinds(struct tn_env *env)
{
	static const struct kinds_ops ops = {
		.number = number,
		.structure = structure,
		.string = string,
		.bytes = bytes,
		.one_cap = one_cap,
		.nothing = nothing,
		.twelve = twelve,
		.long_string = long_string,
		.long_bytes = long_bytes,
		.fail = fail,
		.chain = chain,
		.liar = liar,
	};
	struct tn_entrypoint *entrypoint = tn_env_entrypoint(env);
	kinds_cap own;
	TN_MUST(kinds_serve(entrypoint, &server.object, &ops, NULL, &own));
	server.liar.dispatch = lie;
	TN_MUST(tn_object_create(entrypoint, &server.liar));
	find_next(tn_env_name(env));
	tn_actor_put(tn_env_name(env), own.handle);
}
