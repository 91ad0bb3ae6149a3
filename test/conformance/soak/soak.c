/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "soak.h"

/* One executable for all; its name says who it is. */
void component_construct(struct tn_env *env)
{
	switch (tn_env_name(env)[0]) {
	case 'w':
		worker_play(env);
		return;
	case 'n':
		nest_play(env);
		return;
	default:
		director_play(env);
	}
}
