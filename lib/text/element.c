/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <tenon/text.h>

bool tn_text_next_element(const char **rest, const char *separator, struct tn_text_slice *element)
{
	const char *end = *rest;
	element->at = end ? end : "";
	element->length = 0;
	if (!end)
		return false;
	while (*end && !tn_text_starts_with(end, separator))
		end++;
	element->length = (size_t)(end - element->at);
	*rest = *end ? end + tn_text_length(separator) : NULL;
	return true;
}

struct tn_text_slice tn_text_last_element(const char *text, const char *separator)
{
	struct tn_text_slice element = { text, 0 };
	const char *rest = text;
	while (rest)
		(void)tn_text_next_element(&rest, separator, &element);
	return element;
}

bool tn_text_is_below(const char *text, const char *path, const char *separator)
{
	size_t length = tn_text_length(path);
	if (!length)
		return true;
	if (!tn_text_starts_with(text, path))
		return false;
	return !text[length] || tn_text_starts_with(text + length, separator);
}
