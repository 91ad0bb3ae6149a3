/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

struct word {
	const char *text;
	enum tn_kdl_kind kind;
};

/* The word that the text is, if it is a value only behind a hash; or NULL. */
static const struct word *reserved(const char *text, const char *end)
{
	static const struct word words[] = {
		{ "true", TN_KDL_BOOL },  { "false", TN_KDL_BOOL },  { "null", TN_KDL_NULL },
		{ "inf", TN_KDL_NUMBER }, { "-inf", TN_KDL_NUMBER }, { "nan", TN_KDL_NUMBER },
	};
	if (end - text < 3 || end - text > 5)
		return NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *p = text, *word = words[i].text;
		for (; p < end && *p == *word && *word != '\0'; p++)
			word++;
		if (p >= end && *word == '\0')
			return &words[i];
	}
	return NULL;
}

/* True if what begins at p looks like a number, a malformed one included: [+-]? .? digit */
static bool numeric(const char *p, const char *end)
{
	if (AT(p, end, '+') || AT(p, end, '-'))
		p++;
	if (AT(p, end, '.'))
		p++;
	return p < end && CLASS(p) & TN_KDL_DIGIT;
}

bool tn_kdl_is_identifier(const char *p, const char *end)
{
	return p < end && !numeric(p, end) && !reserved(p, end) &&
	       tn_kdl_run(p, end, TN_KDL_IDENT) == end;
}

/* Behind the closing delimiter at p, or NULL. */
static const char *closing(const char *p, const char *end, size_t quotes, size_t hashes)
{
	for (; quotes + hashes > 0; p++) {
		if (p >= end || *p != (quotes > 0 ? '"' : '#'))
			return NULL;
		*(quotes > 0 ? &quotes : &hashes) -= 1;
	}
	return p;
}

/* All lines but blank ones begin with the indent of the last line. p, or NULL if not. */
static const char *check_lines(struct tn_kdl_reader *r, struct tn_kdl_decoder d, const char *p)
{
	const char *piece;
	size_t len;
	while (tn_kdl_decode(&d, &piece, &len))
		;
	return d.bad ? tn_kdl_fail(r, d.bad, "the same indent as before the closing quotes") : p;
}

/* A string with delimiters, from behind the opening quotes on. */
static const char *quoted(struct tn_kdl_reader *r, const char *p, size_t quotes, size_t hashes,
			  struct tn_kdl_string *out)
{
	const char *begin = p, *end = r->end;
	const char *next = tn_kdl_newline(p, end);
	if (quotes == 3 && next == p)
		return tn_kdl_fail(r, p, "a newline behind \"\"\"");
	p = quotes == 3 ? next : p;
	const char *line = p;       /* the current one, continued ones being one */
	const char *line_break = p; /* before it */
	const char *indent_end = p = quotes == 3 ? tn_kdl_run(p, end, TN_KDL_SPACE) : p;
	bool blank = true; /* nothing in this line but spaces, and escaped ones */
	const char *close;
	*out = (struct tn_kdl_string){ .at = line, .form = quotes == 3 ? TN_KDL_LINES : 0 };
	for (; p < end; p = next) {
		while (quotes == 1 && p < end && CLASS(p) & TN_KDL_PLAIN)
			p++;
		if (p >= end)
			break;
		unsigned class = tn_kdl_char(p, end, &next);
		uint32_t code = class & TN_KDL_SPACE ? TN_KDL_NO_CODE : 0;
		if (class & TN_KDL_BAD)
			return tn_kdl_fail(r, p, "text in UTF-8 without control characters");
		if (class & TN_KDL_NEWLINE && quotes == 1)
			return tn_kdl_fail(r, p, "a quote (several lines begin with \"\"\")");
		if (class & TN_KDL_NEWLINE) {
			line_break = p;
			line = tn_kdl_newline(p, end);
			indent_end = next = tn_kdl_run(line, end, TN_KDL_SPACE);
			blank = true;
		} else if (*p == '"' && (close = closing(p, end, quotes, hashes)) != NULL) {
			out->len = (size_t)(p - out->at);
			if (quotes == 1)
				return close;
			out->len = (size_t)(line_break - out->at);
			out->indent = line;
			out->dedent = (uint32_t)(indent_end - line);
			if (!blank)
				return tn_kdl_fail(r, p, "a line of their own for closing quotes");
			struct tn_kdl_decoder d = tn_kdl_decoder(out);
			d.end = line_break; /* nothing new, but in bounds for an analyser */
			d.indent_end = indent_end;
			return check_lines(r, d, close);
		} else {
			if (*p == '\\' && hashes == 0) {
				next = tn_kdl_escape(p, end, &code);
				out->form |= TN_KDL_ESCAPED;
				if (!next)
					return tn_kdl_fail(r, p,
							   "\\ before one of \\ \" b f n r s "
							   "t u{code point} or space");
			}
			blank = blank && code == TN_KDL_NO_CODE;
		}
	}
	return tn_kdl_fail(r, begin, "an end of the string that begins here");
}

