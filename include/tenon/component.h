/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What every component includes: its entry, its environment, its log.
 *
 * Nothing here fails. What belongs to the environment is borrowed: not to be released. But for
 * tn_exit() only tn_transcript() and tn_transcript_line() wait: for core, when its log is full.
 *
 * @code{.c}
 * void component_construct(struct tn_env *env)
 * {
 *         tn_log("hello, my name is %s", tn_env_name(env));
 *         tn_exit(0);
 * }
 * @endcode
 */
#pragma once

#include <tenon/capability.h>
#include <tenon/memory.h>
#include <tenon/parent.h>
#include <tenon/session.h>
#include <tenon/signal.h>

/* What the component was started with. Opaque. */
struct tn_env;

/*
 * Written by the component; called once, on its first thread, when it is loaded. When it returns,
 * that thread serves the main entrypoint.
 */
TN_EXTERN __attribute__((visibility("default"))) void component_construct(struct tn_env *env);

/* The environment: borrowed, valid for the component's whole life. */
TN_EXTERN tn_pd_cap tn_env_pd(struct tn_env *env);
TN_EXTERN tn_cpu_cap tn_env_cpu(struct tn_env *env);
TN_EXTERN tn_parent_cap tn_env_parent(struct tn_env *env);
TN_EXTERN struct tn_entrypoint *tn_env_entrypoint(struct tn_env *env);
/* The component's own name, as its parent calls it. */
TN_EXTERN const char *tn_env_name(struct tn_env *env);

/* Ends the component: tells the parent the value and sleeps until the parent destroys it. */
TN_EXTERN TN_NO_RETURN void tn_exit(int value);

/* One line of the log, without formatting; longer ones than TN_LOG_MAX are cut. Never waits. */
TN_EXTERN void tn_log_line(const char *text, size_t length);

/* The lossless way, for transcripts: waits until core has taken the whole line. */
TN_EXTERN void tn_transcript_line(const char *text, size_t length);

/*
 * Formatted log line: %s %d %i %u %x %c %p %% with l, ll, z, width, zero padding, and precision for
 * strings; from the static library, as nothing of it depends on the kernel. A newline is added.
 */
TN_EXTERN void tn_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
TN_EXTERN void tn_transcript(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Formats into a bounded buffer, always NUL terminated; returns the length it wanted. */
TN_EXTERN size_t tn_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
