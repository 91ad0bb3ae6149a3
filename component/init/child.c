/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A child's start and end, as init sees them. */

#include "init.h"

#include <tenon/text.h>

/* The runtime's. It says why, if it could get as far as that. */
enum { EXIT_NOT_LOADED = 127 };

static const char *const not_loaded =
	": could not be loaded; the loader says why, or caps= and ram= "
	"are too low for it";

struct child *child_create(const char *name)
{
	struct child *child = tn_heap_alloc(sizeof(*child));
	if (!child)
		return NULL;
	__builtin_memset(child, 0, sizeof(*child));
	tn_text_copy_cut(child->name, sizeof(child->name), name);
	child->state = CHILD_WAITING; /* who asks for it before its start will find it */
	tn_list_append(&init.children, &child->in_all);
	return child;
}

void child_free(struct child *child)
{
	tn_list_remove(&child->in_all);
	tn_list_remove(&child->in_waiting);
	tn_heap_free(child);
}

/* -- start -- */

static void serve_config(struct child *child)
{
	const struct tn_kdl_string *text = &child->start->config;
	if (!text->at)
		return;
	tn_error error = rom_serve(&child->config);
	if (error == TN_OK)
		error = rom_publish(&child->config, text->at, text->len);
	if (error != TN_OK)
		tn_log("%s gets no configuration: %s", child->name, tn_error_text(error));
}

static bool may_restart(const struct start *start)
{
	return start->on_exit.action == END_RESTART || start->on_fault.action == END_RESTART;
}

static bool is_restricted(const struct start *start)
{
	return start->priority < TN_PRIORITY_MAX || start->cpus != UINT64_MAX;
}

void child_start(struct child *child)
{
	const struct start *start = child->start;
	tn_list_remove(&child->in_waiting);
	child->start_again = false;
	tn_text_copy_cut(child->binary, sizeof(child->binary), start->binary);
	child->quota = start->quota;
	serve_config(child);
	child->tn = (struct tn_child){ .name = child->name,
				       .binary = child->binary,
				       .quota = start->quota,
				       .restricted = is_restricted(start),
				       .priority = start->priority,
				       .cpus = start->cpus,
				       .permit_execute = start->permit_execute };
	child->state = CHILD_UP;
	child->starts++;
	child->started_ns = may_restart(start) ? clock_now() : 0;
	tn_child_start(&init.family, &child->tn);
}

/* -- end -- */

static const char *fault_text(uint32_t kind)
{
	static const char *const texts[] = {
		[TN_FAULT_NONE] = "ended by core",
		[TN_FAULT_READ] = "read",
		[TN_FAULT_WRITE] = "write",
		[TN_FAULT_EXECUTE] = "execute",
		[TN_FAULT_INSTRUCTION] = "illegal instruction",
		[TN_FAULT_ARITHMETIC] = "arithmetic",
		[TN_FAULT_BREAKPOINT] = "breakpoint",
		[TN_FAULT_KERNEL_ENTRY] = "kernel entry",
		[TN_FAULT_OTHER] = "other",
		[TN_FAULT_STACK] = "stack overflow",
		[TN_FAULT_UNMAP] = "memory not given up",
	};
	return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "unknown";
}

static void log_not_started(const struct child *child)
{
	struct tn_accounts own = { 0, 0, 0, 0 };
	tn_error error = tn_pd_accounts(tn_env_pd(init.env), &own);
	if (error != TN_OK)
		own = (struct tn_accounts){ 0, 0, 0, 0 };
	tn_log("%s could not be started from ROM %s with ram=%llu caps=%llu (init has ram=%llu "
	       "caps=%llu): %s",
	       child->name, child->binary, (unsigned long long)child->quota.ram,
	       (unsigned long long)child->quota.caps,
	       (unsigned long long)(own.ram_limit - own.ram_used),
	       (unsigned long long)(own.caps_limit - own.caps_used),
	       tn_error_text(child->end.error));
}

static void log_end(const struct child *child)
{
	const struct tn_child_end *end = &child->end;
	switch (end->cause) {
	case TN_CHILD_EXITED:
		tn_log("%s exited with value %d%s", child->name, end->value,
		       end->value == EXIT_NOT_LOADED ? not_loaded : "");
		return;
	case TN_CHILD_FAULTED:
		tn_log("%s faulted (%s, address 0x%llx, instruction 0x%llx): "
		       "removed, the rest runs on",
		       child->name, fault_text(end->fault.kind),
		       (unsigned long long)end->fault.address,
		       (unsigned long long)end->fault.instruction);
		return;
	case TN_CHILD_NOT_STARTED:
		log_not_started(child);
		return;
	default:
		tn_log("%s was ended", child->name);
	}
}

void child_ended(void *self, struct tn_child *tn, const struct tn_child_end *end)
{
	struct child *child = child_of(tn);
	(void)self;
	child->state = CHILD_DOWN;
	child->end = *end;
	rom_stop(&child->config);
	rom_stop(&child->status);
	log_end(child);
	if (!child->start)
		child_free(child); /* the scenario knows it no more */
	else if (child->start_again)
		child_start(child);
	else
		restart_or_end(child);
}
