/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* tn_format() of tenon/component.h, for those who have variable arguments themselves. */
#pragma once

#include <stdarg.h>
#include <tenon/types.h>

TN_EXTERN size_t tn_format_list(char *buffer, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
