/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/text.h>

static bool same_bytes(const char *a, const char *b, size_t length)
{
	return __builtin_memcmp(a, b, length) == 0;
}

bool tn_text_ends_with(const char *text, const char *suffix)
{
	size_t length = tn_text_length(text), end = tn_text_length(suffix);
	return end <= length && same_bytes(text + length - end, suffix, end);
}

bool tn_text_slice_is(struct tn_text_slice slice, const char *text)
{
	size_t length = tn_text_length(text);
	return slice.length == length && same_bytes(slice.at, text, length);
}

tn_error tn_text_copy(char *to, size_t size, const char *from)
{
	struct tn_text_slice slice = { from, tn_text_length_max(from, size) };
	return tn_text_slice_copy(to, size, slice);
}

tn_error tn_text_append(char *to, size_t size, const char *from)
{
	size_t used = tn_text_length_max(to, size);
	size_t length = tn_text_length_max(from, size - used);
	if (length >= size - used)
		return TN_ERR_TOO_LONG;
	__builtin_memcpy(to + used, from, length);
	to[used + length] = 0;
	return TN_OK;
}

tn_error tn_text_slice_copy(char *to, size_t size, struct tn_text_slice slice)
{
	tn_error error = TN_OK;
	if (slice.length >= size)
		error = TN_ERR_TOO_LONG;
	else if (tn_text_length_max(slice.at, slice.length) != slice.length)
		error = TN_ERR_FORMAT;
	if (error != TN_OK) {
		if (size)
			to[0] = 0;
		return error;
	}
	__builtin_memcpy(to, slice.at, slice.length);
	to[slice.length] = 0;
	return TN_OK;
}
