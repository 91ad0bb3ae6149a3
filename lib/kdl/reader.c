/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

/* Why what the cursor is in is slashdashed: the outermost of reasons. */
enum hidden { VISIBLE, HIDDEN_NODE, HIDDEN_CHILDREN };

/* An event that never gets out. */
#define SKIPPED ((enum tn_kdl_event)100)

struct tn_kdl_reader tn_kdl_reader_at(const char *text, const char *end, const char *at,
				      enum tn_kdl_state state)
{
	struct tn_kdl_reader r = { .text = text, .end = end, .at = at, .token_end = at };
	r.error.expected = "";
	r.state = (uint8_t)state;
	r.part = true;
	return r;
}

static enum tn_kdl_event fail(struct tn_kdl_reader *r, const char *p, const char *expected)
{
	tn_kdl_fail(r, p, expected);
	return TN_KDL_ERROR;
}

void tn_kdl_reader_init(struct tn_kdl_reader *r, const char *text, size_t len)
{
	text = text ? text : "";
	*r = tn_kdl_reader_at(text, text + len, text, TN_KDL_NODES);
	r->part = false;
	if (len > UINT32_MAX) {
		fail(r, text, "a document of less than 4 GiB");
		r->state = TN_KDL_FAILED;
		r->end = text;
	} else if (AT2(text, r->end, '\xef', '\xbb') && AT(text + 2, r->end, '\xbf')) {
		r->at = text + 3;
	}
}

/* Behind "/-" and the space that follows it, or p where there is none of it. */
static const char *slashdash(struct tn_kdl_reader *r, const char *p)
{
	return AT2(p, r->end, '/', '-') ? tn_kdl_space(r, p + 2, true) : p;
}

static void hide(struct tn_kdl_reader *r, enum hidden reason)
{
	if (r->hidden != VISIBLE)
		return;
	r->hidden = (uint8_t)reason;
	r->hidden_depth = r->depth;
}

static void unhide(struct tn_kdl_reader *r, enum hidden reason)
{
	if (r->hidden == reason && r->hidden_depth == r->depth)
		r->hidden = VISIBLE;
}

static enum tn_kdl_event node_end(struct tn_kdl_reader *r, const char *p)
{
	unhide(r, HIDDEN_NODE);
	r->at = p;
	r->state = TN_KDL_NODES;
	return TN_KDL_NODE_END;
}

/* p: at the opening brace */
static enum tn_kdl_event children(struct tn_kdl_reader *r, const char *p, bool dashed)
{
	if (r->depth >= TN_KDL_DEPTH_MAX)
		return fail(r, p, "no more than 128 children blocks within each other");
	if (!dashed && r->state == TN_KDL_AFTER_CHILDREN)
		return fail(r, p, "the end of the node");
	if (dashed)
		hide(r, HIDDEN_CHILDREN);
	if (!dashed || r->state == TN_KDL_ENTRIES)
		r->state = dashed ? TN_KDL_AFTER_DASHED : TN_KDL_AFTER_CHILDREN;
	r->level[r->depth++] = r->state;
	r->at = p + 1;
	r->state = TN_KDL_NODES;
	return TN_KDL_CHILDREN;
}

/* p: at the closing brace */
static enum tn_kdl_event children_end(struct tn_kdl_reader *r, const char *p)
{
	if (r->depth == 0)
		return r->part ? TN_KDL_END : fail(r, p, "a node, or the end of the document");
	r->depth--;
	unhide(r, HIDDEN_CHILDREN);
	r->state = r->level[r->depth];
	r->at = r->token_end = p + 1;
	r->spaced = false;
	return TN_KDL_CHILDREN_END;
}

