/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Files that core has open for components: more of them than a process may have descriptors. Those
 * that were not used for long are with keepers: processes of core's own that share its memory, but
 * not its table of descriptors. Whoever needs one of these files again gets it back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All zero: none. Its address stays the same while it is open. */
struct file {
	int fd;          /* in core; 0: not there */
	int watched;     /* the descriptor by which an epoll instance knows it; 0: none does */
	int kept;        /* its number with the keeper */
	uint16_t keeper; /* 1 + index; 0: no keeper has it */
	uint64_t used;   /* the number of its last use */
};

/* Core itself has so many, and the last ones used; 0: what the limit of the process has room for.
 */
void files_init(uint64_t most);

/* A keeper has ended, which only others can do to it: so does the system. */
_Noreturn void files_keeper_lost(void);

/* Whether there may be new files: some descriptors stay free for those that come back. */
bool files_left(void);
/* Takes the descriptor over. */
void file_open(struct file *file, int fd);
/* Its descriptor, until 64 other files were used; -EBADF: it is not open. */
int file_fd(struct file *file);
void file_close(struct file *file);

static inline bool file_is_open(const struct file *file)
{
	return file->fd || file->keeper;
}

/* Like epoll_ctl(), in and out of one instance. A file is in one at most. */
long file_watch(int epoll, struct file *file, uint64_t data, uint32_t events);
void file_unwatch(int epoll, struct file *file);
