/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "lists.h"
#include "../../attack/judge.c"

void component_construct(struct tn_env *env)
{
	static const struct attack *const lists[] = { exhaustion_attacks, session_attacks,
						      transfer_attacks,   memory_attacks,
						      time_attacks,       NULL };
	attack_main(env, "test-attack", lists);
}