static enum tn_kdl_event node(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	const char *begin = tn_kdl_space(r, r->at, true);
	r->at = begin ? begin : r->at;
	if (begin && begin >= r->end)
		return r->depth == 0 ? TN_KDL_END : fail(r, begin, "}");
	if (begin && *begin == '}')
		return children_end(r, begin);
	const char *p = begin ? slashdash(r, begin) : NULL;
	bool dashed = p != begin;
	item->start = p;
	p = p ? tn_kdl_token_type(r, p, &item->type) : NULL;
	p = p ? tn_kdl_token_string(r, p, "the name of a node", &item->name) : NULL;
	if (!p)
		return TN_KDL_ERROR;
	if (dashed)
		hide(r, HIDDEN_NODE);
	r->at = r->token_end = p;
	r->state = TN_KDL_ENTRIES;
	r->spaced = false;
	return TN_KDL_NODE;
}

/* An argument or a property. */
static enum tn_kdl_event entry(struct tn_kdl_reader *r, const char *p, struct tn_kdl_item *item)
{
	enum tn_kdl_event event = TN_KDL_ARGUMENT;
	struct tn_kdl_value *value = &item->value;
	item->start = p;
	const char *token_end = tn_kdl_token_value(r, p, value);
	p = token_end ? tn_kdl_space(r, token_end, false) : NULL;
	if (p && value->kind == TN_KDL_STRING && !value->type.at && AT(p, r->end, '=')) {
		event = TN_KDL_PROPERTY;
		item->name = value->text;
		p = tn_kdl_space(r, p + 1, false);
		token_end = p ? tn_kdl_token_value(r, p, value) : NULL;
		p = token_end ? tn_kdl_space(r, token_end, false) : NULL;
	}
	if (!p)
		return TN_KDL_ERROR;
	r->spaced = p != token_end;
	r->at = p;
	r->token_end = token_end;
	return event;
}

/* What is slashdashed within a node: children, or an entry. */
static enum tn_kdl_event dashed_part(struct tn_kdl_reader *r, const char *begin,
				     struct tn_kdl_item *item)
{
	const char *p = slashdash(r, begin);
	if (p && AT(p, r->end, '{'))
		return children(r, p, true);
	if (p && r->state != TN_KDL_ENTRIES)
		return fail(r, p, "{, or the end of the node");
	return p && entry(r, p, item) != TN_KDL_ERROR ? SKIPPED : TN_KDL_ERROR;
}

static enum tn_kdl_event part(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	const char *p = tn_kdl_space(r, r->at, false);
	if (!p)
		return TN_KDL_ERROR;
	if (p >= r->end || *p == '}')
		return node_end(r, p);
	if (*p == ';')
		return node_end(r, p + 1);
	if (*p == '{')
		return children(r, p, false);
	if (AT2(p, r->end, '/', '-'))
		return dashed_part(r, p, item);
	const char *next =
		AT2(p, r->end, '/', '/') ? tn_kdl_line_comment(r, p) : tn_kdl_newline(p, r->end);
	if (next != p)
		return next ? node_end(r, next) : TN_KDL_ERROR;
	if (r->state != TN_KDL_ENTRIES)
		return fail(r, p, "the end of the node");
	if (!r->spaced && p == r->at)
		return fail(r, p, "space, or the end of the node");
	return entry(r, p, item);
}

enum tn_kdl_event tn_kdl_read(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	enum tn_kdl_event event;
	bool hidden;
	if (r->state == TN_KDL_FAILED)
		return TN_KDL_ERROR;
	/*@ loop widen_hints r->depth, 127, 128; */ /* for Frama-C */
	do {
		hidden = r->hidden != VISIBLE;
		event = r->state == TN_KDL_NODES ? node(r, item) : part(r, item);
		hidden = hidden || r->hidden != VISIBLE || event == SKIPPED;
	} while (hidden && event > TN_KDL_END);
	if (event == TN_KDL_ERROR)
		r->state = TN_KDL_FAILED;
	return event;
}

bool tn_kdl_validate(const char *text, size_t len, struct tn_kdl_error *error)
{
	struct tn_kdl_reader r;
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	tn_kdl_reader_init(&r, text, len);
	do
		event = tn_kdl_read(&r, &item);
	while (event > TN_KDL_END);
	if (error)
		*error = r.error;
	return event == TN_KDL_END;
}
