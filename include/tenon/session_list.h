/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The sessions of a server, found by the id that the runtime names them by. A server embeds the
 * node as the first member of its own structure.
 */
#pragma once

#include <tenon/types.h>

struct tn_session_node {
	struct tn_session_node *next;
	uint32_t id;
};

static inline void tn_session_list_add(struct tn_session_node **list, struct tn_session_node *node,
				       uint32_t id)
{
	node->id = id;
	node->next = *list;
	*list = node;
}

/* Takes the session out of the list; NULL if there is none. */
static inline struct tn_session_node *tn_session_list_remove(struct tn_session_node **list,
							     uint32_t id)
{
	struct tn_session_node *node;
	while (*list && (*list)->id != id)
		list = &(*list)->next;
	node = *list;
	if (node)
		*list = node->next;
	return node;
}
