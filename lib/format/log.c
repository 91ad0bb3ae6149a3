/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/format.h>

#include <tenon/component.h>

/* Formats into a line and hands it to `write`. */
static void log_list(void (*write)(const char *, size_t), const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void log_list(void (*write)(const char *, size_t), const char *format, va_list arguments)
{
	char line[TN_LOG_MAX + 1];
	size_t length = tn_format_list(line, sizeof(line), format, arguments);
	write(line, length < sizeof(line) ? length : sizeof(line) - 1);
}

void tn_log(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_list(tn_log_line, format, arguments);
	va_end(arguments);
}

void tn_transcript(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_list(tn_transcript_line, format, arguments);
	va_end(arguments);
}
