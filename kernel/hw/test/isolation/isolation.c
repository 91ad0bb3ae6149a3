/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "attack.h"
#include <test/attack/judge.c>

tn_error raw_message(tn_handle to, uint16_t opcode, uint32_t length, uint32_t caps)
{
	struct hw_result r = hw_call2(HW_CALL, to, hw_tag(opcode, length, caps, 0));
	HOLDS(r.status == HW_OK);
	return tn_error_of(HW_TAG_STATUS(r.rsi));
}

void component_construct(struct tn_env *env)
{
	static const struct attack *const lists[] = {
		entry_attacks,      capability_attacks,  message_attacks,
		memory_attacks,     page_attacks,        rogue_attacks,
		exhaustion_attacks, instruction_attacks, NULL,
	};
	attack_main(env, "test-isolation", lists);
}
