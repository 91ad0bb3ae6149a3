/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The sessions of a server, found by the id that the runtime names them by. A server embeds the
 * node as the first member of its own structure.
 *
 * Ownership: nodes are the server's, and linked until removed. Nothing blocks, allocates or fails;
 * finding one takes time linear in their number: for servers with few clients.
 *
 * @code{.c}
 * struct example_session {
 *         struct tn_session_node node; // the first member
 *         uint64_t calls;
 * };
 *
 * static struct tn_session_node *example_sessions;
 *
 * static void example_opened(struct example_session *session, uint32_t id)
 * {
 *         tn_session_list_add(&example_sessions, &session->node, id);
 * }
 *
 * // NULL: there is no such session.
 * static struct example_session *example_closed(uint32_t id)
 * {
 *         return (void *)tn_session_list_remove(&example_sessions, id);
 * }
 * @endcode
 */
#pragma once

#include <tenon/types.h>

/* A session in the list. */
struct tn_session_node {
	struct tn_session_node *next; /* private; NULL behind the last */
	uint32_t id;                  /* as tn_service.open was told */
};

/* Adds a session that is in no list, under an id that is not in this one. */
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
