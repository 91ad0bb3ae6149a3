/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * KDL 2.0 documents (kdl.dev/spec): reading, querying and writing.
 *
 * Configuration comes in and reports go out as KDL. This is a static library: freestanding, no
 * allocation, no global state, no recursion; nothing here blocks or calls back. All functions are
 * safe on hostile input. Different threads may use the same document, but each its own reader,
 * writer, and struct tn_kdl_asked.
 *
 * A version marker ("/- kdl-version 2") is accepted as what it also is by the specification, a
 * slashdashed node, and not reported: this library reads KDL 2.0 whatever it says, and what reads
 * as version 1 and 2 means the same in both.
 *
 * Ownership: everything that reading yields points into the caller's buffer, which has to stay and
 * to keep its contents for as long. Copy what a peer can change before you read it.
 *
 * Cost: reading a document once, by tn_kdl_read() or tn_kdl_validate(), is linear in its length.
 * A query reads from its node onwards: over the node's entries for an argument or a property, over
 * the children for a child. Writing is linear but for three things: properties that do not come in
 * order, arguments after properties (each moves what stands behind it in its node), and numbers
 * with a radix (quadratic in their digits).
 *
 * @code{.c}
 * // A document like: limits ram="2M" { cap 3; cap 4 }; true if it is one.
 * static bool example_limits(const char *text, size_t length, uint64_t *ram, uint64_t *caps)
 * {
 *         struct tn_kdl_node root, limits, cap;
 *         *caps = 0;
 *         if (!tn_kdl_validate(text, length, NULL))
 *                 return false;
 *         root = tn_kdl_root(text, length);
 *         if (!tn_kdl_child(&root, "limits", &limits))
 *                 return false;
 *         if (tn_kdl_prop_size(&limits, "ram", 1 << 20, 0, UINT64_MAX, ram) > TN_KDL_ABSENT)
 *                 return false;
 *         for (bool more = tn_kdl_child(&limits, "cap", &cap); more;
 *              more = tn_kdl_next(&cap, "cap")) {
 *                 uint64_t one;
 *                 if (tn_kdl_arg_u64(&cap, 0, 0, 0, 1000, &one) != TN_KDL_OK)
 *                         return false;
 *                 *caps += one;
 *         }
 *         return true;
 * }
 *
 * // Writes: state running { load percent=12 }
 * static size_t example_state(char *buffer, size_t size)
 * {
 *         struct tn_kdl_writer writer;
 *         tn_kdl_writer_init(&writer, buffer, size);
 *         tn_kdl_write_node(&writer, "state");
 *         tn_kdl_write_string(&writer, NULL, "running");
 *         tn_kdl_write_open(&writer);
 *         tn_kdl_write_node(&writer, "load");
 *         tn_kdl_write_u64(&writer, "percent", 12);
 *         return tn_kdl_write_end(&writer) == TN_KDL_OK ? writer.len : 0;
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Children blocks within each other that are read and written; deeper is an error. */
#define TN_KDL_DEPTH_MAX 128

/* What a query, an accessor, or the writer has to say. */
enum tn_kdl_status {
	TN_KDL_OK = 0,
	TN_KDL_ABSENT,    /* not there, or #null; the fallback holds */
	TN_KDL_MALFORMED, /* there, but not what was asked for; the fallback holds */
	TN_KDL_RANGE,     /* well-formed, but out of range or too long; the fallback holds */
	TN_KDL_FULL,      /* writer: the buffer is too small */
	TN_KDL_MISUSE, /* writer: a call where it makes no sense, such as an entry without node */
};

/* A few words for a message, never NULL. */
const char *tn_kdl_status_text(enum tn_kdl_status status);

/* Where a document is not KDL. Lines and columns (in code points) count from 1. */
struct tn_kdl_error {
	size_t offset;        /* in bytes */
	uint32_t line;        /* from 1 */
	uint32_t column;      /* in code points, from 1 */
	const char *expected; /* what would have been right there: "expected <this>" */
};

/* How the text of a string stands for its value: of no interest above this library. */
#define TN_KDL_ESCAPED 1u /* has escapes */
#define TN_KDL_LINES   2u /* multi-line: newlines become LF, the indent goes away */

/* A string as it stands in the document, without its delimiters. Absent: at is NULL. */
struct tn_kdl_string {
	const char *at;     /* in the document */
	size_t len;         /* in bytes, as it stands there */
	const char *indent; /* of a multi-line string's lines */
	uint32_t dedent;    /* its bytes */
	uint32_t form;      /* TN_KDL_ESCAPED, TN_KDL_LINES */
};

/* What a value is; NONE: it is not there. */
enum tn_kdl_kind { TN_KDL_NONE, TN_KDL_STRING, TN_KDL_NUMBER, TN_KDL_BOOL, TN_KDL_NULL };

/* A value of a node: an argument's or a property's. */
struct tn_kdl_value {
	enum tn_kdl_kind kind;     /* TN_KDL_NONE: absent */
	bool truth;                /* of a TN_KDL_BOOL */
	const char *start;         /* for tn_kdl_position() */
	struct tn_kdl_string type; /* annotation, or absent */
	struct tn_kdl_string text; /* of a string; or of any other value, as it was written */
};

/*
 * Strings
 */

/* Any bytes, or a C string, as a string: to compare, or to write. */
static inline struct tn_kdl_string tn_kdl_string_n(const char *text, size_t len)
{
	struct tn_kdl_string string = { text, len, NULL, 0, 0 };
	return string;
}

/* A text that ends with NUL, as a string. */
static inline struct tn_kdl_string tn_kdl_string(const char *text)
{
	size_t len = 0;
	while (text[len])
		len++;
	return tn_kdl_string_n(text, len);
}

/* <0, 0, >0 by the order of code points. */
int tn_kdl_string_compare(const struct tn_kdl_string *a, const struct tn_kdl_string *b);

/* Absent is not "". */
static inline bool tn_kdl_string_is(const struct tn_kdl_string *string, const char *text)
{
	struct tn_kdl_string other = tn_kdl_string(text);
	return string->at && tn_kdl_string_compare(string, &other) == 0;
}

/*
 * Copies the value (escapes resolved, dedented) to buffer, terminated by a NUL. *len, unless len is
 * NULL, is the value's length without NUL even if it does not fit. TN_KDL_RANGE: longer than
 * size - 1; TN_KDL_MALFORMED: has a NUL inside. In both cases buffer holds "" (if size is not 0).
 */
enum tn_kdl_status tn_kdl_string_copy(const struct tn_kdl_string *string, char *buffer, size_t size,
				      size_t *len);

/*
 * Reading in one pass: a cursor over a constant buffer
 */

/* What the reader has come to, and which fields of the item it has filled. */
enum tn_kdl_event {
	TN_KDL_ERROR = -1, /* not KDL: see reader.error; stays so */
	TN_KDL_END = 0,    /* of the document; stays so */
	TN_KDL_NODE,       /* item.start, item.type, item.name */
	TN_KDL_ARGUMENT,   /* item.start, item.value */
	TN_KDL_PROPERTY, /* item.start, item.name, item.value; each one, the last of a name holds */
	TN_KDL_CHILDREN, /* the node's children follow */
	TN_KDL_CHILDREN_END,
	TN_KDL_NODE_END,
};

/* What an event is about. */
struct tn_kdl_item {
	const char *start;         /* for tn_kdl_position() */
	struct tn_kdl_string type; /* annotation of a node, or absent */
	struct tn_kdl_string name; /* of a node or a property */
	struct tn_kdl_value value; /* of an argument or a property */
};

/* Read error and depth; the rest is private. May be copied to remember a place. */
struct tn_kdl_reader {
	struct tn_kdl_error error; /* at TN_KDL_ERROR */
	uint32_t depth; /* children blocks around the cursor, slashdashed ones included */
	uint32_t hidden_depth;
	const char *text;
	const char *end;
	const char *at;
	const char *token_end;
	uint8_t state;
	uint8_t hidden_until;
	bool part; /* the brace that closes the block around it ends it */
	uint8_t level[TN_KDL_DEPTH_MAX];
};

/* A cursor at the beginning of a text, which is borrowed: any bytes, no NUL needed. */
void tn_kdl_reader_init(struct tn_kdl_reader *reader, const char *text, size_t len);

/* The next event; what is slashdashed is checked but not seen. Fills the fields of *item named at
 * the event. */
enum tn_kdl_event tn_kdl_read(struct tn_kdl_reader *reader, struct tn_kdl_item *item);

/* True if text is a KDL 2.0 document; else *error says where it is not, unless error is NULL. */
bool tn_kdl_validate(const char *text, size_t len, struct tn_kdl_error *error);

/* Line and column, from 1, of a place in text. */
void tn_kdl_position(const char *text, const char *at, uint32_t *line, uint32_t *column);

/*
 * Navigating, in a document that tn_kdl_validate() has accepted (any other gives a part of its
 * nodes, or none)
 */

/* Names of one kind that are noted; whoever asks for more is taken to ask for all. */
#define TN_KDL_ASKED_MAX 32

/* Names that were asked for, kept by pointer: literals, usually. */
struct tn_kdl_names {
	const char *name[TN_KDL_ASKED_MAX]; /* borrowed */
	size_t count;                       /* in name */
	bool all;                           /* asked without a name, or for too many to note */
};

/* What was asked of a node; see tn_kdl_track(). */
struct tn_kdl_asked {
	struct tn_kdl_names properties; /* by name */
	struct tn_kdl_names children;   /* by name */
	size_t arguments;               /* the first so many */
};

/* A node: a value to copy freely. */
struct tn_kdl_node {
	struct tn_kdl_string type;  /* annotation, or absent */
	struct tn_kdl_string name;  /* absent for the root */
	const char *start;          /* for tn_kdl_position() */
	const char *rest;           /* behind the name */
	const char *text;           /* the document */
	const char *end;            /* behind it */
	struct tn_kdl_asked *asked; /* NULL, or what tn_kdl_track() was given */
};

/* The root stands for the document: its children are the nodes of the top level. */
struct tn_kdl_node tn_kdl_root(const char *text, size_t len);

/* Whether the node is called so. */
#define tn_kdl_name_is(node, text) tn_kdl_string_is(&(node)->name, text)

/* The first child of that name, or of any if name is NULL; and the next sibling (*node moves on).
 * False, and *child or *node as it was, when there is none. */
bool tn_kdl_child(const struct tn_kdl_node *parent, const char *name, struct tn_kdl_node *child);
bool tn_kdl_next(struct tn_kdl_node *node, const char *name);

/* An argument by its index from 0, or a property (the rightmost of that name). Absent: its kind is
 * TN_KDL_NONE. */
struct tn_kdl_value tn_kdl_arg(const struct tn_kdl_node *node, size_t index);
struct tn_kdl_value tn_kdl_prop(const struct tn_kdl_node *node, const char *name);

/* The node's text without what terminates it: a document of this one node. */
struct tn_kdl_string tn_kdl_node_text(const struct tn_kdl_node *node);

/* A cursor on the node's entries: tn_kdl_read() yields TN_KDL_ARGUMENT and TN_KDL_PROPERTY in the
 * order written, until any other event. */
struct tn_kdl_reader tn_kdl_entries(const struct tn_kdl_node *node);

/*
 * Values, with a fallback. Each returns TN_KDL_OK and the value, or another status and the
 * fallback: a caller who only tolerates absence complains if the status is > TN_KDL_ABSENT.
 */

/* #true or #false */
enum tn_kdl_status tn_kdl_as_bool(struct tn_kdl_value value, bool fallback, bool *out);

/* A whole number of any radix, within [min, max]. With fraction or exponent it is malformed. */
enum tn_kdl_status tn_kdl_as_i64(struct tn_kdl_value value, int64_t fallback, int64_t min,
				 int64_t max, int64_t *out);

/* A size in bytes: a whole number, or a string of decimal digits with a unit behind them at will:
 * K, M, G, T (1024 to the power of 1, 2, 3, 4). */
enum tn_kdl_status tn_kdl_as_size(struct tn_kdl_value value, uint64_t fallback, uint64_t min,
				  uint64_t max, uint64_t *out);

/* As tn_kdl_as_i64(): a size that may not come as a string. */
static inline enum tn_kdl_status tn_kdl_as_u64(struct tn_kdl_value value, uint64_t fallback,
					       uint64_t min, uint64_t max, uint64_t *out)
{
	enum tn_kdl_status status = tn_kdl_as_size(value, fallback, min, max, out);
	if (value.kind != TN_KDL_STRING)
		return status;
	*out = fallback;
	return TN_KDL_MALFORMED;
}

/* A string of at most size - 1 bytes, copied and terminated by NUL; so is the fallback, which may
 * be NULL for "". TN_KDL_RANGE: too long; TN_KDL_MALFORMED also: a NUL inside. */
enum tn_kdl_status tn_kdl_as_string(struct tn_kdl_value value, const char *fallback, char *buffer,
				    size_t size);

/* The same of a node's argument or property, for example
 * tn_kdl_prop_u64(&node, "caps", 100, 1, 10000, &caps) */
#define tn_kdl_arg_bool(node, index, ...)   tn_kdl_as_bool(tn_kdl_arg(node, index), __VA_ARGS__)
#define tn_kdl_arg_u64(node, index, ...)    tn_kdl_as_u64(tn_kdl_arg(node, index), __VA_ARGS__)
#define tn_kdl_arg_i64(node, index, ...)    tn_kdl_as_i64(tn_kdl_arg(node, index), __VA_ARGS__)
#define tn_kdl_arg_size(node, index, ...)   tn_kdl_as_size(tn_kdl_arg(node, index), __VA_ARGS__)
#define tn_kdl_arg_string(node, index, ...) tn_kdl_as_string(tn_kdl_arg(node, index), __VA_ARGS__)
#define tn_kdl_prop_bool(node, name, ...)   tn_kdl_as_bool(tn_kdl_prop(node, name), __VA_ARGS__)
#define tn_kdl_prop_u64(node, name, ...)    tn_kdl_as_u64(tn_kdl_prop(node, name), __VA_ARGS__)
#define tn_kdl_prop_i64(node, name, ...)    tn_kdl_as_i64(tn_kdl_prop(node, name), __VA_ARGS__)
#define tn_kdl_prop_size(node, name, ...)   tn_kdl_as_size(tn_kdl_prop(node, name), __VA_ARGS__)
#define tn_kdl_prop_string(node, name, ...) tn_kdl_as_string(tn_kdl_prop(node, name), __VA_ARGS__)

/*
 * What was not asked for
 *
 * From tn_kdl_track() on, queries by this node (and copies of it) are noted in *asked: properties,
 * arguments, and children by name; iterating without a name asks for all children. What the node
 * has beside is unknown to the component, and probably a mistake of who wrote it.
 */

/* Begins to note; *asked is borrowed for as long as the node and its copies are used. */
void tn_kdl_track(struct tn_kdl_node *node, struct tn_kdl_asked *asked);

/* One thing that nobody has asked for, and a cursor for the next. */
struct tn_kdl_unknown {
	enum tn_kdl_event what;    /* TN_KDL_ARGUMENT, TN_KDL_PROPERTY, or TN_KDL_NODE: a child */
	struct tn_kdl_string name; /* of a property or a child */
	const char *start;         /* for tn_kdl_position() */
	size_t argument;           /* private from here */
	const struct tn_kdl_node *node;
	struct tn_kdl_reader reader;
};

/* struct tn_kdl_unknown u = tn_kdl_unknown(&node); while (tn_kdl_unknown_next(&u)) ... */
struct tn_kdl_unknown tn_kdl_unknown(const struct tn_kdl_node *node);
bool tn_kdl_unknown_next(struct tn_kdl_unknown *unknown);

/*
 * Writing, in canonical form, to a bounded buffer
 *
 * Canonical: a node a line, four spaces a level; arguments before properties, those in order of
 * their names, the last one of a name only; no quotes where none are needed; numbers in decimal.
 * The order of calls for a node's entries does not matter, except that of its arguments.
 *
 * What does not fit is left out as whole nodes: the first node whose entries do not fit, and all
 * that is written after it. The first error stays: no later call has an effect, and the document is
 * valid once tn_kdl_write_end() is called, whatever happened. Bytes that are not UTF-8 become
 * U+FFFD. Where a key is taken, NULL makes an argument of the value.
 */

/* A document that is written. Read status and, at the end, len. */
struct tn_kdl_writer {
	char *text;  /* the caller's buffer */
	size_t size; /* of it, in bytes */
	size_t len;  /* written; final after tn_kdl_write_end() */
	size_t mark; /* private from here: the text before the current node began */
	size_t arguments_end;
	uint32_t depth;
	uint32_t mark_depth;
	bool open;  /* children of the current node are wanted */
	bool entry; /* the current node can have entries */
	bool ended;
	enum tn_kdl_status status;
};

/* An empty document, in a buffer that is borrowed until it has ended. */
void tn_kdl_writer_init(struct tn_kdl_writer *writer, char *buffer, size_t size);

/* Begins a node, as a child of the one last opened; with a type annotation or an absent string. */
void tn_kdl_write_typed_node(struct tn_kdl_writer *writer, const struct tn_kdl_string *type,
			     const struct tn_kdl_string *name);

/* A value as read, with its type annotation; by its kind and text. */
void tn_kdl_write_value(struct tn_kdl_writer *writer, const struct tn_kdl_string *key,
			const struct tn_kdl_value *value);

/* A number by its text, in any form that KDL knows; else the status becomes TN_KDL_MALFORMED. */
void tn_kdl_write_number(struct tn_kdl_writer *writer, const char *key, const char *text);

/* The magnitude of a number, and its sign. */
void tn_kdl_write_integer(struct tn_kdl_writer *writer, const char *key, bool negative,
			  uint64_t magnitude);

/* Begins a node without type annotation. */
static inline void tn_kdl_write_node(struct tn_kdl_writer *writer, const char *name)
{
	struct tn_kdl_string type = tn_kdl_string_n(NULL, 0), string = tn_kdl_string(name);
	tn_kdl_write_typed_node(writer, &type, &string);
}

/* A value by kind and text, without type annotation. */
static inline void tn_kdl_write(struct tn_kdl_writer *writer, const char *key,
				enum tn_kdl_kind kind, struct tn_kdl_string text)
{
	struct tn_kdl_string none = tn_kdl_string_n(NULL, 0);
	struct tn_kdl_string string = tn_kdl_string(key ? key : "");
	struct tn_kdl_value value = { kind, false, NULL, none, text };
	tn_kdl_write_value(writer, key ? &string : NULL, &value);
}

/* A property, or with key NULL an argument: a text that ends with NUL. */
static inline void tn_kdl_write_string(struct tn_kdl_writer *writer, const char *key,
				       const char *text)
{
	tn_kdl_write(writer, key, TN_KDL_STRING, tn_kdl_string(text));
}

/* #true or #false, as tn_kdl_write_string() does a text. */
static inline void tn_kdl_write_bool(struct tn_kdl_writer *writer, const char *key, bool value)
{
	tn_kdl_write(writer, key, TN_KDL_BOOL, tn_kdl_string(value ? "#true" : "#false"));
}

/* #null, as tn_kdl_write_string() does a text. */
static inline void tn_kdl_write_null(struct tn_kdl_writer *writer, const char *key)
{
	tn_kdl_write(writer, key, TN_KDL_NULL, tn_kdl_string("#null"));
}

/* A number without sign, as tn_kdl_write_string() does a text. */
static inline void tn_kdl_write_u64(struct tn_kdl_writer *writer, const char *key, uint64_t value)
{
	tn_kdl_write_integer(writer, key, false, value);
}

/* A number with sign, as tn_kdl_write_string() does a text. */
static inline void tn_kdl_write_i64(struct tn_kdl_writer *writer, const char *key, int64_t value)
{
	uint64_t bits = (uint64_t)value;
	tn_kdl_write_integer(writer, key, value < 0, value < 0 ? 0 - bits : bits);
}

/* Nodes between the two are children of the current one. */
void tn_kdl_write_open(struct tn_kdl_writer *writer);
void tn_kdl_write_close(struct tn_kdl_writer *writer);

/* Closes what is open. The document is writer->text, writer->len; not terminated by a NUL. */
enum tn_kdl_status tn_kdl_write_end(struct tn_kdl_writer *writer);

#ifdef __cplusplus
}
#endif
