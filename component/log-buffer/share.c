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
	struct share *shares;
	uint64_t lines; /* ever put */
} all;

tn_error shares_init(const struct config *config)
{
	size_t size = (size_t)config->clients * sizeof(struct share);
	all.config = *config;
	all.shares = tn_heap_alloc(size);
	if (!all.shares)
		return TN_ERR_OUT_OF_RAM;
	memset(all.shares, 0, size);
	for (uint64_t i = 0; i < config->clients; i++) {
		all.shares[i].ring = tn_heap_alloc((size_t)config->share);
		if (!all.shares[i].ring)
			return TN_ERR_OUT_OF_RAM;
	}
	return TN_OK;
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
	for (uint64_t i = 0; i < all.config.clients; i++)
		if (tn_text_equal(all.shares[i].client, client))
			return &all.shares[i];
	return NULL;
}

/* One of nobody, or of the client that ended longest ago. */
static struct share *find_free(void)
{
	struct share *oldest = NULL;
	for (uint64_t i = 0; i < all.config.clients; i++) {
		struct share *share = &all.shares[i];
		if (!share->sessions && (!oldest || share->ended < oldest->ended))
			oldest = share;
	}
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

static void ring_write(struct share *share, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;
	for (size_t i = 0; i < length; i++)
		share->ring[share->head++ % all.config.share] = from[i];
}

static void ring_read(const struct share *share, uint64_t at, void *bytes, size_t length)
{
	unsigned char *to = bytes;
	for (size_t i = 0; i < length; i++)
		to[i] = share->ring[(at + i) % all.config.share];
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
	for (uint64_t i = 0; i < all.config.clients; i++)
		if (all.shares[i].dropped)
			text->length += tn_format(text->at + text->length, SUMMARY_MAX,
						  "%s: %llu lines dropped\n", all.shares[i].client,
						  (unsigned long long)all.shares[i].dropped);
}

/* The share whose line at its place is the oldest of all; NULL: all are at their end. */
static uint64_t next_line(const uint64_t *places, struct line *oldest)
{
	uint64_t found = all.config.clients;
	for (uint64_t i = 0; i < all.config.clients; i++) {
		struct line line;
		if (places[i] == all.shares[i].head)
			continue;
		ring_read(&all.shares[i], places[i], &line, sizeof(line));
		if (found != all.config.clients && line.number > oldest->number)
			continue;
		found = i;
		*oldest = line;
	}
	return found;
}

static void render_lines(struct text *text, uint64_t *places)
{
	struct line line = { 0, 0, 0, 0 };
	uint64_t i;
	for (i = 0; i < all.config.clients; i++)
		places[i] = all.shares[i].tail;
	while ((i = next_line(places, &line)) < all.config.clients) {
		put_line(text, &all.shares[i], places[i], &line);
		places[i] = line_end(&line, places[i]);
	}
}

char *shares_render(size_t *length)
{
	size_t clients = (size_t)all.config.clients;
	size_t room = clients * (2 * (size_t)all.config.share + SUMMARY_MAX) + PREFIX_MAX;
	struct text text = { tn_heap_alloc(room), 0 };
	uint64_t *places = tn_heap_alloc(clients * sizeof(*places));
	if (text.at && places) {
		put_dropped(&text);
		render_lines(&text, places);
		*length = text.length;
	} else {
		tn_heap_free(text.at);
		text.at = NULL;
	}
	tn_heap_free(places);
	return text.at;
}
