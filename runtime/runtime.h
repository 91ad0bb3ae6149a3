/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the parts of the generic runtime know of each other. */
#pragma once

#include <base/shared.h>
#include <runtime/port.h>
#include <tenon/component.h>

/* Exported as part of the ABI; everything else is hidden. */
#define ABI __attribute__((visibility("default")))

struct tn_env {
	tn_parent_cap parent;
	tn_pd_cap pd;
	tn_log_cap log;
	tn_rom_cap binary;
	uint32_t flags;
	char name[TN_LABEL_MAX + 1];
};

extern struct tn_env runtime_env;

/* Each component has one entrypoint so far: that of its first thread. */
extern struct tn_entrypoint runtime_entrypoint;

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
 * Takes over a transfer, if there is one: how many handles. They count as received only after
 * caps_received(), which may call core: not while a message buffer is in use.
 */
uint32_t cap_take(struct tn_transfer *transfer, tn_handle *handles);
/* On an error those that could not be noted are given back and 0; the others are held. */
TN_MUST_USE tn_error caps_received(tn_handle *handles, uint32_t count);
/* caps_received() will not call anybody. */
bool caps_have_room(const tn_handle *handles, uint32_t count);
void caps_release(const tn_handle *handles, uint32_t count);
bool cap_held(tn_handle handle);
/* TN_ERR_CAPABILITY: not held. TN_ERR_DEADLOCK: an object of this component's own entrypoint. */
tn_error cap_callable(tn_handle handle);
void cap_set_own(tn_handle handle);
/* The entry is gone at core already. */
void cap_forget(tn_handle handle);

/* -- entrypoint.c -- */
TN_NO_RETURN void entrypoint_serve(void);

/* -- start.c -- */

/* Logs the line and ends the component with TN_EXIT_CANNOT_LOAD. */
TN_NO_RETURN void cannot_start(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum { TN_EXIT_CANNOT_LOAD = 127 };

/* -- linker: loads executable and libraries, resolves, calls initialisers; returns the entry -- */
typedef void (*component_entry)(struct tn_env *env);
component_entry linker_load(const char *name, tn_rom_cap binary);
/* Finalisers of all that was loaded, last first. */
void linker_finish(void);
