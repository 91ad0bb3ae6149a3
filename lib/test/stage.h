/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include <tenon/test.h>

/* Makes the component the stage, and starts the actor "main" with all that it can give away. */
void stage_open(struct tn_env *env, const char *binary);

/* Makes the component an actor. */
void actor_init(struct tn_env *env);
