/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The machinery behind TN_RPC_INTERFACE(); users read rpc.h. */
#pragma once

#include <tenon/rpc.h>

/* -- calling a macro for each parameter: TN_EACH_(TN_X_, In(a, b), Out(c, d)) is
 *    TN_X_In(a, b) TN_X_Out(c, d) -- */
#define TN_COUNT_2_(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, n, ...) n
#define TN_COUNT_(...) \
	TN_COUNT_2_(__VA_ARGS__ __VA_OPT__(, ) 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, )
#define TN_CONCAT_2_(a, b) a##b
#define TN_CONCAT_(a, b)   TN_CONCAT_2_(a, b)
#define TN_EACH_(M, ...)   TN_CONCAT_(TN_EACH_, TN_COUNT_(__VA_ARGS__))(M __VA_OPT__(, ) __VA_ARGS__)

#define TN_EACH_0(M)
#define TN_EACH_1(M, a)                             M##a
#define TN_EACH_2(M, a, b)                          M##a M##b
#define TN_EACH_3(M, a, b, c)                       M##a M##b M##c
#define TN_EACH_4(M, a, b, c, d)                    M##a M##b M##c M##d
#define TN_EACH_5(M, a, b, c, d, e)                 M##a M##b M##c M##d M##e
#define TN_EACH_6(M, a, b, c, d, e, f)              M##a M##b M##c M##d M##e M##f
#define TN_EACH_7(M, a, b, c, d, e, f, g)           M##a M##b M##c M##d M##e M##f M##g
#define TN_EACH_8(M, a, b, c, d, e, f, g, h)        M##a M##b M##c M##d M##e M##f M##g M##h
#define TN_EACH_9(M, a, b, c, d, e, f, g, h, i)     TN_EACH_8(M, a, b, c, d, e, f, g, h) M##i
#define TN_EACH_10(M, a, b, c, d, e, f, g, h, i, j) TN_EACH_8(M, a, b, c, d, e, f, g, h) M##i M##j
#define TN_EACH_11(M, a, b, c, d, e, f, g, h, i, j, k) \
	TN_EACH_8(M, a, b, c, d, e, f, g, h) M##i M##j M##k
#define TN_EACH_12(M, a, b, c, d, e, f, g, h, i, j, k, l) \
	TN_EACH_8(M, a, b, c, d, e, f, g, h) M##i M##j M##k M##l

/* -- parameters of the C functions; client and server have the same -- */
#define TN_PARAM_In(type, n)       , type n
#define TN_PARAM_Out(type, n)      , type *n
#define TN_PARAM_InString(n, max)  , const char *n
#define TN_PARAM_OutString(n, max) , char *n
#define TN_PARAM_InBytes(n, max)   , const void *n, size_t n##_length
#define TN_PARAM_OutBytes(n, max)  , void *n, size_t *n##_length
#define TN_PARAM_InCap(type, n)    , type n
#define TN_PARAM_OutCap(type, n)   , type *n

/* -- greatest size of a request, of a reply, numbers of capabilities -- */
#define TN_IN_SIZE_In(type, n) +(uint32_t)sizeof(type)
#define TN_IN_SIZE_Out(type, n)
#define TN_IN_SIZE_InString(n, max) +4u + (max)
#define TN_IN_SIZE_OutString(n, max)
#define TN_IN_SIZE_InBytes(n, max) +4u + (max)
#define TN_IN_SIZE_OutBytes(n, max)
#define TN_IN_SIZE_InCap(type, n)
#define TN_IN_SIZE_OutCap(type, n)

#define TN_OUT_SIZE_In(type, n)
#define TN_OUT_SIZE_Out(type, n) +(uint32_t)sizeof(type)
#define TN_OUT_SIZE_InString(n, max)
#define TN_OUT_SIZE_OutString(n, max) +4u + (max)
#define TN_OUT_SIZE_InBytes(n, max)
#define TN_OUT_SIZE_OutBytes(n, max) +4u + (max)
#define TN_OUT_SIZE_InCap(type, n)
#define TN_OUT_SIZE_OutCap(type, n)

