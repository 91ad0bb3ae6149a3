/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * tn_format() of tenon/component.h, for those who have variable arguments themselves. A static
 * library; nothing blocks, nothing fails, and the buffer stays the caller's.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * __attribute__((format(printf, 1, 2))) static void example_warn(const char *format, ...)
 * {
 *         char text[80];
 *         va_list arguments;
 *         va_start(arguments, format);
 *         tn_format_list(text, sizeof(text), format, arguments);
 *         va_end(arguments);
 *         tn_log("warning: %s", text);
 * }
 * @endcode
 */
#pragma once

#include <stdarg.h>
#include <tenon/types.h>

/* As tn_format(): always NUL terminated; returns the length it wanted, in bytes. */
TN_EXTERN size_t tn_format_list(char *buffer, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
