/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "log-buffer.h"

#include <tenon/child.h>
#include <tenon/text.h>

/* What a line becomes is no longer than twice what it takes in the ring: the header is longer than
 * time, brackets and newline. */
enum { PREFIX_MAX = 40, SUMMARY_MAX = TN_LABEL_MAX + 64 };

static struct {
	struct config config;
	struct share *first;
	uint64_t lines; /* ever put */
} all;

static tn_error add_share(size_t ring)
{
	struct share *share = tn_heap_alloc(sizeof(*share));
	if (!share)
		return TN_ERR_OUT_OF_RAM;
	memset(share, 0, sizeof(*share));
	share->ring = tn_heap_alloc(ring);
	share->next = all.first;
	all.first = share;
	return share->ring ? TN_OK : TN_ERR_OUT_OF_RAM;
}

tn_error shares_init(const struct config *config)
{
	tn_error error = TN_OK;
	all.config = *config;
	for (uint64_t i = 0; i < config->clients && error == TN_OK; i++)
		error = add_share((size_t)config->share);
	return error;
}

uint64_t shares_last_number(void)
{
	return all.lines;
}

/* -- whose it is -- */

static void first_part(const char *label, char client[TN_LABEL_MAX + 1])
{
	const char *end = label;
	while (*end && !tn_text_starts_with(end, TN_LABEL_SEPARATOR))
		end++;
	memcpy(client, label, (size_t)(end - label));
	client[end - label] = 0;
}

static struct share *find(const char *client)
{
	struct share *share = all.first;
	while (share && !tn_text_equal(share->client, client))
		share = share->next;
	return share;
}

/* One of nobody, or of the client that ended longest ago. */
static struct share *find_free(void)
{
	struct share *oldest = NULL;
	for (struct share *share = all.first; share; share = share->next)
		if (!share->sessions && (!oldest || share->ended < oldest->ended))
			oldest = share;
	return oldest;
}

struct share *share_of(const char *label)
{
	char client[TN_LABEL_MAX + 1];
	first_part(label, client);
	struct share *share = find(client);
	if (share && client[0])
		return share;
	share = find_free();
	if (!share)
		return NULL;
	tn_text_copy_cut(share->client, sizeof(share->client), client);
	share->head = share->tail = share->dropped = 0;
	return share;
}

/* -- the ring -- */

/* What fits between a place and the ring's end. */
static size_t until_end(uint64_t at, size_t length)
{
	uint64_t left = all.config.share - at % all.config.share;
	return left < length ? (size_t)left : length;
}

static void ring_write(struct share *share, const void *bytes, size_t length)
{
	size_t first = until_end(share->head, length);
	memcpy(share->ring + share->head % all.config.share, bytes, first);
	memcpy(share->ring, (const unsigned char *)bytes + first, length - first);
	share->head += length;
}

static void ring_read(const struct share *share, uint64_t at, void *bytes, size_t length)
{
	size_t first = until_end(at, length);
	memcpy(bytes, share->ring + at % all.config.share, first);
	memcpy((unsigned char *)bytes + first, share->ring, length - first);
}

static uint64_t line_end(const struct line *line, uint64_t at)
{
	return at + sizeof(*line) + line->label_length + line->text_length;
}

static void drop_oldest(struct share *share)
{
	struct line line;
	ring_read(share, share->tail, &line, sizeof(line));
	share->tail = line_end(&line, share->tail);
	share->dropped++;
}

void share_put(struct share *share, const char *label, const void *text, size_t length, uint64_t ns)
{
	struct line line = { ++all.lines, ns, (uint32_t)tn_text_length(label), (uint32_t)length };
	uint64_t size = line_end(&line, 0);
	while (all.config.share - (share->head - share->tail) < size)
		drop_oldest(share);
	ring_write(share, &line, sizeof(line));
	ring_write(share, label, line.label_length);
	ring_write(share, text, line.text_length);
}

/* -- as text -- */

struct text {
	char *at;
	size_t length;
};

/* Nothing that moves on a terminal, and no line ends within a line. */
static void put(struct text *text, const struct share *share, uint64_t at, size_t length)
{
	char *to = text->at + text->length;
	ring_read(share, at, to, length);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)to[i] < ' ' || to[i] == 127)
			to[i] = ' ';
	text->length += length;
}

static void put_line(struct text *text, const struct share *share, uint64_t at,
		     const struct line *line)
{
	text->length += tn_format(text->at + text->length, PREFIX_MAX, "%llu.%06llu [",
				  (unsigned long long)(line->ns / 1000000000),
				  (unsigned long long)(line->ns / 1000 % 1000000));
	put(text, share, at + sizeof(*line), line->label_length);
	text->at[text->length++] = ']';
	text->at[text->length++] = ' ';
	put(text, share, at + sizeof(*line) + line->label_length, line->text_length);
	text->at[text->length++] = '\n';
}

static void put_dropped(struct text *text)
{
	for (const struct share *share = all.first; share; share = share->next)
		if (share->dropped)
			text->length += tn_format(text->at + text->length, SUMMARY_MAX,
						  "%s: %llu lines dropped\n", share->client,
						  (unsigned long long)share->dropped);
}

/* The share whose next line is the oldest of all; NULL: all are at their end. */
static struct share *next_line(struct line *oldest)
{
	struct share *found = NULL;
	for (struct share *share = all.first; share; share = share->next) {
		struct line line;
		if (share->place == share->head)
			continue;
		ring_read(share, share->place, &line, sizeof(line));
		if (found && line.number > oldest->number)
			continue;
		found = share;
		*oldest = line;
	}
	return found;
}

static void put_lines(struct text *text)
{
	struct line line = { 0, 0, 0, 0 };
	struct share *share;
	for (share = all.first; share; share = share->next)
		share->place = share->tail;
	while ((share = next_line(&line))) {
		put_line(text, share, share->place, &line);
		share->place = line_end(&line, share->place);
	}
}

char *shares_render(size_t *length)
{
	size_t each = 2 * (size_t)all.config.share + SUMMARY_MAX;
	struct text text = { tn_heap_alloc((size_t)all.config.clients * each + PREFIX_MAX), 0 };
	if (!text.at)
		return NULL;
	put_dropped(&text);
	put_lines(&text);
	*length = text.length;
	return text.at;
}
