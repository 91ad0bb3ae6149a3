/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The last lines of each client. */
#pragma once

#include <tenon/log.h>
#include <tenon/rom_server.h>

struct config {
	uint64_t clients;  /* how many have a share */
	uint64_t share;    /* bytes */
	uint64_t sessions; /* of one client */
	bool forward;
};

/* With mistakes in the configuration the component ends. */
struct config config_read(void);

/* A line as it is kept; label and text stand behind it. */
struct line {
	uint64_t number; /* across all clients */
	uint64_t ns;
	uint32_t label_length, text_length;
};

/*
 * What one client may use: a ring of lines. A client is what this server's parent calls it, the
 * first part of a label; what stands behind is the client's own to choose and gets it no more.
 */
struct share {
	struct share *next;
	char client[TN_LABEL_MAX + 1]; /* "": nobody's */
	uint64_t sessions;             /* open ones */
	uint64_t ended;                /* when the last one was closed: a line's number */
	uint64_t dropped;              /* lines that had to go */
	unsigned char *ring;
	uint64_t head, tail; /* free running, in bytes */
	uint64_t place;      /* of the next line to be rendered */
};

/* The client's share, kept or new; NULL: all are in use by others. */
struct share *share_of(const char *label);
TN_MUST_USE tn_error shares_init(const struct config *config);

/* Keeps a line; the oldest ones of the same share make room. */
void share_put(struct share *share, const char *label, const void *text, size_t length,
	       uint64_t ns);

/* All lines of all shares in order, as text from the heap; NULL: out of RAM. */
char *shares_render(size_t *length);
uint64_t shares_last_number(void);