const char *tn_kdl_token_string(struct tn_kdl_reader *r, const char *p, const char *what,
				struct tn_kdl_string *out)
{
	const char *end = r->end, *q = p;
	while (AT(q, end, '#'))
		q++;
	if (AT(q, end, '"')) {
		size_t hashes = (size_t)(q++ - p);
		if (AT2(q, end, '"', '"'))
			return quoted(r, q + 2, 3, hashes, out);
		return quoted(r, q, 1, hashes, out);
	}
	if (q != p)
		return tn_kdl_fail(r, p, "a keyword, or a raw string");
	q = tn_kdl_run(p, end, TN_KDL_IDENT);
	*out = tn_kdl_string_n(p, (size_t)(q - p));
	if (q == p || numeric(p, end))
		return tn_kdl_fail(r, p, what);
	if (reserved(p, q))
		return tn_kdl_fail(r, p, "a hash before this word, or quotes around it");
	return q;
}

const char *tn_kdl_token_type(struct tn_kdl_reader *r, const char *p, struct tn_kdl_string *out)
{
	*out = (struct tn_kdl_string){ .at = NULL };
	if (!AT(p, r->end, '('))
		return p;
	p = tn_kdl_token_string(r, tn_kdl_space(r, p + 1, false), "a type", out);
	p = tn_kdl_space(r, p, false);
	return AT(p, r->end, ')') ? tn_kdl_space(r, p + 1, false) : tn_kdl_fail(r, p, ")");
}

unsigned tn_kdl_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

const char *tn_kdl_number(const char *p, const char *end, bool *negative, unsigned *radix)
{
	*negative = AT(p, end, '-');
	*radix = 10;
	if (AT(p, end, '-') || AT(p, end, '+'))
		p++;
	if (!AT2(p, end, '0', 'x') && !AT2(p, end, '0', 'o') && !AT2(p, end, '0', 'b'))
		return p;
	*radix = p[1] == 'x' ? 16 : p[1] == 'o' ? 8 : 2;
	return p + 2;
}

static const char *digits(struct tn_kdl_reader *r, const char *p, unsigned radix)
{
	if (p >= r->end || tn_kdl_digit(*p) >= radix)
		return tn_kdl_fail(r, p, "a digit");
	while (p < r->end && (tn_kdl_digit(*p) < radix || *p == '_'))
		p++;
	return p;
}

static const char *number(struct tn_kdl_reader *r, const char *p)
{
	bool negative;
	unsigned radix;
	p = tn_kdl_number(p, r->end, &negative, &radix);
	p = digits(r, p, radix);
	if (radix == 10 && AT(p, r->end, '.'))
		p = digits(r, p + 1, 10);
	if (radix == 10 && (AT(p, r->end, 'e') || AT(p, r->end, 'E'))) {
		p++;
		if (AT(p, r->end, '+') || AT(p, r->end, '-'))
			p++;
		p = digits(r, p, 10);
	}
	if (tn_kdl_run(p, r->end, TN_KDL_IDENT) != p)
		return tn_kdl_fail(r, p, "a digit, or the end of this number");
	return p;
}

const char *tn_kdl_token_value(struct tn_kdl_reader *r, const char *p, struct tn_kdl_value *out)
{
	out->start = p;
	out->truth = false;
	out->kind = TN_KDL_STRING;
	p = tn_kdl_token_type(r, p, &out->type);
	const char *end = AT(p, r->end, '#') ? tn_kdl_run(p + 1, r->end, TN_KDL_IDENT) : p;
	const struct word *word = end > p ? reserved(p + 1, end) : NULL;
	if (word) {
		out->kind = word->kind;
		out->truth = *word->text == 't';
	} else if (numeric(p, r->end) && !AT(p, r->end, '.')) {
		out->kind = TN_KDL_NUMBER;
		end = number(r, p);
	} else {
		return tn_kdl_token_string(r, p, "a value", &out->text);
	}
	out->text = tn_kdl_string_n(p, (size_t)(end - p));
	return end;
}
