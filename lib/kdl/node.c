/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "internal.h"

struct tn_kdl_node tn_kdl_root(const char *text, size_t len)
{
	struct tn_kdl_reader r;
	tn_kdl_reader_init(&r, text, len);
	return (struct tn_kdl_node){ .start = r.text, .rest = r.at, .text = r.text, .end = r.end };
}

struct tn_kdl_reader tn_kdl_entries(const struct tn_kdl_node *node)
{
	return tn_kdl_reader_at(node->text, node->end, node->rest,
				node->name.at ? TN_KDL_ENTRIES : TN_KDL_NODES);
}

static bool listed(const struct tn_kdl_names *names, const struct tn_kdl_string *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (tn_kdl_string_is(name, names->name[i]))
			return true;
	return names->all;
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

/* The depth of a node's children, for a cursor that begins at its entries. */
static uint32_t child_depth(const struct tn_kdl_node *node)
{
	return node->name.at ? 1 : 0;
}

/* The next node of that name (NULL: any) at that depth, within what is as deep or deeper. */
static bool find_node(struct tn_kdl_reader r, uint32_t depth, const char *name,
		      struct tn_kdl_node *out)
{
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	while ((event = tn_kdl_read(&r, &item)) > TN_KDL_END) {
		if (event == TN_KDL_NODE_END && r.depth < depth)
			break;
		bool node = event == TN_KDL_NODE && r.depth == depth;
		if (!node || (name && !tn_kdl_string_is(&item.name, name)))
			continue;
		*out = (struct tn_kdl_node){ item.type, item.name, item.start, r.at,
					     r.text,    r.end,     NULL };
		return true;
	}
	return false;
}

bool tn_kdl_child(const struct tn_kdl_node *parent, const char *name, struct tn_kdl_node *child)
{
	if (parent->asked)
		note(&parent->asked->children, name);
	return find_node(tn_kdl_entries(parent), child_depth(parent), name, child);
}

bool tn_kdl_next(struct tn_kdl_node *node, const char *name)
{
	return find_node(tn_kdl_entries(node), 0, name, node);
}

struct tn_kdl_string tn_kdl_node_text(const struct tn_kdl_node *node)
{
	struct tn_kdl_reader r = tn_kdl_entries(node);
	struct tn_kdl_item item;
	enum tn_kdl_event event;
	do
		event = tn_kdl_read(&r, &item);
	while (event > TN_KDL_END && (event != TN_KDL_NODE_END || r.depth >= child_depth(node)));
	const char *end = node->name.at ? r.token_end : node->end;
	return tn_kdl_string_n(node->start, (size_t)(end - node->start));
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
	uint32_t depth = child_depth(u->node);
	struct tn_kdl_item item;
	bool known = true;
	while (asked && known) {
		u->what = tn_kdl_read(&u->reader, &item);
		u->start = item.start;
		u->name = item.name;
		bool own = u->reader.depth < depth; /* not a child's */
		if (u->what <= TN_KDL_END || (u->what == TN_KDL_NODE_END && own))
			return false;
		if (u->what == TN_KDL_ARGUMENT && own)
			known = u->argument++ < asked->arguments;
		else if (u->what == TN_KDL_PROPERTY && own)
			known = listed(&asked->properties, &u->name);
		else if (u->what == TN_KDL_NODE && u->reader.depth == depth)
			known = listed(&asked->children, &u->name);
	}
	return !known;
}
