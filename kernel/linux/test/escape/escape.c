/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "attack.h"
#include <test/attack/judge.c>

void component_construct(struct tn_env *env)
{
	static const struct attack *const lists[] = { call_attacks,    mapping_attacks,
						      channel_attacks, core_attacks,
						      rogue_attacks,   page_attacks,
						      number_attacks,  NULL };
	attack_main(env, "test-escape", lists);
}
