/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/runtime.h>

ABI void tn_log_line(const char *text, size_t length)
{
	if (length > TN_LOG_MAX)
		length = TN_LOG_MAX;
	tn_error error = tn_log_write(runtime_env.log, text, length);
	(void)error; /* a log that is gone cannot be told of */
}

ABI void tn_transcript_line(const char *text, size_t length)
{
	tn_error error;
	uint32_t taken;
	if (length > TN_LOG_MAX)
		length = TN_LOG_MAX;
	do
		error = tn_log_append(runtime_env.log, text, length, &taken);
	while (error == TN_OK && taken < length);
}
