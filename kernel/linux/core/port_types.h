/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* This port's part of core's structures. */
#pragma once

#include "files.h"
#include <stdint.h>
#include <tenon/error.h>
#include <tenon/list.h>

struct pd;
struct link;
struct unmap;

struct port_memory {
	struct file file;
	bool sealed;
	uint64_t pages;
	void *view;
};

/* What core's epoll instance watches. */
enum watch_kind {
	WATCH_CORE_LINK, /* requests of a PD to core */
	WATCH_LISTENER,  /* system calls that core decides about */
	WATCH_PROCESS,   /* its end */
	WATCH_LAUNCHER,  /* hands over the listener */
	WATCH_OF_PD,
	WATCH_TIMER = WATCH_OF_PD,
	WATCH_SIGNALS,
	WATCH_CONSOLE,
	WATCH_KEEPER, /* the end of one */
};

struct port_watch {
	enum watch_kind kind;
	struct pd *pd;
};

struct port_pd {
	struct file caps, grants, records;
	struct file core_event; /* its channel to core */
	struct file process, listener, launcher;
	bool faulted, stopped;
	unsigned char *records_view; /* LAYOUT_CHANNELS */
	uint32_t records_pages;
	uint32_t grant_count, free_grant, serial; /* of the grant table; free_grant 0: none */
	uint64_t first_numbers, *more_numbers;    /* client channel numbers in use */
	uint32_t links_end[2]; /* by side: no channel had this number yet, or more */
	struct port_watch watch[WATCH_OF_PD];
	struct tn_list_node in_processes;
	/* Memory that it has to give up, and replies that wait for others to; see unmap.c. */
	struct tn_list unmaps;
	uint32_t awaited; /* unmaps of others that its request waits for */
	struct {
		bool held;
		uint32_t sequence, length, cap_count;
		tn_error status;
	} reply;
	uint32_t pieces; /* of managed dataspaces that may be mapped */
};

struct port_thread {
	struct file private;                   /* LINUX_PRIVATE_... */
	struct file epoll;                     /* of its entrypoint */
	unsigned char *view;                   /* of the private one */
	uint32_t tid;                          /* as Linux calls it; 0: not known yet */
	bool cloned;                           /* has been let come into being */
	uint64_t stack_pointer, frame_pointer; /* when it faulted; 0: it has not */
	/* It may still be about to map a piece that it was granted; 0: no. */
	uint64_t mapping;
	struct unmap *unmap; /* what it was told to give up */
	bool unmapped;       /* and has */
};

struct port_channel {
	struct file memory, event;
	uint32_t number;   /* at the client */
	struct link *view; /* if core is the client */
};

struct port_cap {
	uint32_t grant, serial; /* at the server; 0: none */
};

struct port_object {
	uint64_t reserved;
};

struct port_region {
	bool mapped;
	uint64_t low, high; /* managed: what may be mapped lies between */
	uint32_t pieces;    /* managed: so many mappings at most */
};
