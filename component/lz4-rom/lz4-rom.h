/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The parts of lz4-rom: its configuration, a packed file (file.c), what is shown of it (pager.c).
 */
#pragma once

#include <tenon/config.h>
#include <tenon/list.h>
#include <tenon/lz4.h>
#include <tenon/rm.h>
#include <tenon/rom_server.h>

/* The ROM that tells how often what was done. */
#define STATE_ROM "state"

/* A packed file: a ROM that stays attached. */
struct file {
	const unsigned char *bytes;
	size_t size; /* of the file; of its content: */
	uint64_t content_size;
	struct tn_lz4_frame frame;
	uint32_t block_count;
	uint64_t *blocks;      /* where the head of each one is */
	unsigned char *packed; /* a copy of the block that is being unpacked */
};

/* Memory for one block of the content. */
struct frame {
	struct tn_list_node node; /* in `shown` or `hidden` */
	uint32_t block;
	bool is_shown;
};

/* A ROM that is served. */
struct rom {
	struct rom *next;
	char name[TN_LABEL_MAX + 1], file_name[TN_LABEL_MAX + 1];
	uint64_t memory_size; /* of all frames, in bytes */
	bool executable;
	struct file file;
	struct tn_rom_source source;
	/* What readers attach: */
	tn_rm_cap rm;
	tn_region_map_cap map;
	tn_dataspace_cap content;
	struct tn_signal faulted;
	tn_dataspace_cap memory; /* of the frames */
	unsigned char *at;
	struct frame *frames;
	uint32_t frame_count, frames_used;
	struct frame **frame_of;      /* by block */
	struct tn_list shown, hidden; /* frames, the first one longest so */
	uint32_t shown_count;
	uint64_t unpacked, shown_again, taken; /* how often */
};

/* In order; it stays. Ends the component if there are mistakes. */
struct rom *config_read(void);

/* All blocks are found. Errors: those of the ROM service, TN_ERR_FORMAT, out of RAM. */
tn_error file_open(struct file *file, const char *name);
/* The rest of a block that is shorter than others is zeroed. */
tn_error file_unpack(const struct file *file, uint32_t block, unsigned char *to);

tn_error pager_create(struct rom *rom, tn_rm_cap rm, struct tn_entrypoint *entrypoint);
