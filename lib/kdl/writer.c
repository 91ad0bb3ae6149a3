/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

/*
 * Between calls the last line is not ended, so that entries and children can be added to it; and
 * there is always room to end it and to close what is open: at depth n, the closing lines take the
 * sum of 4 i + 2 for i < n, which is 2 n * n.
 */

/* Ends a step: takes back the node that it was for if that does not fit. */
static bool settle(struct tn_kdl_writer *w)
{
	if (w->status == TN_KDL_OK && w->size - w->len < (size_t)2 * w->depth * w->depth + 1)
		w->status = TN_KDL_FULL;
	if (w->status == TN_KDL_OK)
		return true;
	w->len = w->mark;
	w->depth = w->mark_depth;
	return false;
}

static bool allowed(struct tn_kdl_writer *w, bool condition)
{
	if (w->status == TN_KDL_OK && (w->ended || !condition))
		w->status = TN_KDL_MISUSE;
	return w->status == TN_KDL_OK;
}

void tn_kdl_writer_init(struct tn_kdl_writer *w, char *buffer, size_t size)
{
	*w = (struct tn_kdl_writer){ .text = buffer, .size = buffer ? size : 0 };
	settle(w);
}

static void begin_line(struct tn_kdl_writer *w)
{
	if (w->len > 0)
		tn_kdl_put(w, "\n", 1);
	for (uint32_t i = 0; i < w->depth; i++)
		tn_kdl_put(w, "    ", 4);
}

static void put_type(struct tn_kdl_writer *w, const struct tn_kdl_string *type)
{
	if (!type->at)
		return;
	tn_kdl_put(w, "(", 1);
	tn_kdl_put_string(w, type);
	tn_kdl_put(w, ")", 1);
}

void tn_kdl_write_typed_node(struct tn_kdl_writer *w, const struct tn_kdl_string *type,
			     const struct tn_kdl_string *name)
{
	if (!allowed(w, true))
		return;
	w->mark = w->len;
	w->mark_depth = w->depth;
	if (w->open && w->depth == TN_KDL_DEPTH_MAX)
		w->status = TN_KDL_RANGE;
	if (w->open)
		tn_kdl_put(w, " {", 2);
	w->depth += w->open;
	begin_line(w);
	put_type(w, type);
	tn_kdl_put_string(w, name);
	w->open = false;
	w->entry = true;
	w->arguments_end = w->len;
	settle(w);
}

/* Where the property at begin belongs in the order of names, having taken out one of its name. */
static size_t sorted_place(struct tn_kdl_writer *w, size_t *begin, const struct tn_kdl_string *key)
{
	struct tn_kdl_reader r = tn_kdl_reader_at(w->text, w->text + *begin,
						  w->text + w->arguments_end, TN_KDL_ENTRIES);
	struct tn_kdl_item item;
	int order = -1;
	while (order < 0 && tn_kdl_read(&r, &item) == TN_KDL_PROPERTY)
		order = tn_kdl_string_compare(&item.name, key);
	if (order < 0)
		return *begin;
	size_t place = (size_t)(item.start - w->text) - 1;
	size_t end = (size_t)(r.token_end - w->text);
	if (order == 0) {
		memmove(w->text + place, w->text + end, w->len - end);
		w->len -= end - place;
		*begin -= end - place;
	}
	return place;
}

void tn_kdl_write_value(struct tn_kdl_writer *w, const struct tn_kdl_string *key,
			const struct tn_kdl_value *value)
{
	size_t begin = w->len;
	if (!allowed(w, w->entry && value->text.at))
		return;
	tn_kdl_put(w, " ", 1);
	if (key) {
		tn_kdl_put_string(w, key);
		tn_kdl_put(w, "=", 1);
	}
	put_type(w, &value->type);
	if (value->kind == TN_KDL_STRING)
		tn_kdl_put_string(w, &value->text);
	else
		tn_kdl_put_plain(w, &value->text);
	if (!settle(w))
		return;
	size_t place = key ? sorted_place(w, &begin, key) : w->arguments_end;
	if (!key)
		w->arguments_end += w->len - begin;
	/* Exchanges what is from place to begin, and from there to the end. */
	tn_kdl_reverse(w->text, place, begin);
	tn_kdl_reverse(w->text, begin, w->len);
	tn_kdl_reverse(w->text, place, w->len);
}

void tn_kdl_write_integer(struct tn_kdl_writer *w, const char *key, bool negative, uint64_t n)
{
	char text[21], *end = text + sizeof(text);
	size_t len = tn_kdl_digits(end, n, 10);
	if (negative)
		*(end - ++len) = '-';
	tn_kdl_write(w, key, TN_KDL_NUMBER, tn_kdl_string_n(end - len, len));
}

void tn_kdl_write_number(struct tn_kdl_writer *w, const char *key, const char *text)
{
	struct tn_kdl_string string = tn_kdl_string(key ? key : "");
	struct tn_kdl_reader r;
	struct tn_kdl_value value;
	tn_kdl_reader_init(&r, text, tn_kdl_string(text).len);
	const char *end = tn_kdl_token_value(&r, r.text, &value);
	if (r.error.line == 0 && end == r.end && value.kind == TN_KDL_NUMBER)
		tn_kdl_write_value(w, key ? &string : NULL, &value);
	else if (w->status == TN_KDL_OK)
		w->status = TN_KDL_MALFORMED;
}

void tn_kdl_write_open(struct tn_kdl_writer *w)
{
	if (!allowed(w, w->entry))
		return;
	w->entry = false;
	w->open = true;
}

/* Into the room kept for it. */
static void close_block(struct tn_kdl_writer *w)
{
	w->depth--;
	begin_line(w);
	tn_kdl_put(w, "}", 1);
}

void tn_kdl_write_close(struct tn_kdl_writer *w)
{
	if (!allowed(w, w->open || w->depth > 0))
		return;
	if (!w->open)
		close_block(w);
	w->entry = false;
	w->open = false;
}

enum tn_kdl_status tn_kdl_write_end(struct tn_kdl_writer *w)
{
	enum tn_kdl_status status = w->status;
	if (w->ended)
		return status;
	w->status = TN_KDL_OK;
	while (w->depth > 0)
		close_block(w);
	if (w->size > 0)
		tn_kdl_put(w, "\n", 1);
	w->status = status;
	w->ended = true;
	return status;
}
