/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

void tn_kdl_put(struct tn_kdl_writer *w, const char *text, size_t len)
{
	if (w->status == TN_KDL_OK && len > w->size - w->len)
		w->status = TN_KDL_FULL;
	if (w->status != TN_KDL_OK)
		return;
	memcpy(w->text + w->len, text, len);
	w->len += len;
}

size_t tn_kdl_digits(char *end, uint64_t n, unsigned radix)
{
	char *p = end;
	for (; n > 0 || p == end; n /= radix)
		*--p = "0123456789abcdef"[n % radix];
	return (size_t)(end - p);
}

/* A character that cannot stand for itself between quotes. */
static void put_escape(struct tn_kdl_writer *w, const char *p, const char *end)
{
	char name[] = { '\\', tn_kdl_translate(*p, TN_KDL_ESCAPE_VALUES, TN_KDL_ESCAPE_NAMES) };
	char digits[8];
	uint32_t code;
	if (!tn_kdl_utf8(p, end, &code)) {
		tn_kdl_put(w, "\xef\xbf\xbd", 3);
	} else if (name[1]) {
		tn_kdl_put(w, name, 2);
	} else {
		size_t len = tn_kdl_digits(digits + sizeof(digits), code, 16);
		tn_kdl_put(w, "\\u{", 3);
		tn_kdl_put(w, digits + sizeof(digits) - len, len);
		tn_kdl_put(w, "}", 1);
	}
}

static void put_quoted(struct tn_kdl_writer *w, const char *p, const char *end)
{
	const char *from = p;
	for (const char *next; p < end; p = next) {
		unsigned class = tn_kdl_char(p, end, &next);
		if (class & (TN_KDL_IDENT | TN_KDL_SPACE | TN_KDL_PLAIN) && *p != '\t')
			continue;
		tn_kdl_put(w, from, (size_t)(p - from));
		put_escape(w, p, end);
		from = next;
	}
	tn_kdl_put(w, from, (size_t)(p - from));
}

void tn_kdl_put_string(struct tn_kdl_writer *w, const struct tn_kdl_string *string)
{
	struct tn_kdl_decoder d = tn_kdl_decoder(string);
	size_t len, begin = w->len;
	const char *piece;
	/* The value as it is; then it can be seen whether that would be read back. */
	while (tn_kdl_decode(&d, &piece, &len))
		tn_kdl_put(w, piece, len);
	if (w->status != TN_KDL_OK || tn_kdl_is_identifier(w->text + begin, w->text + w->len))
		return;
	w->len = begin;
	tn_kdl_put(w, "\"", 1);
	d = tn_kdl_decoder(string);
	while (tn_kdl_decode(&d, &piece, &len))
		put_quoted(w, piece, piece + len);
	tn_kdl_put(w, "\"", 1);
}

/* Without underscores, plus signs before the point, and zeros that lead. */
static void put_decimal(struct tn_kdl_writer *w, const char *p, const char *end)
{
	bool leading = true;
	for (const char *next; p < end; p = next) {
		for (next = p + 1; AT(next, end, '_'); next++)
			;
		bool more = next < end && CLASS(next) & TN_KDL_DIGIT;
		if (leading && *p == '0' && more)
			continue;
		leading = *p == 'e' || *p == 'E';
		if (leading)
			tn_kdl_put(w, AT(next, end, '-') ? "E-" : "E+", 2);
		else
			tn_kdl_put(w, p, 1);
		if (leading && !more)
			next++;
	}
}

void tn_kdl_reverse(char *text, size_t from, size_t to)
{
	while (from + 1 < to) {
		char c = text[from];
		text[from++] = text[--to];
		text[to] = c;
	}
}

/* The number grows in decimal, from its last digit on, where it will stand. */
static void put_radix(struct tn_kdl_writer *w, const char *p, const char *end, unsigned radix)
{
	size_t begin = w->len;
	tn_kdl_put(w, "0", 1);
	for (; p < end; p++) {
		unsigned n = tn_kdl_digit(*p);
		for (size_t i = begin; i < w->len && *p != '_'; i++) {
			n += (unsigned)(w->text[i] - '0') * radix;
			w->text[i] = (char)('0' + n % 10);
			n /= 10;
			if (n > 0 && i + 1 == w->len)
				tn_kdl_put(w, "0", 1);
		}
	}
	tn_kdl_reverse(w->text, begin, w->len);
}

void tn_kdl_put_plain(struct tn_kdl_writer *w, const struct tn_kdl_string *text)
{
	const char *end = text->at + text->len;
	bool negative;
	unsigned radix;
	const char *p = tn_kdl_number(text->at, end, &negative, &radix);
	if (negative)
		tn_kdl_put(w, "-", 1);
	if (AT(p, end, '#'))
		tn_kdl_put(w, p, text->len);
	else if (radix == 10)
		put_decimal(w, p, end);
	else
		put_radix(w, p, end, radix);
}
