/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the parts of the generic runtime know of each other. */
#pragma once

#include <base/shared.h>
#include <runtime/port.h>
#include <tenon/component.h>
#include <tenon/thread.h>

/* Exported as part of the ABI; everything else is hidden. */
#define ABI __attribute__((visibility("default")))

struct tn_env {
	tn_parent_cap parent;
	tn_pd_cap pd;
	tn_log_cap log;
	tn_rom_cap binary;
	tn_cpu_cap cpu;
	uint32_t flags;
	char name[TN_LABEL_MAX + 1];
};

extern struct tn_env runtime_env;

/* Of the first thread; and the calling thread's own. */
extern struct tn_entrypoint runtime_entrypoint;
struct tn_entrypoint *current_entrypoint(void);

/* The calling thread's page, found by its stack pointer. */
static inline uint32_t thread_index(void)
{
	char here;
	return (uint32_t)(((uintptr_t)&here - LAYOUT_STACKS) / LAYOUT_STACK_SLOT);
}

static inline struct tn_thread_page *thread_page(void)
{
	return (struct tn_thread_page *)(LAYOUT_THREAD_PAGES + thread_index() * TN_PAGE_SIZE);
}

/* -- capability.c: the count of what was received and of who holds it -- */

/* Notes that core has delivered the handle (0 is fine). On failure it is given back. */
TN_MUST_USE tn_error cap_received(tn_handle handle);
/*
 * Takes over the transfer with that mark, if it is there: how many handles. They count as received
 * only after caps_received(), which may call core: not while a message buffer is in use.
 */
uint32_t cap_take(struct tn_transfer *transfer, uint8_t mark, uint32_t origin, tn_handle *handles);
/* On an error those that could not be noted are given back and 0; the others are held. */
TN_MUST_USE tn_error caps_received(tn_handle *handles, uint32_t count);
/* caps_received() will not call anybody. */
bool caps_have_room(const tn_handle *handles, uint32_t count);
void caps_release(const tn_handle *handles, uint32_t count);
bool cap_held(tn_handle handle);
/* TN_ERR_CAPABILITY: not held. TN_ERR_DEADLOCK: an object of the thread's own entrypoint. */
TN_MUST_USE tn_error cap_callable(tn_handle handle);
void cap_set_own(tn_handle handle, uint32_t thread);
/* The entry is gone at core already. */
void cap_forget(tn_handle handle);

/* -- entrypoint.c -- */

struct entry {
	void *target; /* struct tn_object or struct tn_signal; NULL: free */
	uint32_t generation;
	bool is_signal;
};

enum { FIRST_ENTRIES = 16 };

/* The lock is held for tables and lists, never while a handler runs. */
struct tn_entrypoint {
	uint32_t thread; /* that serves it */
	struct tn_mutex lock;
	struct entry *entries;
	uint32_t capacity;
	uint32_t free_from; /* no entry before it is free */
	/* Seen while somebody waited for another one; first in, first out. */
	struct tn_signal *pending, **pending_end;
	void *serving; /* whose handler runs; NULL: none */
	bool gone;     /* it was destroyed meanwhile */
	bool awaited;  /* somebody waits for its end */
	struct tn_condition idle;
	struct tn_signal stop;
	bool stopping;
	struct entry first_entries[FIRST_ENTRIES];
};

void entrypoint_init(struct tn_entrypoint *entrypoint, uint32_t thread);
/* Until it is stopped. */
void entrypoint_serve(struct tn_entrypoint *entrypoint);
/* Destroys all that it has; nobody serves it any more. */
void entrypoint_clear(struct tn_entrypoint *entrypoint);

/* -- heap.c; plain/heap_entry.c or, in a checked build, checked/heap_entry.c -- */
void *heap_take(size_t size);
void heap_give(void *block);
/* Faults if a block was written beyond, where that is checked. */
void heap_check(void);

/* -- session.c -- */
/* The thread of that entrypoint is gone. */
void sessions_forget(struct tn_entrypoint *entrypoint);

/* -- start.c -- */
/* Of the calling thread: first thing that it does. */
void announce_guard(void);

/* Logs the line and ends the component with TN_EXIT_CANNOT_LOAD. */
TN_NO_RETURN void cannot_start(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum { TN_EXIT_CANNOT_LOAD = 127 };

/* -- linker: loads executable and libraries, resolves, calls initialisers; returns the entry -- */
typedef void (*component_entry)(struct tn_env *env);
component_entry linker_load(const char *name, tn_rom_cap binary);
/* The file that the address is in, and where there; NULL: in none. */
const char *linker_find(uint64_t address, uint64_t *offset);
/* Finalisers of all that was loaded, last first. */
void linker_finish(void);
