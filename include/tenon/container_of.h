/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/**
 * @file
 * @brief From a node to the structure that it is part of.
 *
 * Lists and trees are intrusive: they link nodes that their user has put into structures of its
 * own, so that linking needs no memory and cannot fail.
 *
 * @code{.c}
 * struct example_node {
 *         struct example_node *next;
 * };
 *
 * struct example_job {
 *         int number;
 *         struct example_node queued;
 * };
 *
 * static int example_number(struct example_node *node)
 * {
 *         return TN_CONTAINER_OF(node, struct example_job, queued)->number;
 * }
 * @endcode
 */
#pragma once

#include <stddef.h>

/**
 * @brief The structure of @p type whose @p member is at @p pointer, which must not be NULL.
 *
 * A pointer of a type other than the member's gives a compiler warning.
 */
#define TN_CONTAINER_OF(pointer, type, member)            \
	((void)sizeof((pointer) == &((type *)0)->member), \
	 (type *)(void *)((char *)(pointer)-offsetof(type, member)))

/** @brief The same for what is only looked at. */
#define TN_CONTAINER_OF_CONST(pointer, type, member)            \
	((void)sizeof((pointer) == &((const type *)0)->member), \
	 (const type *)(const void *)((const char *)(pointer)-offsetof(type, member)))
