/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Ordered trees of nodes within the user's structures: what a sorted array would be, with
 * insertion and removal in logarithmic time.
 *
 * A static library. An AVL tree: with n nodes no path is longer than 1.44 log2(n + 2), and every
 * operation on the tree walks one path, without recursion. Nothing is allocated, nothing blocks.
 * Nothing here locks: one thread at a time, or many that only look.
 *
 * Ownership: a structure stays its user's; while its node is in a tree, it must neither move nor be
 * freed, nor may what it is ordered by change. A node is in one tree at a time.
 *
 * @code{.c}
 * #include <stdint.h>
 *
 * struct example_alarm {
 *         uint64_t time;
 *         struct tn_tree_node node;
 * };
 *
 * static int example_order(const void *key, const struct tn_tree_node *node)
 * {
 *         const uint64_t *time = (const uint64_t *)key;
 *         const struct example_alarm *alarm =
 *                 TN_CONTAINER_OF_CONST(node, struct example_alarm, node);
 *         return (*time > alarm->time) - (*time < alarm->time);
 * }
 *
 * static struct tn_tree example_alarms = TN_TREE_INIT(example_order);
 *
 * static void example_set(struct example_alarm *alarm, uint64_t time)
 * {
 *         tn_tree_remove(&example_alarms, &alarm->node); // nothing, if it was not set
 *         alarm->time = time;
 *         tn_tree_add(&example_alarms, &time, &alarm->node);
 * }
 *
 * // How many alarms are due before a time: they leave the tree.
 * static unsigned example_tree(uint64_t time)
 * {
 *         unsigned due = 0;
 *         struct tn_tree_node *node;
 *         while ((node = tn_tree_first(&example_alarms)) && example_order(&time, node) > 0) {
 *                 tn_tree_remove(&example_alarms, node);
 *                 due++;
 *         }
 *         return due;
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <tenon/container_of.h>
#include <tenon/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief What is ordered. Zeroed: in no tree. */
struct tn_tree_node {
	struct tn_tree_node *child[2]; /* private */
	struct tn_tree_node *parent;   /* private */
	int balance;                   /* private: height of child[1] less that of child[0] */
};

/**
 * @brief Less than 0, 0, or more than 0, as @p key stands before, at, or behind that of @p node.
 *
 * It is the user's, and has to be an order: nothing but that order suffers if it is not. Structures
 * that stand for ranges may be ordered such that ranges that overlap are equal.
 */
typedef int tn_tree_order(const void *key, const struct tn_tree_node *node);

/** @brief A tree. May be moved. */
struct tn_tree {
	struct tn_tree_node *root; /* private */
	tn_tree_order *order;      /* what tn_tree_init() was given */
};

/** @brief Initialises a static tree. */
#define TN_TREE_INIT(order) \
	{                   \
		NULL, order \
	}

/** @brief Makes an empty tree; forgets what was in it. */
static inline void tn_tree_init(struct tn_tree *tree, tn_tree_order *order)
{
	tree->root = NULL;
	tree->order = order;
}

/** @brief Whether nothing is in it. */
static inline bool tn_tree_empty(const struct tn_tree *tree)
{
	return !tree->root;
}

/**
 * @brief Puts in @p node, which is in no tree, unless there is one with an equal key.
 *
 * @param key    the node's own
 * @return TN_ERR_CONFLICT: there is; tn_tree_find() tells which
 */
TN_MUST_USE tn_error tn_tree_insert(struct tn_tree *tree, const void *key,
				    struct tn_tree_node *node);

/** @brief Puts in @p node, which is in no tree, behind those with an equal key. */
void tn_tree_add(struct tn_tree *tree, const void *key, struct tn_tree_node *node);

/** @brief Takes @p node out of @p tree. Does nothing if it is in none (zeroed or removed). */
void tn_tree_remove(struct tn_tree *tree, struct tn_tree_node *node);

/** @brief The first node with an equal key, NULL if there is none. */
struct tn_tree_node *tn_tree_find(const struct tn_tree *tree, const void *key);

/** @brief The first node that does not stand before @p key, NULL if all do. */
struct tn_tree_node *tn_tree_lower_bound(const struct tn_tree *tree, const void *key);

/** @brief The first node that stands behind @p key, NULL if none does. */
struct tn_tree_node *tn_tree_upper_bound(const struct tn_tree *tree, const void *key);

/** @brief The first node, NULL if the tree is empty. */
struct tn_tree_node *tn_tree_first(const struct tn_tree *tree);

/** @brief The last node, NULL if the tree is empty. */
struct tn_tree_node *tn_tree_last(const struct tn_tree *tree);

/** @brief What follows @p node, which is in a tree; NULL if it is the last one. All nodes in turn
 * take linear time. */
struct tn_tree_node *tn_tree_next(const struct tn_tree_node *node);

/** @brief What stands before @p node, which is in a tree; NULL if it is the first one. */
struct tn_tree_node *tn_tree_previous(const struct tn_tree_node *node);

#ifdef __cplusplus
}
#endif
