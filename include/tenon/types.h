/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Types and limits that everything else is said in.
 *
 * @code{.c}
 * // What an unknown capability is, once it is known.
 * static tn_signal_cap example_signal(tn_any_cap any)
 * {
 *         return (tn_signal_cap){ any.handle };
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenon/error.h>

#ifdef __cplusplus
/* For declarations and checks that C and C++ write differently. */
#define TN_EXTERN        extern "C"
#define TN_STATIC_ASSERT static_assert
#else
/* For declarations and checks that C and C++ write differently. */
#define TN_EXTERN        extern
#define TN_STATIC_ASSERT _Static_assert
#endif

/* A function that does not return. */
#define TN_NO_RETURN __attribute__((noreturn))

/* Of executables, in a note; a runtime refuses those of a higher level. */
#define TN_ABI_LEVEL 1u

/* Bytes of a page, the unit of attaching. */
#define TN_PAGE_SIZE ((size_t)4096)

/* One message: bytes of data and number of capabilities, each way. */
#define TN_MESSAGE_MAX      4096u
#define TN_MESSAGE_CAPS_MAX 8u

/* Bounds of names, without the terminating NUL. */
#define TN_SERVICE_NAME_MAX 31u
#define TN_LABEL_MAX        159u

/*
 * A capability as a component holds it: an index into its own capability space, a generation that
 * tells a reused index from the old one, and a kind. 0 is no capability. Opaque to components.
 *
 *     bits 0..19 index    bits 20..27 generation    bits 28..31 enum tn_cap_kind
 */
typedef uint32_t tn_handle;

/* CORE: an object that core itself serves; calls to it need no capability transfer. */
enum tn_cap_kind { TN_CAP_NONE, TN_CAP_OBJECT, TN_CAP_SIGNAL, TN_CAP_CORE };

/* The parts of a handle, and a handle of its parts: for the runtime and for core. */
#define TN_HANDLE_INDEX(handle)      ((handle)&0xfffffu)
#define TN_HANDLE_GENERATION(handle) (((handle) >> 20) & 0xffu)
#define TN_HANDLE_KIND(handle)       ((handle) >> 28)
#define TN_HANDLE(kind, generation, index)                                   \
	(((uint32_t)(kind) << 28) | (((uint32_t)(generation)&0xffu) << 20) | \
	 ((uint32_t)(index)&0xfffffu))

/* A capability of whatever interface; what the typed ones are converted from and to on purpose. */
typedef struct tn_any_cap {
	tn_handle handle;
} tn_any_cap;

/* A capability to submit one signal. */
typedef struct tn_signal_cap {
	tn_handle handle;
} tn_signal_cap;

/* Up to TN_MESSAGE_CAPS_MAX handles as a value, for core's transfer operations. */
struct tn_handles {
	uint32_t count;                        /* how many */
	tn_handle handle[TN_MESSAGE_CAPS_MAX]; /* the first `count` */
};

/* What may be done with memory: a set of these. */
#define TN_RIGHT_READ    1u
#define TN_RIGHT_WRITE   2u
#define TN_RIGHT_EXECUTE 4u
