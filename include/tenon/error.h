/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Errors: one table of numbers and texts for the whole system.
 *
 * Every function that can fail returns a tn_error; the compiler warns where it is not looked at,
 * but for tn_detach(), tn_signal_submit() and tn_stream_wake(), whose failure leaves nothing to do.
 * Numbers are part of the ABI: new ones are appended, none is ever reused.
 *
 * Ownership: texts are static. Nothing here blocks.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * static tn_error example_two_pages(tn_dataspace_cap *memory)
 * {
 *         tn_error error = tn_dataspace_alloc(2 * TN_PAGE_SIZE, memory);
 *         if (error != TN_OK)
 *                 tn_log("no memory: %s", tn_error_text(error));
 *         return error;
 * }
 * @endcode
 */
#pragma once

#include <stdint.h>

/* Name, number, text. */
#define TN_ERROR_TABLE(X)                                                                 \
	X(TN_OK, 0, "success")                                                            \
	X(TN_ERR_ARGUMENT, 1, "argument out of range")                                    \
	X(TN_ERR_CAPABILITY, 2, "capability names nothing, or something of another kind") \
	X(TN_ERR_GONE, 3, "object or its server no longer exists")                        \
	X(TN_ERR_DEADLOCK, 4, "call to an object of the calling thread's own entrypoint") \
	X(TN_ERR_PROTOCOL, 5, "message does not fit the interface")                       \
	X(TN_ERR_TOO_LONG, 6, "string or buffer exceeds the interface's bound")           \
	X(TN_ERR_OUT_OF_RAM, 7, "RAM quota exhausted")                                    \
	X(TN_ERR_OUT_OF_CAPS, 8, "capability quota exhausted")                            \
	X(TN_ERR_DENIED, 9, "denied")                                                     \
	X(TN_ERR_NO_SERVICE, 10, "no server provides this service")                       \
	X(TN_ERR_NOT_FOUND, 11, "not found")                                              \
	X(TN_ERR_MISMATCH, 12, "interfaces of client and server differ")                  \
	X(TN_ERR_CONFLICT, 13, "address range overlaps another")                          \
	X(TN_ERR_FAULT, 14, "memory of a peer is no longer there")                        \
	X(TN_ERR_FORMAT, 15, "malformed input")                                           \
	X(TN_ERR_AGAIN, 16, "not complete, call again")                                   \
	X(TN_ERR_LIMIT, 17, "a fixed limit is reached")                                   \
	X(TN_ERR_BUSY, 18, "in use")                                                      \
	X(TN_ERR_UNSUPPORTED, 19, "this kernel does not have the feature, see doc/features.md")

/*
 * In a checked build (make CHECKED=1) an error is a pointer to a type that nobody completes: to
 * take a number for an error, or an error for a number, to calculate with one, or to convert it
 * without the two functions below does not compile. (0 alone still does, which C takes for any
 * pointer.) Nothing else differs, and the numbers stay the same.
 */
#ifdef TN_CHECKED

typedef const struct tn_opaque_error *tn_error;
#define TN_ERROR_NUMBER_(name, number, text) name##_NUMBER_ = (number),
enum { TN_ERROR_TABLE(TN_ERROR_NUMBER_) TN_ERROR_COUNT };
#define TN_ERROR_VALUE_(name, number, text) \
	__attribute__((unused)) static const tn_error name = (tn_error)(uintptr_t)(number);
TN_ERROR_TABLE(TN_ERROR_VALUE_)
#undef TN_ERROR_NUMBER_
#undef TN_ERROR_VALUE_

#else

#define TN_ERROR_ENUM_(name, number, text) name = (number),
/* What went wrong; TN_OK, which is 0: nothing. */
typedef enum tn_error { TN_ERROR_TABLE(TN_ERROR_ENUM_) TN_ERROR_COUNT } tn_error;
#undef TN_ERROR_ENUM_

#endif

/* The result must be used: an error that nobody looks at is a bug. */
#define TN_MUST_USE __attribute__((warn_unused_result))

/* An error as the number that messages carry, and back; a peer's number may be in no table. */
static inline uint32_t tn_error_number(tn_error error)
{
	return (uint32_t)(uintptr_t)error;
}

/* The other way round. */
static inline tn_error tn_error_of(uint32_t number)
{
	return (tn_error)(uintptr_t)number;
}

/* Text of an error, for messages. Never NULL, also for numbers that are not in the table. */
static inline const char *tn_error_text(tn_error error)
{
#define TN_ERROR_CASE_(name, number, text) \
	case (number):                     \
		return text;
	switch (tn_error_number(error)) {
		TN_ERROR_TABLE(TN_ERROR_CASE_)
	default:
		return "unknown error";
	}
#undef TN_ERROR_CASE_
}
