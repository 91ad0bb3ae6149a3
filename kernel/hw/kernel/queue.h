/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * A queue of threads: by priority, first in first out within one. Every operation takes the same
 * short time, however long the queue is.
 */
#pragma once

#include <stdint.h>
#include <hw/abi.h>

struct thread;

struct queue {
	uint32_t occupied;                   /* one bit for each priority */
	struct thread *first[HW_PRIORITIES]; /* rings */
};

/* -1 when empty, so that it compares below every priority. */
static inline int queue_top(const struct queue *queue)
{
	return 31 - (queue->occupied ? __builtin_clz(queue->occupied) : 32);
}

/* The thread must be in no queue. */
void queue_append(struct queue *queue, struct thread *thread);
void queue_prepend(struct queue *queue, struct thread *thread);

/* Take it out of the queue it is in. */
void queue_remove(struct thread *thread);

/* Take out the first of the highest priority; the queue must not be empty. */
struct thread *queue_pop(struct queue *queue);
