/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

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
		r->end = text;
		fail(r, text, "a document of less than 4 GiB");
	} else if (AT2(text, r->end, '\xef', '\xbb') && AT(text + 2, r->end, '\xbf')) {
		r->at = text + 3;
	}
}

/* Behind "/-" and the space that follows it, or p where there is none of it. */
static const char *slashdash(struct tn_kdl_reader *r, const char *p)
{
	return AT2(p, r->end, '/', '-') ? tn_kdl_space(r, p + 2, true) : p;
}

/* Until that event at this depth, nothing is seen. */
static void hide(struct tn_kdl_reader *r, enum tn_kdl_event until)
{
	if (r->hidden_until)
		return;
	r->hidden_until = (uint8_t)until;
	r->hidden_depth = r->depth;
}

/* p: at the opening brace */
static enum tn_kdl_event children(struct tn_kdl_reader *r, const char *p, bool dashed)
{
	if (r->depth >= TN_KDL_DEPTH_MAX)
		return fail(r, p, "no more than 128 children blocks within each other");
	if (!dashed && r->state == TN_KDL_AFTER_CHILDREN)
		return fail(r, p, "the end of the node");
	if (dashed)
		hide(r, TN_KDL_CHILDREN_END);
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
	r->state = r->level[r->depth];
	r->at = r->token_end = p + 1;
	return TN_KDL_CHILDREN_END;
}

static enum tn_kdl_event node(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	const char *begin = tn_kdl_space(r, r->at, true);
	r->at = begin;
	if (begin >= r->end)
		return r->depth == 0 ? TN_KDL_END : fail(r, begin, "}");
	if (*begin == '}')
		return children_end(r, begin);
	item->start = slashdash(r, begin);
	if (item->start != begin)
		hide(r, TN_KDL_NODE_END);
	const char *p = tn_kdl_token_type(r, item->start, &item->type);
	r->at = r->token_end = tn_kdl_token_string(r, p, "the name of a node", &item->name);
	r->state = TN_KDL_ENTRIES;
	return TN_KDL_NODE;
}

/* An argument or a property. */
static enum tn_kdl_event entry(struct tn_kdl_reader *r, const char *p, struct tn_kdl_item *item)
{
	struct tn_kdl_value *value = &item->value;
	item->start = p;
	r->token_end = tn_kdl_token_value(r, p, value);
	r->at = tn_kdl_space(r, r->token_end, false);
	if (value->kind != TN_KDL_STRING || value->type.at || !AT(r->at, r->end, '='))
		return TN_KDL_ARGUMENT;
	item->name = value->text;
	p = tn_kdl_space(r, r->at + 1, false);
	r->token_end = tn_kdl_token_value(r, p, value);
	r->at = tn_kdl_space(r, r->token_end, false);
	return TN_KDL_PROPERTY;
}

/* What follows within a node: an entry, children, or its end. */
static enum tn_kdl_event part(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	const char *begin = tn_kdl_space(r, r->at, false);
	const char *p = AT(begin, r->end, ';') ? begin + 1 : tn_kdl_line_end(r, begin);
	if (p != begin || p >= r->end || *p == '}') {
		r->at = p;
		r->state = TN_KDL_NODES;
		return TN_KDL_NODE_END;
	}
	p = slashdash(r, begin);
	bool dashed = p != begin;
	if (AT(p, r->end, '{'))
		return children(r, p, dashed);
	if (r->state != TN_KDL_ENTRIES)
		return fail(r, p, dashed ? "{, or the end of the node" : "the end of the node");
	if (p == r->token_end)
		return fail(r, p, "space, or the end of the node");
	enum tn_kdl_event event = entry(r, p, item);
	if (dashed)
		hide(r, event);
	return event;
}

enum tn_kdl_event tn_kdl_read(struct tn_kdl_reader *r, struct tn_kdl_item *item)
{
	/*@ loop widen_hints r->depth, 127, 128; */ /* for Frama-C */
	while (r->error.line == 0) {
		enum tn_kdl_event event = r->state == TN_KDL_NODES ? node(r, item) : part(r, item);
		bool hidden = r->hidden_until != 0;
		if (event == r->hidden_until && r->depth == r->hidden_depth)
			r->hidden_until = 0;
		if (r->error.line == 0 && (!hidden || event == TN_KDL_END))
			return event;
	}
	return TN_KDL_ERROR;
}

bool tn_kdl_validate(const char *text, size_t len, struct tn_kdl_error *error)
{
	struct tn_kdl_reader r;
	struct tn_kdl_item item;
	tn_kdl_reader_init(&r, text, len);
	while (tn_kdl_read(&r, &item) > TN_KDL_END)
		;
	if (error)
		*error = r.error;
	return r.error.line == 0;
}
