/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

char tn_kdl_translate(char c, const char *from, const char *to)
{
	for (size_t i = 0; i < sizeof(TN_KDL_ESCAPE_NAMES); i++)
		if (from[i] == c)
			return to[i];
	return '\0';
}

const char *tn_kdl_escape(const char *p, const char *end, uint32_t *code)
{
	const char *next = tn_kdl_run(++p, end, TN_KDL_SPACE | TN_KDL_NEWLINE);
	*code = TN_KDL_NO_CODE;
	if (next != p || p >= end)
		return next != p ? next : NULL;
	char value = tn_kdl_translate(*p, TN_KDL_ESCAPE_NAMES, TN_KDL_ESCAPE_VALUES);
	if (value)
		*code = (uint32_t)value;
	if (value || !AT2(p, end, 'u', '{'))
		return value ? p + 1 : NULL;
	p += 2;
	*code = 0;
	for (next = p; next < end && next - p < 6 && tn_kdl_digit(*next) < 16; next++)
		*code = *code << 4 | tn_kdl_digit(*next);
	bool scalar = *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
	return scalar && next != p && AT(next, end, '}') ? next + 1 : NULL;
}

static size_t encode(uint32_t code, char out[4])
{
	size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(size == 1 ? code : (0xf0u << (4 - size) & 0xff) | code);
	return size;
}

struct tn_kdl_decoder tn_kdl_decoder(const struct tn_kdl_string *string)
{
	return (struct tn_kdl_decoder){ .at = string->at,
					.end = string->at ? string->at + string->len : NULL,
					.indent = string->indent,
					.indent_end = string->indent
							      ? string->indent + string->dedent
							      : NULL,
					.form = string->form,
					.line_start = (string->form & TN_KDL_LINES) != 0 };
}

/* Past the indent of a line, and past all of it if it is blank. */
static const char *start_line(struct tn_kdl_decoder *d, const char *line)
{
	const char *p = tn_kdl_run(line, d->end, TN_KDL_SPACE);
	if (p >= d->end || tn_kdl_newline(p, d->end) != p)
		return p;
	for (const char *q = d->indent; q < d->indent_end; q++, line++) {
		if (line >= p || *line != *q) {
			d->bad = p;
			return d->end;
		}
	}
	return line;
}

bool tn_kdl_decode(struct tn_kdl_decoder *d, const char **piece, size_t *len)
{
	bool escapes = d->form & TN_KDL_ESCAPED;
	bool lines = d->form & TN_KDL_LINES;
	const char *p = d->at;
	for (*len = 0; p < d->end && *len == 0; d->at = p) {
		uint32_t code;
		p = d->line_start ? start_line(d, p) : p;
		d->line_start = false;
		*piece = p;
		if (!escapes && !lines)
			p = d->end;
		while (p < d->end && !(escapes && *p == '\\') &&
		       !(lines && tn_kdl_newline(p, d->end) != p))
			p++;
		*len = (size_t)(p - *piece);
		if (*len > 0 || p >= d->end)
			continue;
		if (*p == '\\' && escapes) {
			p = tn_kdl_escape(p, d->end, &code);
			p = p ? p : d->end;
			*piece = d->unit;
			*len = code == TN_KDL_NO_CODE ? 0 : encode(code, d->unit);
		} else {
			p = tn_kdl_newline(p, d->end);
			*piece = "\n";
			*len = 1;
			d->line_start = true;
		}
	}
	return *len > 0;
}

int tn_kdl_string_compare(const struct tn_kdl_string *a, const struct tn_kdl_string *b)
{
	struct tn_kdl_decoder da = tn_kdl_decoder(a), db = tn_kdl_decoder(b);
	const char *pa = NULL, *pb = NULL;
	size_t na = 0, nb = 0;
	int order = 0;
	while (order == 0) {
		bool more_a = na > 0 || tn_kdl_decode(&da, &pa, &na);
		bool more_b = nb > 0 || tn_kdl_decode(&db, &pb, &nb);
		if (!more_a || !more_b)
			return more_a - more_b;
		size_t n = na < nb ? na : nb;
		order = memcmp(pa, pb, n);
		pa += n;
		pb += n;
		na -= n;
		nb -= n;
	}
	return order;
}

enum tn_kdl_status tn_kdl_string_copy(const struct tn_kdl_string *string, char *buffer, size_t size,
				      size_t *len)
{
	struct tn_kdl_decoder d = tn_kdl_decoder(string);
	const char *piece;
	size_t n, total = 0;
	bool nul = false;
	while (tn_kdl_decode(&d, &piece, &n)) {
		for (size_t i = 0; i < n; i++, total++) {
			nul = nul || piece[i] == '\0';
			if (total < size)
				buffer[total] = piece[i];
		}
	}
	if (len)
		*len = total;
	if (size > 0)
		buffer[total < size && !nul ? total : 0] = '\0';
	return nul ? TN_KDL_MALFORMED : total < size ? TN_KDL_OK : TN_KDL_RANGE;
}
