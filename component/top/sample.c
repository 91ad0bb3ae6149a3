/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "sample.h"

#include <tenon/text.h>

/* Room for one more; twice as much when there is none. */
static tn_error make_room(void **array, size_t size, size_t count, size_t *room)
{
	if (count < *room)
		return TN_OK;
	size_t larger = *room ? 2 * *room : 64;
	void *copy = tn_heap_alloc(larger * size);
	if (!copy)
		return TN_ERR_OUT_OF_RAM;
	if (count)
		memcpy(copy, *array, count * size);
	tn_heap_free(*array);
	*array = copy;
	*room = larger;
	return TN_OK;
}

/* The order of threads is the same each time: what is looked for is found where the last one was,
 * or a little later. */
static uint64_t cpu_before(const struct threads *before, uint64_t id, size_t *hint)
{
	for (size_t i = 0; i < before->count; i++) {
		size_t at = (*hint + i) % before->count;
		if (before->at[at].id != id)
			continue;
		*hint = at;
		return before->at[at].cpu_ns;
	}
	return 0;
}

static tn_error add_line(struct sample *sample, const struct tn_trace_subject *subject)
{
	void *lines = sample->lines;
	tn_error error =
		make_room(&lines, sizeof(*sample->lines), sample->line_count, &sample->line_room);
	sample->lines = lines;
	if (error == TN_OK)
		sample->lines[sample->line_count++] = (struct line){ .subject = *subject };
	return error;
}

/* Threads of one component come one after the other. */
static tn_error add(struct sample *sample, const struct tn_trace_subject *subject, size_t *hint)
{
	struct line *line = sample->line_count ? &sample->lines[sample->line_count - 1] : NULL;
	struct threads *now = &sample->now;
	void *seen = now->at;
	tn_error error = make_room(&seen, sizeof(*now->at), now->count, &now->room);
	now->at = seen;
	if (error == TN_OK && (!line || !tn_text_equal(line->subject.label, subject->label)))
		error = add_line(sample, subject);
	if (error != TN_OK)
		return error;
	uint64_t before = cpu_before(&sample->before, subject->id, hint);
	line = &sample->lines[sample->line_count - 1];
	line->threads++;
	line->waiting += subject->waits;
	line->spent_ns += subject->cpu_ns > before ? subject->cpu_ns - before : 0;
	now->at[now->count++] = (struct seen){ subject->id, subject->cpu_ns };
	return TN_OK;
}

/* Insertion: between two samples the order changes little, and there are few. */
static void sort(struct sample *sample)
{
	for (size_t i = 1; i < sample->line_count; i++) {
		struct line line = sample->lines[i];
		size_t at = i;
		for (; at > 0 && sample->lines[at - 1].spent_ns < line.spent_ns; at--)
			sample->lines[at] = sample->lines[at - 1];
		sample->lines[at] = line;
	}
}

static void begin(struct sample *sample)
{
	struct threads before = sample->before;
	sample->before = sample->now;
	sample->now = before;
	sample->now.count = 0;
	sample->line_count = 0;
}

tn_error sample_take(struct sample *sample, tn_trace_cap trace)
{
	static struct tn_trace_subject page[TN_TRACE_PAGE];
	uint64_t cursor = 0;
	size_t hint = 0;
	begin(sample);
	do {
		size_t size = 0;
		tn_error error = tn_trace_read(trace, cursor, &cursor, page, &size);
		for (size_t i = 0; i < size / sizeof(page[0]) && error == TN_OK; i++)
			error = add(sample, &page[i], &hint);
		if (error != TN_OK)
			return error;
	} while (cursor);
	sort(sample);
	return TN_OK;
}