#define TN_IN_CAPS_In(type, n)
#define TN_IN_CAPS_Out(type, n)
#define TN_IN_CAPS_InString(n, max)
#define TN_IN_CAPS_OutString(n, max)
#define TN_IN_CAPS_InBytes(n, max)
#define TN_IN_CAPS_OutBytes(n, max)
#define TN_IN_CAPS_InCap(type, n) +1u
#define TN_IN_CAPS_OutCap(type, n)

#define TN_OUT_CAPS_In(type, n)
#define TN_OUT_CAPS_Out(type, n)
#define TN_OUT_CAPS_InString(n, max)
#define TN_OUT_CAPS_OutString(n, max)
#define TN_OUT_CAPS_InBytes(n, max)
#define TN_OUT_CAPS_OutBytes(n, max)
#define TN_OUT_CAPS_InCap(type, n)
#define TN_OUT_CAPS_OutCap(type, n) +1u

/* -- moving values: packed, in order of declaration, lengths as uint32_t before the bytes -- */
static inline size_t tn_string_length_(const char *text, size_t max)
{
	size_t n = 0;
	while (n <= max && text[n])
		n++;
	return n;
}

/* Returns the position after what was written, or NULL when it was too long. */
static inline unsigned char *tn_put_(unsigned char *to, const void *bytes, size_t length,
				     size_t max)
{
	if (!to || length > max)
		return NULL;
	uint32_t n = (uint32_t)length;
	__builtin_memcpy(to, &n, sizeof(n));
	__builtin_memcpy(to + sizeof(n), bytes, n);
	return to + sizeof(n) + n;
}

/* Position after the fixed-size value, or NULL when the message ends before. */
static inline const unsigned char *tn_get_value_(const unsigned char *from,
						 const unsigned char *end, void *value, size_t size)
{
	if (!from || (size_t)(end - from) < size)
		return NULL;
	__builtin_memcpy(value, from, size);
	return from + size;
}

/* The length is copied before it is checked: the peer may change the message meanwhile. */
static inline const unsigned char *tn_get_(const unsigned char *from, const unsigned char *end,
					   void *bytes, size_t *length, size_t max)
{
	uint32_t n = 0;
	from = tn_get_value_(from, end, &n, sizeof(n));
	__asm__ volatile("" : "+r"(n));
	if (!from || n > max || (size_t)(end - from) < n)
		return NULL;
	__builtin_memcpy(bytes, from, n);
	*length = n;
	return from + n;
}

/* Gives up a call that has failed; never TN_OK, which the compiler would not know otherwise. */
static inline tn_error tn_call_fail_(struct tn_call *call, tn_error error)
{
	tn_error result = tn_call_end(call, error);
	return result != TN_OK ? result : error;
}

/* -- client: write the request -- */
#define TN_SEND_CAP_In(type, n)
#define TN_SEND_CAP_Out(type, n)
#define TN_SEND_CAP_InString(n, max)
#define TN_SEND_CAP_OutString(n, max)
#define TN_SEND_CAP_InBytes(n, max)
#define TN_SEND_CAP_OutBytes(n, max)
#define TN_SEND_CAP_InCap(type, n) call_.caps[call_.cap_count++] = n.handle;
#define TN_SEND_CAP_OutCap(type, n)

#define TN_SEND_In(type, n)                              \
	if (to_) {                                       \
		__builtin_memcpy(to_, &n, sizeof(type)); \
		to_ += sizeof(type);                     \
	}
#define TN_SEND_Out(type, n)
#define TN_SEND_InString(n, max) to_ = tn_put_(to_, n, tn_string_length_(n, max), max);
#define TN_SEND_OutString(n, max)
#define TN_SEND_InBytes(n, max) to_ = tn_put_(to_, n, n##_length, max);
#define TN_SEND_OutBytes(n, max)
#define TN_SEND_InCap(type, n)
#define TN_SEND_OutCap(type, n)

