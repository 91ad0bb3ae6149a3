/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * AVL trees. Sides are numbers, 0 before and 1 behind, so that what holds for one side is not
 * written down again for the other.
 */
#include <tenon/tree.h>

static unsigned side_of(const struct tn_tree_node *node)
{
	return node->parent->child[1] == node;
}

/* What a higher subtree on this side adds to the balance. */
static int weight_of(unsigned side)
{
	return side ? 1 : -1;
}

/* `with`, which may be NULL, takes the place of `node` below its parent. */
static void replace(struct tn_tree *tree, const struct tn_tree_node *node,
		    struct tn_tree_node *with)
{
	if (node->parent)
		node->parent->child[side_of(node)] = with;
	else
		tree->root = with;
	if (with)
		with->parent = node->parent;
}

static void adopt(struct tn_tree_node *parent, unsigned side, struct tn_tree_node *child)
{
	parent->child[side] = child;
	if (child)
		child->parent = parent;
}

/* Lifts the child on `side` above `node`. */
static void rotate(struct tn_tree *tree, struct tn_tree_node *node, unsigned side)
{
	struct tn_tree_node *up = node->child[side];
	replace(tree, node, up);
	adopt(node, side, up->child[!side]);
	adopt(up, !side, node);
}

/*
 * `side` of `node` is higher by two. Returns what stands in the place of `node` afterwards; its
 * subtree is lower by one than before, unless its balance is not 0.
 */
static struct tn_tree_node *rebalance(struct tn_tree *tree, struct tn_tree_node *node,
				      unsigned side)
{
	struct tn_tree_node *high = node->child[side], *inner = high->child[!side];
	int weight = weight_of(side);
	if (high->balance == -weight) {
		rotate(tree, high, !side);
		rotate(tree, node, side);
		node->balance = inner->balance == weight ? -weight : 0;
		high->balance = inner->balance == -weight ? weight : 0;
		inner->balance = 0;
		return inner;
	}
	rotate(tree, node, side);
	high->balance -= weight;
	node->balance = -high->balance;
	return high;
}

/* `node` stands where nothing was. */
static void rise(struct tn_tree *tree, struct tn_tree_node *node)
{
	for (; node->parent; node = node->parent) {
		struct tn_tree_node *parent = node->parent;
		unsigned side = side_of(node);
		parent->balance += weight_of(side);
		if (parent->balance == 0)
			return;
		if (parent->balance == 2 * weight_of(side)) {
			(void)rebalance(tree, parent, side);
			return;
		}
	}
}

/* `side` of `parent` is lower by one than it was. */
static void sink(struct tn_tree *tree, struct tn_tree_node *parent, unsigned side)
{
	while (parent) {
		parent->balance -= weight_of(side);
		if (parent->balance == -2 * weight_of(side))
			parent = rebalance(tree, parent, !side);
		if (parent->balance != 0 || !parent->parent)
			return;
		side = side_of(parent);
		parent = parent->parent;
	}
}

static struct tn_tree_node *outermost(struct tn_tree_node *node, unsigned side)
{
	while (node && node->child[side])
		node = node->child[side];
	return node;
}

static struct tn_tree_node *neighbour(const struct tn_tree_node *node, unsigned side)
{
	if (node->child[side])
		return outermost(node->child[side], !side);
	while (node->parent && side_of(node) == side)
		node = node->parent;
	return node->parent;
}

/* The first node that the key stands before, or, where equal nodes count, not behind. */
static struct tn_tree_node *bound(const struct tn_tree *tree, const void *key, bool equal_counts)
{
	struct tn_tree_node *node = tree->root, *best = NULL;
	while (node) {
		int order = tree->order(key, node);
		bool behind = order > 0 || (order == 0 && !equal_counts);
		if (!behind)
			best = node;
		node = node->child[behind];
	}
	return best;
}

void tn_tree_add(struct tn_tree *tree, const void *key, struct tn_tree_node *node)
{
	struct tn_tree_node *parent = NULL, **link = &tree->root;
	while (*link) {
		parent = *link;
		link = &parent->child[tree->order(key, parent) >= 0];
	}
	node->child[0] = node->child[1] = NULL;
	node->parent = parent;
	node->balance = 0;
	*link = node;
	rise(tree, node);
}

tn_error tn_tree_insert(struct tn_tree *tree, const void *key, struct tn_tree_node *node)
{
	if (tn_tree_find(tree, key))
		return TN_ERR_CONFLICT;
	tn_tree_add(tree, key, node);
	return TN_OK;
}

/* Puts the next node, which has no child before it, into the place of `node`, which has both. */
static void remove_inner(struct tn_tree *tree, struct tn_tree_node *node)
{
	struct tn_tree_node *next = outermost(node->child[1], 0), *lower = next->parent;
	unsigned side = side_of(next);
	if (lower == node) {
		lower = next;
	} else {
		replace(tree, next, next->child[1]);
		adopt(next, 1, node->child[1]);
	}
	adopt(next, 0, node->child[0]);
	next->balance = node->balance;
	replace(tree, node, next);
	sink(tree, lower, side);
}

void tn_tree_remove(struct tn_tree *tree, struct tn_tree_node *node)
{
	struct tn_tree_node *parent = node->parent;
	if (!parent && tree->root != node)
		return;
	if (node->child[0] && node->child[1]) {
		remove_inner(tree, node);
	} else {
		unsigned side = parent ? side_of(node) : 0;
		replace(tree, node, node->child[node->child[0] ? 0 : 1]);
		sink(tree, parent, side);
	}
	node->child[0] = node->child[1] = node->parent = NULL;
	node->balance = 0;
}

struct tn_tree_node *tn_tree_lower_bound(const struct tn_tree *tree, const void *key)
{
	return bound(tree, key, true);
}

struct tn_tree_node *tn_tree_upper_bound(const struct tn_tree *tree, const void *key)
{
	return bound(tree, key, false);
}

struct tn_tree_node *tn_tree_find(const struct tn_tree *tree, const void *key)
{
	struct tn_tree_node *node = tn_tree_lower_bound(tree, key);
	return node && tree->order(key, node) == 0 ? node : NULL;
}

struct tn_tree_node *tn_tree_first(const struct tn_tree *tree)
{
	return outermost(tree->root, 0);
}

struct tn_tree_node *tn_tree_last(const struct tn_tree *tree)
{
	return outermost(tree->root, 1);
}

struct tn_tree_node *tn_tree_next(const struct tn_tree_node *node)
{
	return neighbour(node, 1);
}

struct tn_tree_node *tn_tree_previous(const struct tn_tree_node *node)
{
	return neighbour(node, 0);
}
