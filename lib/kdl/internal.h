/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What the sources of this library share.
 *
 * Convention of the scanning functions that take a reader: they get the place p <= end where a
 * thing begins and return the place behind it. If it is not there, they note in the reader what was
 * expected where, and return the end: nothing more is found from there on, and what is missed at
 * the end is no error beside the first. So only tn_kdl_read() asks whether there was one.
 */
#pragma once

#include "tenon/kdl.h"

/* What a freestanding compiler may call anyway; the runtime, or a C library, supplies them. */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/*
 * Characters (scan.c)
 */

/* What a character is good for. Of the first four, at most one; they hold for all of Unicode. */
enum {
	TN_KDL_SPACE = 1,
	TN_KDL_NEWLINE = 2,
	TN_KDL_IDENT = 4,  /* in an identifier */
	TN_KDL_BAD = 8,    /* nowhere */
	TN_KDL_PLAIN = 16, /* stands for itself between quotes; ASCII only */
	TN_KDL_DIGIT = 32,
	TN_KDL_MARK = 64,  /* quote or backslash */
	TN_KDL_HIGH = 128, /* not ASCII: ask tn_kdl_char() */
};

extern const uint8_t tn_kdl_classes[256]; /* by byte */

/* Macros, so that an analyser sees in the caller that p is below end. */
#define CLASS(p)          ((unsigned)tn_kdl_classes[(unsigned char)*(p)])
#define AT(p, end, c)     ((p) < (end) && *(p) == (c))
#define AT2(p, end, c, d) ((p) < (end) && (p) + 1 < (end) && (p)[0] == (c) && (p)[1] == (d))

/* Behind the UTF-8 sequence at p < end, or NULL if it is none. */
const char *tn_kdl_utf8(const char *p, const char *end, uint32_t *code);

/* Class of any character at p < end; *next is behind it. What is not UTF-8 is bad, and a byte. */
unsigned tn_kdl_char(const char *p, const char *end, const char **next);

/* Behind the characters at p that are of any of these classes. */
const char *tn_kdl_run(const char *p, const char *end, unsigned classes);

/* Behind the newline sequence at p, or p if there is none. */
const char *tn_kdl_newline(const char *p, const char *end);

/* Notes the error, if it is the first; the end. */
const char *tn_kdl_fail(struct tn_kdl_reader *r, const char *p, const char *expected);

/* "node-space" of the specification, any number of it; with lines: "line-space". */
const char *tn_kdl_space(struct tn_kdl_reader *r, const char *p, bool lines);

/* The newline at p, a line comment before it included; p if there is neither. */
const char *tn_kdl_line_end(struct tn_kdl_reader *r, const char *p);

/*
 * Tokens (token.c)
 */

/* Any string; what names it if there is none. */
const char *tn_kdl_token_string(struct tn_kdl_reader *r, const char *p, const char *what,
				struct tn_kdl_string *out);

/* "(type)" and the space behind it, if there is one. */
const char *tn_kdl_token_type(struct tn_kdl_reader *r, const char *p, struct tn_kdl_string *out);

/* Any value, its type included. */
const char *tn_kdl_token_value(struct tn_kdl_reader *r, const char *p, struct tn_kdl_value *out);

/* True if the text can be written without quotes. */
bool tn_kdl_is_identifier(const char *p, const char *end);

/* The value of a hexadecimal digit, or 16. */
unsigned tn_kdl_digit(char c);

/* Behind sign and prefix of the number at p. */
const char *tn_kdl_number(const char *p, const char *end, bool *negative, unsigned *radix);

/*
 * Values of strings (string.c), piece by piece, so that nobody needs room for all of one
 */

struct tn_kdl_decoder {
	const char *at;
	const char *end;
	const char *indent; /* that lines have to begin with */
	const char *indent_end;
	const char *bad; /* where it is missing */
	uint32_t form;
	bool line_start;
	char unit[4]; /* the value of an escape */
};

struct tn_kdl_decoder tn_kdl_decoder(const struct tn_kdl_string *string);

/* The next piece, which is not empty and never splits a character; false at the end. */
bool tn_kdl_decode(struct tn_kdl_decoder *d, const char **piece, size_t *len);

/* What follows a backslash, and the value that it stands for, by place. */
#define TN_KDL_ESCAPE_NAMES  "\"\\bfnrts"
#define TN_KDL_ESCAPE_VALUES "\"\\\b\f\n\r\t "

/* The character in to where from has c; NUL if it is not in from. */
char tn_kdl_translate(char c, const char *from, const char *to);

/* The escape at p, which is a backslash: behind it, or NULL. Escaped space has no *code. */
const char *tn_kdl_escape(const char *p, const char *end, uint32_t *code);
#define TN_KDL_NO_CODE UINT32_MAX

/*
 * The cursor (reader.c)
 */

/* What may come; a byte of the reader. */
enum tn_kdl_state {
	TN_KDL_NODES,
	TN_KDL_ENTRIES,        /* of a node */
	TN_KDL_AFTER_DASHED,   /* no more entries: there was a slashdashed children block */
	TN_KDL_AFTER_CHILDREN, /* and no children block that is not slashdashed */
};

/* A cursor in the middle of a document, which ends with the block that it is in. */
struct tn_kdl_reader tn_kdl_reader_at(const char *text, const char *end, const char *at,
				      enum tn_kdl_state state);

/*
 * Putting text behind what a writer has (put.c): all of it, or none and the status TN_KDL_FULL
 */

void tn_kdl_put(struct tn_kdl_writer *w, const char *text, size_t len);
void tn_kdl_put_string(struct tn_kdl_writer *w, const struct tn_kdl_string *string);

/* A number, in decimal, or a keyword. */
void tn_kdl_put_plain(struct tn_kdl_writer *w, const struct tn_kdl_string *text);

void tn_kdl_reverse(char *text, size_t from, size_t to);

/* The digits of a number, into the bytes before end; how many. */
size_t tn_kdl_digits(char *end, uint64_t n, unsigned radix);