/* -- client: read the reply; first into locals, so that outputs are set only if all is well -- */
#define TN_TAKE_In(type, n)
#define TN_TAKE_Out(type, n)                                  \
	type n##_value_;                                      \
	__builtin_memset(&n##_value_, 0, sizeof(n##_value_)); \
	from_ = tn_get_value_(from_, end_, &n##_value_, sizeof(type));
#define TN_TAKE_InString(n, max)
#define TN_TAKE_OutString(n, max)                                    \
	size_t n##_length_ = 0;                                      \
	char n##_value_[(max) + 1u];                                 \
	from_ = tn_get_(from_, end_, n##_value_, &n##_length_, max); \
	n##_value_[n##_length_] = 0;
#define TN_TAKE_InBytes(n, max)
#define TN_TAKE_OutBytes(n, max)                      \
	size_t n##_length_ = 0;                       \
	unsigned char n##_value_[(max) ? (max) : 1u]; \
	from_ = tn_get_(from_, end_, n##_value_, &n##_length_, max);
#define TN_TAKE_InCap(type, n)
#define TN_TAKE_OutCap(type, n)

#define TN_STORE_In(type, n)
#define TN_STORE_Out(type, n) *n = n##_value_;
#define TN_STORE_InString(n, max)
#define TN_STORE_OutString(n, max) __builtin_memcpy(n, n##_value_, n##_length_ + 1u);
#define TN_STORE_InBytes(n, max)
#define TN_STORE_OutBytes(n, max)                     \
	__builtin_memcpy(n, n##_value_, n##_length_); \
	*n##_length = n##_length_;
#define TN_STORE_InCap(type, n)
#define TN_STORE_OutCap(type, n) n->handle = call_.caps[next_++];

/* -- server: read the request into locals -- */
#define TN_RECEIVE_In(type, n)              \
	type n;                             \
	__builtin_memset(&n, 0, sizeof(n)); \
	from_ = tn_get_value_(from_, end_, &n, sizeof(type));
#define TN_RECEIVE_Out(type, n) \
	type n;                 \
	__builtin_memset(&n, 0, sizeof(n));
#define TN_RECEIVE_InString(n, max)                         \
	size_t n##_length_ = 0;                             \
	char n[(max) + 1u];                                 \
	from_ = tn_get_(from_, end_, n, &n##_length_, max); \
	n[n##_length_] = 0;
#define TN_RECEIVE_OutString(n, max) \
	char n[(max) + 1u];          \
	n[0] = 0;
#define TN_RECEIVE_InBytes(n, max)           \
	size_t n##_length_ = 0;              \
	unsigned char n[(max) ? (max) : 1u]; \
	from_ = tn_get_(from_, end_, n, &n##_length_, max);
#define TN_RECEIVE_OutBytes(n, max) \
	size_t n##_length_ = 0;     \
	unsigned char n[(max) ? (max) : 1u];
#define TN_RECEIVE_InCap(type, n) \
	type n;                   \
	n.handle = request_->caps[cap_++ % TN_MESSAGE_CAPS_MAX];
#define TN_RECEIVE_OutCap(type, n) \
	type n;                    \
	n.handle = 0;

#define TN_PASS_In(type, n)       , n
#define TN_PASS_Out(type, n)      , &n
#define TN_PASS_InString(n, max)  , n
#define TN_PASS_OutString(n, max) , n
#define TN_PASS_InBytes(n, max)   , n, n##_length_
#define TN_PASS_OutBytes(n, max)  , n, &n##_length_
#define TN_PASS_InCap(type, n)    , n
#define TN_PASS_OutCap(type, n)   , &n

/* -- server: write the reply -- */
#define TN_REPLY_CAP_In(type, n)
#define TN_REPLY_CAP_Out(type, n)
#define TN_REPLY_CAP_InString(n, max)
#define TN_REPLY_CAP_OutString(n, max)
#define TN_REPLY_CAP_InBytes(n, max)
#define TN_REPLY_CAP_OutBytes(n, max)
#define TN_REPLY_CAP_InCap(type, n)
#define TN_REPLY_CAP_OutCap(type, n) request_->reply_caps[request_->reply_cap_count++] = n.handle;

#define TN_REPLY_In(type, n)
#define TN_REPLY_Out(type, n)                            \
	if (to_) {                                       \
		__builtin_memcpy(to_, &n, sizeof(type)); \
		to_ += sizeof(type);                     \
	}
#define TN_REPLY_InString(n, max)
#define TN_REPLY_OutString(n, max) to_ = tn_put_(to_, n, tn_string_length_(n, max), max);
#define TN_REPLY_InBytes(n, max)
#define TN_REPLY_OutBytes(n, max) to_ = tn_put_(to_, n, n##_length_, max);
#define TN_REPLY_InCap(type, n)
#define TN_REPLY_OutCap(type, n)

/* -- one function of an interface, seen from each side -- */
#define TN_RPC_OPCODE_(I, name, ...) I##_opcode_##name,

#define TN_RPC_DESCRIPTION_(I, name, ...)         \
	{ #name,                                  \
	  #__VA_ARGS__,                           \
	  0u TN_EACH_(TN_IN_SIZE_, __VA_ARGS__),  \
	  0u TN_EACH_(TN_OUT_SIZE_, __VA_ARGS__), \
	  (uint32_t)sizeof(#name) - 1u,           \
	  (uint32_t)sizeof(#__VA_ARGS__) - 1u },

#define TN_RPC_OPERATION_(I, name, ...) \
	tn_error (*name)(void *self, struct tn_request *request TN_EACH_(TN_PARAM_, __VA_ARGS__));

#define TN_RPC_CLIENT_(I, name, ...)                                                              \
	TN_STATIC_ASSERT((0u TN_EACH_(TN_IN_SIZE_, __VA_ARGS__)) <= TN_MESSAGE_MAX,               \
			 #I "_" #name ": request exceeds TN_MESSAGE_MAX bytes");                  \
	TN_STATIC_ASSERT((0u TN_EACH_(TN_OUT_SIZE_, __VA_ARGS__)) <= TN_MESSAGE_MAX,              \
			 #I "_" #name ": reply exceeds TN_MESSAGE_MAX bytes");                    \
	TN_STATIC_ASSERT((0u TN_EACH_(TN_IN_CAPS_, __VA_ARGS__)) <= TN_MESSAGE_CAPS_MAX &&        \
				 (0u TN_EACH_(TN_OUT_CAPS_, __VA_ARGS__)) <= TN_MESSAGE_CAPS_MAX, \
			 #I "_" #name ": too many capabilities");                                 \
	__attribute__((unused)) static inline TN_MUST_USE tn_error I##_##name(                    \
		I##_cap cap_ TN_EACH_(TN_PARAM_, __VA_ARGS__))                                    \
	{                                                                                         \
		struct tn_call call_;                                                             \
		call_.cap_count = 0;                                                              \
		TN_EACH_(TN_SEND_CAP_, __VA_ARGS__)                                               \
		tn_error error_ = tn_call_begin(&call_, cap_.handle);                             \
		if (error_ != TN_OK)                                                              \
			return error_;                                                            \
		unsigned char *to_ = call_.data;                                                  \
		TN_EACH_(TN_SEND_, __VA_ARGS__)                                                   \
		if (!to_)                                                                         \
			return tn_call_fail_(&call_, TN_ERR_TOO_LONG);                            \
		call_.length = (uint32_t)(to_ - call_.data);                                      \
		call_.opcode = (uint16_t)I##_opcode_##name;                                       \
		call_.reply_cap_count = (uint8_t)(0u TN_EACH_(TN_OUT_CAPS_, __VA_ARGS__));        \
		error_ = tn_call_invoke(&call_);                                                  \
		if (error_ != TN_OK)                                                              \
			return tn_call_fail_(&call_, error_);                                     \
		const unsigned char *from_ = call_.data;                                          \
		const unsigned char *end_ = from_ + call_.length;                                 \
		TN_EACH_(TN_TAKE_, __VA_ARGS__)                                                   \
		error_ = from_ && from_ == end_ ? TN_OK : TN_ERR_PROTOCOL;                        \
		error_ = tn_call_end(&call_, error_);                                             \
		if (error_ != TN_OK)                                                              \
			return error_;                                                            \
		uint32_t next_ = 0;                                                               \
		TN_EACH_(TN_STORE_, __VA_ARGS__)                                                  \
		(void)next_;                                                                      \
		return TN_OK;                                                                     \
	}

#define TN_RPC_DISPATCH_(I, name, ...)                                                         \
	__attribute__((unused)) static inline tn_error I##_dispatch_##name(                    \
		const struct I##_ops *ops_, void *self_, struct tn_request *request_)          \
	{                                                                                      \
		const unsigned char *from_ = request_->data;                                   \
		const unsigned char *end_ = from_ + request_->length;                          \
		uint32_t cap_ = 0;                                                             \
		TN_EACH_(TN_RECEIVE_, __VA_ARGS__)                                             \
		if (!from_ || from_ != end_ || cap_ != request_->cap_count)                    \
			return TN_ERR_PROTOCOL;                                                \
		tn_error error_ = ops_->name(self_, request_ TN_EACH_(TN_PASS_, __VA_ARGS__)); \
		if (error_ != TN_OK)                                                           \
			return error_;                                                         \
		TN_EACH_(TN_REPLY_CAP_, __VA_ARGS__)                                           \
		if (request_->reply_cap_count | request_->cap_count) {                         \
			error_ = tn_reply_caps(request_);                                      \
			if (error_ != TN_OK)                                                   \
				return error_;                                                 \
		}                                                                              \
		unsigned char *to_ = request_->reply;                                          \
		TN_EACH_(TN_REPLY_, __VA_ARGS__)                                               \
		if (!to_)                                                                      \
			return TN_ERR_TOO_LONG;                                                \
		request_->reply_length = (uint32_t)(to_ - request_->reply);                    \
		return TN_OK;                                                                  \
	}

#define TN_RPC_CASE_(I, name, ...) \
	case I##_opcode_##name:    \
		return I##_dispatch_##name((const struct I##_ops *)ops, self, request);

/* The interface I from its list: types, stubs, dispatcher, description; see rpc.h. */
#define TN_RPC_INTERFACE(I, LIST)                                                                  \
	typedef struct I##_cap {                                                                   \
		tn_handle handle;                                                                  \
	} I##_cap;                                                                                 \
	enum { LIST(TN_RPC_OPCODE_, I) I##_function_count };                                       \
	static const struct tn_function_description I##_functions_[] = { LIST(TN_RPC_DESCRIPTION_, \
									      I) };                \
	__attribute__((unused)) static const struct tn_interface I##_interface = {                 \
		#I, I##_function_count, I##_functions_                                             \
	};                                                                                         \
	struct I##_ops {                                                                           \
		LIST(TN_RPC_OPERATION_, I)                                                         \
	};                                                                                         \
	LIST(TN_RPC_CLIENT_, I)                                                                    \
	LIST(TN_RPC_DISPATCH_, I)                                                                  \
	__attribute__((unused)) static inline tn_error I##_dispatch(const void *ops, void *self,   \
								    struct tn_request *request)    \
	{                                                                                          \
		switch (request->opcode) {                                                         \
			LIST(TN_RPC_CASE_, I)                                                      \
		default:                                                                           \
			return TN_ERR_PROTOCOL;                                                    \
		}                                                                                  \
	}                                                                                          \
	__attribute__((unused)) static inline TN_MUST_USE tn_error                                 \
		I##_serve(struct tn_entrypoint *entrypoint, struct tn_object *object,              \
			  const struct I##_ops *ops, void *self, I##_cap *cap)                     \
	{                                                                                          \
		object->dispatch = I##_dispatch;                                                   \
		object->ops = ops;                                                                 \
		object->self = self;                                                               \
		tn_error error = tn_object_create(entrypoint, object);                             \
		if (error == TN_OK)                                                                \
			cap->handle = object->handle;                                              \
		return error;                                                                      \
	}
