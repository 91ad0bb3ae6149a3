/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

/* clang-format off */
#define BAD TN_KDL_BAD
#define NL  TN_KDL_NEWLINE
#define SP  (TN_KDL_SPACE | TN_KDL_PLAIN)
#define ID  (TN_KDL_IDENT | TN_KDL_PLAIN)
#define DI  (TN_KDL_IDENT | TN_KDL_PLAIN | TN_KDL_DIGIT)
#define PL  TN_KDL_PLAIN
#define MA  TN_KDL_MARK
#define EIGHT(c) c, c, c, c, c, c, c, c
#define HIGH32 EIGHT(TN_KDL_HIGH), EIGHT(TN_KDL_HIGH), EIGHT(TN_KDL_HIGH), EIGHT(TN_KDL_HIGH)

const uint8_t tn_kdl_classes[256] = {
	/* 00 */ EIGHT(BAD), BAD, SP, NL, NL, NL, NL, BAD, BAD, EIGHT(BAD), EIGHT(BAD),
	/*  ! */ SP, ID, MA, PL, ID, ID, ID, ID, PL, PL, ID, ID, ID, ID, ID, PL,
	/* 01 */ EIGHT(DI), DI, DI, ID, PL, ID, PL, ID, ID,
	/* @A */ EIGHT(ID), EIGHT(ID), EIGHT(ID), ID, ID, ID, PL, MA, PL, ID, ID,
	/* `a */ EIGHT(ID), EIGHT(ID), EIGHT(ID), ID, ID, ID, PL, ID, PL, ID, BAD,
	HIGH32, HIGH32, HIGH32, HIGH32,
};
/* clang-format on */

const char *tn_kdl_utf8(const char *p, const char *end, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned lead = (unsigned char)*p++;
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	*code = more == 0 ? lead : lead & (0x3fu >> more);
	for (unsigned i = 0; i < more; i++, p++) {
		if (p >= end || ((unsigned char)*p & 0xc0u) != 0x80)
			return NULL;
		*code = *code << 6 | ((unsigned char)*p & 0x3fu);
	}
	bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
	bool lead_valid = lead < 0x80 || (lead >= 0xc0 && lead < 0xf8);
	return lead_valid && *code >= least[more] && *code <= 0x10ffff && !surrogate ? p : NULL;
}

static unsigned class_of(uint32_t c)
{
	if (c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	    c == 0x205f || c == 0x3000)
		return TN_KDL_SPACE;
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return TN_KDL_NEWLINE;
	if (c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff)
		return TN_KDL_BAD;
	return TN_KDL_IDENT;
}

unsigned tn_kdl_char(const char *p, const char *end, const char **next)
{
	uint32_t code;
	*next = p + 1;
	if (!(CLASS(p) & TN_KDL_HIGH))
		return CLASS(p);
	const char *behind = tn_kdl_utf8(p, end, &code);
	*next = behind ? behind : p + 1;
	return behind ? class_of(code) : TN_KDL_BAD;
}

const char *tn_kdl_run(const char *p, const char *end, unsigned classes)
{
	const char *next;
	while (p < end) {
		if (CLASS(p) & classes)
			next = p + 1;
		else if (!(CLASS(p) & TN_KDL_HIGH) || !(tn_kdl_char(p, end, &next) & classes))
			break;
		p = next;
	}
	return p;
}

const char *tn_kdl_newline(const char *p, const char *end)
{
	const char *next;
	if (p >= end || !(tn_kdl_char(p, end, &next) & TN_KDL_NEWLINE))
		return p;
	return *p == '\r' && AT(next, end, '\n') ? next + 1 : next;
}

void tn_kdl_position(const char *text, const char *at, uint32_t *line, uint32_t *column)
{
	const char *next;
	for (*line = *column = 1; text < at; text = next) {
		bool newline = tn_kdl_char(text, at, &next) & TN_KDL_NEWLINE;
		next = newline ? tn_kdl_newline(text, at) : next;
		*line += newline;
		*column = newline ? 1 : *column + 1;
	}
}

const char *tn_kdl_fail(struct tn_kdl_reader *r, const char *p, const char *expected)
{
	if (r->error.line > 0)
		return r->end;
	r->error.offset = (size_t)(p - r->text);
	r->error.expected = expected;
	tn_kdl_position(r->text, p, &r->error.line, &r->error.column);
	return r->end;
}

static const char text_expected[] = "text in UTF-8 without control characters";

static const char *block_comment(struct tn_kdl_reader *r, const char *begin)
{
	const char *next;
	size_t depth = 0;
	for (const char *p = begin; p < r->end; p = next) {
		if (tn_kdl_char(p, r->end, &next) & TN_KDL_BAD)
			return tn_kdl_fail(r, p, text_expected);
		if (AT2(p, r->end, '/', '*')) {
			next = p + 2;
			depth++;
		} else if (AT2(p, r->end, '*', '/')) {
			next = p + 2;
			depth--;
		}
		if (depth == 0)
			return next;
	}
	return tn_kdl_fail(r, begin, "an end of this comment");
}

const char *tn_kdl_line_end(struct tn_kdl_reader *r, const char *p)
{
	bool comment = AT2(p, r->end, '/', '/');
	if (comment)
		p = tn_kdl_run(p, r->end, TN_KDL_PLAIN | TN_KDL_IDENT | TN_KDL_SPACE | TN_KDL_MARK);
	const char *next = tn_kdl_newline(p, r->end);
	if (comment && next == p && p < r->end)
		return tn_kdl_fail(r, p, text_expected);
	return next;
}

const char *tn_kdl_space(struct tn_kdl_reader *r, const char *p, bool lines)
{
	bool continued = false; /* behind a backslash, where the line has to end */
	for (;;) {
		const char *begin = p = tn_kdl_run(p, r->end, TN_KDL_SPACE);
		if (AT2(p, r->end, '/', '*')) {
			p = block_comment(r, p);
		} else if (AT(p, r->end, '\\') && !continued) {
			continued = true;
			p++;
		} else if (continued || lines) {
			p = tn_kdl_line_end(r, p);
			if (continued && p == begin && p < r->end)
				return tn_kdl_fail(r, p, "the end of the line");
			continued = false;
		}
		if (p == begin)
			return p;
	}
}
