/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "queue.h"
#include "thread.h"

void queue_append(struct queue *queue, struct thread *thread)
{
	unsigned level = thread->effective;
	struct thread *first = queue->first[level];

	thread->queue = queue;
	thread->queue_level = (uint8_t)level;
	if (!first) {
		thread->next = thread->previous = thread;
		queue->first[level] = thread;
		queue->occupied |= 1u << level;
		return;
	}
	thread->next = first;
	thread->previous = first->previous;
	first->previous->next = thread;
	first->previous = thread;
}

void queue_prepend(struct queue *queue, struct thread *thread)
{
	queue_append(queue, thread);
	queue->first[thread->queue_level] = thread;
}

void queue_remove(struct thread *thread)
{
	struct queue *queue = thread->queue;
	unsigned level = thread->queue_level;

	thread->queue = NULL;
	if (thread->next == thread) {
		queue->first[level] = NULL;
		queue->occupied &= ~(1u << level);
		return;
	}
	thread->next->previous = thread->previous;
	thread->previous->next = thread->next;
	if (queue->first[level] == thread)
		queue->first[level] = thread->next;
}

struct thread *queue_pop(struct queue *queue)
{
	struct thread *thread = queue->first[queue_top(queue)];

	queue_remove(thread);
	return thread;
}
