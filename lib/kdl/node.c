/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

struct tn_kdl_node tn_kdl_root(const char *text, size_t len)
{
	struct tn_kdl_string none = { .at = NULL };
	struct tn_kdl_reader r;
	tn_kdl_reader_init(&r, text, len);
	return (struct tn_kdl_node){ none, none, r.text, r.at, r.text, r.end, NULL };
}

struct tn_kdl_reader tn_kdl_entries(const struct tn_kdl_node *node)
{
	return tn_kdl_reader_at(node->text, node->end, node->rest,
				node->name.at ? TN_KDL_ENTRIES : TN_KDL_NODES);
}

static bool listed(const struct tn_kdl_names *names, const struct tn_kdl_string *name)
{
	bool found = names->all;
	for (size_t i = 0; i < names->count && !found; i++)
		found = tn_kdl_string_is(name, names->name[i]);
	return found;
}

/* NULL: all names. */
static void note(struct tn_kdl_names *names, const char *name)
{
	struct tn_kdl_string string = tn_kdl_string(name ? name : "");
	if (!name || names->count == TN_KDL_ASKED_MAX)
		names->all = true;
	if (!listed(names, &string))
		names->name[names->count++] = name;
}

/* The argument of that index if name is NULL, or the last property of that name. */
static struct tn_kdl_value find_value(const struct tn_kdl_node *node, const char *name,
				      size_t index)
{
	struct tn_kdl_value value = { .kind = TN_KDL_NONE };
	struct tn_kdl_reader r = tn_kdl_entries(node);
	struct tn_kdl_item item;
	for (;;) {
		enum tn_kdl_event event = tn_kdl_read(&r, &item);
		if (event != TN_KDL_ARGUMENT && event != TN_KDL_PROPERTY)
			return value;
		if (event == TN_KDL_ARGUMENT ? !name && index-- == 0
					     : name && tn_kdl_string_is(&item.name, name))
			value = item.value;
	}
}

struct tn_kdl_value tn_kdl_arg(const struct tn_kdl_node *node, size_t index)
{
	if (node->asked && index >= node->asked->arguments)
		node->asked->arguments = index + 1;
	return find_value(node, NULL, index);
}

struct tn_kdl_value tn_kdl_prop(const struct tn_kdl_node *node, const char *name)
{
	if (node->asked)
		note(&node->asked->properties, name);
	return find_value(node, name, 0);
}

/* Reads on until that event happens at that depth; false, and at the end, if it does not. */
static bool read_to(struct tn_kdl_reader *r, struct tn_kdl_item *item, enum tn_kdl_event wanted,
		    uint32_t depth)
{
	enum tn_kdl_event event;
	do
		event = tn_kdl_read(r, item);
	while (event > TN_KDL_END && (event != wanted || r->depth != depth) &&
	       (event != TN_KDL_NODE_END || r->depth != 0 || wanted == TN_KDL_NODE));
	return event == wanted;
}

/* The next node of that name (NULL: any) in this block. */
static bool find_node(struct tn_kdl_reader *r, const char *name, struct tn_kdl_node *out)
{
	struct tn_kdl_item item;
	while (read_to(r, &item, TN_KDL_NODE, 0)) {
		if (name && !tn_kdl_string_is(&item.name, name))
			continue;
		*out = (struct tn_kdl_node){ item.type, item.name, item.start, r->at,
					     r->text,   r->end,    NULL };
		return true;
	}
	return false;
}

/* A cursor at the node's children; false if it has no block. */
static bool enter(const struct tn_kdl_node *node, struct tn_kdl_reader *r)
{
	struct tn_kdl_item item;
	*r = tn_kdl_entries(node);
	if (node->name.at && !read_to(r, &item, TN_KDL_CHILDREN, 1))
		return false;
	*r = tn_kdl_reader_at(r->text, r->end, r->at, TN_KDL_NODES);
	return true;
}

bool tn_kdl_child(const struct tn_kdl_node *parent, const char *name, struct tn_kdl_node *child)
{
	struct tn_kdl_reader r;
	if (parent->asked)
		note(&parent->asked->children, name);
	return enter(parent, &r) && find_node(&r, name, child);
}

bool tn_kdl_next(struct tn_kdl_node *node, const char *name)
{
	struct tn_kdl_reader r = tn_kdl_entries(node);
	return find_node(&r, name, node);
}

struct tn_kdl_string tn_kdl_node_text(const struct tn_kdl_node *node)
{
	struct tn_kdl_reader r = tn_kdl_entries(node);
	struct tn_kdl_item item;
	while (tn_kdl_read(&r, &item) > TN_KDL_END)
		if (node->name.at && r.depth == 0 && r.state == TN_KDL_NODES)
			break;
	const char *end = node->name.at ? r.token_end : node->end;
	return tn_kdl_string_n(node->start, (size_t)(end - node->start));
}

struct tn_kdl_string tn_kdl_children_text(const struct tn_kdl_node *node)
{
	struct tn_kdl_reader r;
	struct tn_kdl_item item;
	if (!enter(node, &r))
		return (struct tn_kdl_string){ .at = NULL };
	const char *begin = r.at;
	while (tn_kdl_read(&r, &item) > TN_KDL_END)
		;
	return tn_kdl_string_n(begin, (size_t)(r.at - begin));
}

void tn_kdl_track(struct tn_kdl_node *node, struct tn_kdl_asked *asked)
{
	*asked = (struct tn_kdl_asked){ .arguments = 0 };
	node->asked = asked;
}

struct tn_kdl_unknown tn_kdl_unknown(const struct tn_kdl_node *node)
{
	return (struct tn_kdl_unknown){ .node = node, .reader = tn_kdl_entries(node) };
}

bool tn_kdl_unknown_next(struct tn_kdl_unknown *u)
{
	const struct tn_kdl_asked *asked = u->node->asked;
	struct tn_kdl_item item;
	bool known = true;
	bool own = u->node->name.at != NULL; /* the root has no entries, and no depth of its own */
	while (asked && known) {
		u->what = tn_kdl_read(&u->reader, &item);
		u->start = item.start;
		u->name = item.name;
		bool entry = own && u->reader.depth == 0;
		if (u->what <= TN_KDL_END || (u->what == TN_KDL_NODE_END && entry))
			return false;
		if (u->what == TN_KDL_ARGUMENT && entry)
			known = u->argument++ < asked->arguments;
		else if (u->what == TN_KDL_PROPERTY && entry)
			known = listed(&asked->properties, &u->name);
		else if (u->what == TN_KDL_NODE && u->reader.depth == own)
			known = listed(&asked->children, &u->name);
	}
	return !known;
}
