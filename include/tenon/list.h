/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief Lists (doubly linked) and queues (singly linked) of nodes within the user's structures.
 *
 * Everything takes constant time, allocates nothing, cannot fail and does not block. Nothing here
 * locks: one thread at a time.
 *
 * Ownership: a structure stays its user's; while its node is linked, it must neither move nor be
 * freed. A node is in one list or queue at a time; to be in several, a structure has several nodes.
 *
 * @code{.c}
 * struct example_job {
 *         int number;
 *         struct tn_list_node waiting;
 * };
 *
 * // Takes all jobs up to a number off the list; removing the current one is fine like this.
 * static int example_list(struct tn_list *jobs, int number)
 * {
 *         int taken = 0;
 *         struct tn_list_node *next;
 *         for (struct tn_list_node *node = tn_list_first(jobs); node; node = next) {
 *                 struct example_job *job = TN_CONTAINER_OF(node, struct example_job, waiting);
 *                 next = tn_list_next(jobs, node);
 *                 if (job->number > number)
 *                         continue;
 *                 tn_list_remove(node);
 *                 taken++;
 *         }
 *         return taken;
 * }
 * @endcode
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <tenon/container_of.h>

/** @brief What is linked. Zeroed: in no list. */
struct tn_list_node {
	struct tn_list_node *next, *previous; /* private */
};

/** @brief A list. To be initialised before use; must not move afterwards. */
struct tn_list {
	struct tn_list_node head; /* private */
};

/** @brief Initialises a static list: `static struct tn_list jobs = TN_LIST_INIT(jobs);` */
#define TN_LIST_INIT(list)                         \
	{                                          \
		{                                  \
			&(list).head, &(list).head \
		}                                  \
	}

/** @brief Makes an empty list; forgets what was in it. */
static inline void tn_list_init(struct tn_list *list)
{
	list->head.next = list->head.previous = &list->head;
}

/** @brief Whether nothing is in it. */
static inline bool tn_list_empty(const struct tn_list *list)
{
	return list->head.next == &list->head;
}

/** @brief Whether the node is in a list; it must have been zeroed once. */
static inline bool tn_list_linked(const struct tn_list_node *node)
{
	return node->next;
}

/** @brief The first node, NULL if the list is empty. */
static inline struct tn_list_node *tn_list_first(const struct tn_list *list)
{
	return tn_list_empty(list) ? NULL : list->head.next;
}

/** @brief The last node, NULL if the list is empty. */
static inline struct tn_list_node *tn_list_last(const struct tn_list *list)
{
	return tn_list_empty(list) ? NULL : list->head.previous;
}

/** @brief What follows @p node in @p list, NULL if it is the last one. */
static inline struct tn_list_node *tn_list_next(const struct tn_list *list,
						const struct tn_list_node *node)
{
	return node->next == &list->head ? NULL : node->next;
}

/** @brief What stands before @p node in @p list, NULL if it is the first one. */
static inline struct tn_list_node *tn_list_previous(const struct tn_list *list,
						    const struct tn_list_node *node)
{
	return node->previous == &list->head ? NULL : node->previous;
}

/** @brief Puts @p node, which is in no list, before @p position, which is in one. */
static inline void tn_list_insert_before(struct tn_list_node *position, struct tn_list_node *node)
{
	/* NOLINTBEGIN(clang-analyzer-core.NullDereference): whoever is in a list has neighbours. */
	node->next = position;
	node->previous = position->previous;
	position->previous->next = node;
	position->previous = node;
	/* NOLINTEND(clang-analyzer-core.NullDereference) */
}

/** @brief Puts @p node, which is in no list, behind @p position, which is in one. */
static inline void tn_list_insert_after(struct tn_list_node *position, struct tn_list_node *node)
{
	tn_list_insert_before(position->next, node);
}

/** @brief Puts @p node, which is in no list, behind all others. */
static inline void tn_list_append(struct tn_list *list, struct tn_list_node *node)
{
	tn_list_insert_before(&list->head, node);
}

/** @brief Puts @p node, which is in no list, before all others. */
static inline void tn_list_prepend(struct tn_list *list, struct tn_list_node *node)
{
	tn_list_insert_after(&list->head, node);
}

/** @brief Takes @p node out of its list. Does nothing if it is in none (zeroed or removed). */
static inline void tn_list_remove(struct tn_list_node *node)
{
	if (!node->next)
		return;
	node->previous->next = node->next;
	node->next->previous = node->previous;
	node->next = node->previous = NULL;
}

/** @brief Takes the first node out; NULL if the list is empty. */
static inline struct tn_list_node *tn_list_take_first(struct tn_list *list)
{
	struct tn_list_node *node = tn_list_first(list);
	if (node)
		tn_list_remove(node);
	return node;
}

/** @brief Moves all nodes of @p from, in their order, to the end of @p list, which is another. */
static inline void tn_list_append_all(struct tn_list *list, struct tn_list *from)
{
	struct tn_list_node *first = from->head.next, *last = from->head.previous;
	if (tn_list_empty(from))
		return;
	first->previous = list->head.previous;
	list->head.previous->next = first;
	last->next = &list->head;
	list->head.previous = last;
	tn_list_init(from);
}

/** @brief What is queued. */
struct tn_queue_node {
	struct tn_queue_node *next; /* private */
};

/**
 * @brief First in, first out: half a list's memory, for nodes that leave in the order they came.
 *
 * Zeroed: empty. May be moved.
 */
struct tn_queue {
	struct tn_queue_node *first, *last; /* private */
};

/** @brief Whether nothing is in it. */
static inline bool tn_queue_empty(const struct tn_queue *queue)
{
	return !queue->first;
}

/** @brief The next node to be taken, which stays; NULL if there is none. */
static inline struct tn_queue_node *tn_queue_first(const struct tn_queue *queue)
{
	return queue->first;
}

/** @brief The node behind @p node; NULL if it is the last one. */
static inline struct tn_queue_node *tn_queue_next(const struct tn_queue_node *node)
{
	return node->next;
}

/** @brief Puts @p node, which is in no queue, at the end. */
static inline void tn_queue_put(struct tn_queue *queue, struct tn_queue_node *node)
{
	node->next = NULL;
	if (queue->first)
		queue->last->next = node;
	else
		queue->first = node;
	queue->last = node;
}

/** @brief Puts @p node, which is in no queue, where it is the next one to be taken. */
static inline void tn_queue_put_first(struct tn_queue *queue, struct tn_queue_node *node)
{
	node->next = queue->first;
	if (!queue->first)
		queue->last = node;
	queue->first = node;
}

/** @brief Takes the first node out; NULL if there is none. */
static inline struct tn_queue_node *tn_queue_take(struct tn_queue *queue)
{
	struct tn_queue_node *node = queue->first;
	if (!node)
		return NULL;
	queue->first = node->next;
	node->next = NULL;
	return node;
}
