/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signs of life: a component lets its main entrypoint answer its parent's heartbeats. A static
 * library above the parent interface.
 *
 * The answer says that the main entrypoint has come to it, no more and no less: a component that
 * loops, or that waits in a call for somebody who does not answer, misses beats. Nothing waits for
 * an answer; what follows from missing ones is the parent's policy (component/monitor). Costs one
 * signal, and one capability at the parent.
 *
 * @code{.c}
 * void component_construct(struct tn_env *env)
 * {
 *         static struct tn_heartbeat heartbeat;
 *         if (tn_heartbeat_answer(&heartbeat, env) != TN_OK)
 *                 tn_exit(1);
 *         // Returning, the thread serves the main entrypoint: beats are answered there.
 * }
 * @endcode
 */
#pragma once

#include <tenon/component.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The memory stays the caller's, until tn_heartbeat_end(). */
struct tn_heartbeat {
	/* private: */
	struct tn_env *env;
	struct tn_signal beat;
};

/* From now on beats are answered. Errors: out of RAM or capabilities. */
TN_MUST_USE tn_error tn_heartbeat_answer(struct tn_heartbeat *heartbeat, struct tn_env *env);
/* No longer: the parent sees beats that are not answered. */
void tn_heartbeat_end(struct tn_heartbeat *heartbeat);

#ifdef __cplusplus
}
#endif
