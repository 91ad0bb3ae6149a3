/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What makes a tree one, for tests: looked at from outside, by recursion. */
#pragma once

#include <tenon/tree.h>

/* Height of the subtree, -1 if something is wrong in it. */
static inline int tree_subtree_height(const struct tn_tree_node *node)
{
	int left, right;
	if (!node)
		return 0;
	for (unsigned side = 0; side < 2; side++)
		if (node->child[side] && node->child[side]->parent != node)
			return -1;
	left = tree_subtree_height(node->child[0]);
	right = tree_subtree_height(node->child[1]);
	if (left < 0 || right < 0 || right - left != node->balance)
		return -1;
	if (node->balance < -1 || node->balance > 1)
		return -1;
	return 1 + (left > right ? left : right);
}

static inline int tree_height(const struct tn_tree *tree)
{
	return tree_subtree_height(tree->root);
}

static inline bool tree_is_sound(const struct tn_tree *tree)
{
	return (!tree->root || !tree->root->parent) && tree_height(tree) >= 0;
}
