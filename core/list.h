/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Doubly linked lists whose nodes are part of what they link. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_node {
	struct list_node *next, *previous;
};

struct list {
	struct list_node head;
};

#define list_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *list)
{
	list->head.next = list->head.previous = &list->head;
}

static inline bool list_empty(const struct list *list)
{
	return list->head.next == &list->head;
}

static inline struct list_node *list_first(struct list *list)
{
	return list_empty(list) ? NULL : list->head.next;
}

static inline struct list_node *list_next(struct list *list, struct list_node *node)
{
	return node->next == &list->head ? NULL : node->next;
}

static inline void list_insert_before(struct list_node *position, struct list_node *node)
{
	node->next = position;
	node->previous = position->previous;
	position->previous->next = node;
	position->previous = node;
}

static inline void list_append(struct list *list, struct list_node *node)
{
	list_insert_before(&list->head, node);
}

/* Fine for a node that is in no list (zeroed or removed before). */
static inline void list_remove(struct list_node *node)
{
	if (!node->next)
		return;
	node->previous->next = node->next;
	node->next->previous = node->previous;
	node->next = node->previous = NULL;
}
