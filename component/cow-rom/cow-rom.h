/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The parts of cow-rom: its configuration, and what one client sees of a ROM (view.c). */
#pragma once

#include <tenon/config.h>
#include <tenon/rm.h>
#include <tenon/session.h>

/* What a session costs, and each page of it that is written: README.md has it for users. */
#define SESSION_RAM   ((uint64_t)48 << 10)
#define SESSION_CAPS  16u
#define DONATION_RAM  ((uint64_t)24 << 10) /* of each donation, beside the pages */
#define DONATION_CAPS 2u
#define PAGE_RAM      ((uint64_t)6 << 10)

/* A ROM that is served: the original, which nobody writes to. */
struct rom {
	struct rom *next;
	char name[TN_LABEL_MAX + 1], file_name[TN_LABEL_MAX + 1];
	tn_dataspace_cap original;
	const unsigned char *at;
	uint64_t size; /* bytes; the dataspace has whole pages */
	uint32_t pages;
};

/* Memory for copies, of one donation. */
struct pool {
	struct pool *next;
	tn_dataspace_cap memory; /* handle 0: not needed yet */
	unsigned char *at;
	uint32_t pages, used;
};

enum page_state { PAGE_SHARED, PAGE_WANTED, PAGE_COPIED };

/* What one client sees. */
struct view {
	const struct rom *rom;
	tn_rm_cap rm;
	tn_region_map_cap map;
	tn_dataspace_cap content;
	struct tn_signal faulted;
	struct pool *pools;
	bool gone;            /* it has failed: the client faults */
	bool has_wanted;      /* pages that are not paid for */
	unsigned char *pages; /* enum page_state of each */
};

/* In order; it stays. Ends the component if there are mistakes. */
struct rom *config_read(void);

/* What the quota pays for; more quota is added by view_donate(). */
tn_error view_open(struct view *view, const struct rom *rom, tn_rm_cap rm,
		   struct tn_entrypoint *entrypoint, struct tn_quota quota);
/* Pages that wait for it are copied. */
void view_donate(struct view *view, struct tn_quota quota);
/* Whatever of it there is. */
void view_close(struct view *view);
