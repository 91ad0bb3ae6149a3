/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* A component's first instructions, and its last. */
#include <tenon/format.h>
#include <runtime/runtime.h>

struct tn_env runtime_env;

extern const char guarded_copy_begin[], guarded_copy_end[], guarded_copy_recover[];

void announce_guard(void)
{
	struct tn_thread_page *page = thread_page();
	page->guard_begin = (uintptr_t)guarded_copy_begin;
	page->guard_end = (uintptr_t)guarded_copy_end;
	page->guard_recover = (uintptr_t)guarded_copy_recover;
}

static tn_error get_environment(tn_handle parent)
{
	struct tn_env *env = &runtime_env;
	env->parent.handle = parent;
	tn_error error = cap_received(parent);
	if (error != TN_OK)
		return error;
	return tn_parent_environment(env->parent, &env->flags, env->name, &env->pd, &env->log,
				     &env->binary, &env->cpu);
}

/* Called by core's birth of the component, on the stack of the first thread. */
TN_NO_RETURN void runtime_entry(const struct tn_birth *birth);

TN_NO_RETURN void runtime_entry(const struct tn_birth *birth)
{
	port_init();
	entrypoint_init(&runtime_entrypoint, 0);
	announce_guard();
	tn_error error = get_environment(birth->parent);
	if (error != TN_OK)
		tn_exit(TN_EXIT_CANNOT_LOAD);
	component_entry construct = linker_load(runtime_env.name, runtime_env.binary);
	construct(&runtime_env);
	for (;;)
		entrypoint_serve(&runtime_entrypoint);
}

void cannot_start(const char *format, ...)
{
	char line[TN_LOG_MAX];
	va_list arguments;
	va_start(arguments, format);
	size_t n = tn_format_list(line, sizeof(line), format, arguments);
	va_end(arguments);
	tn_log_line(line, n < sizeof(line) ? n : sizeof(line) - 1);
	tn_exit(TN_EXIT_CANNOT_LOAD);
}

ABI tn_pd_cap tn_env_pd(struct tn_env *env)
{
	return env->pd;
}

ABI tn_cpu_cap tn_env_cpu(struct tn_env *env)
{
	return env->cpu;
}

ABI tn_parent_cap tn_env_parent(struct tn_env *env)
{
	return env->parent;
}

ABI struct tn_entrypoint *tn_env_entrypoint(struct tn_env *env)
{
	(void)env;
	return &runtime_entrypoint;
}

ABI const char *tn_env_name(struct tn_env *env)
{
	return env->name;
}

ABI void tn_exit(int value)
{
	heap_check();
	linker_finish();
	tn_error error = tn_parent_exit(runtime_env.parent, value);
	if (error != TN_OK && error != TN_ERR_GONE)
		__builtin_trap(); /* the parent hears of that */
	for (;;)                  /* until the parent has destroyed us */
		port_park(thread_index());
}
