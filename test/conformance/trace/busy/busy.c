/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* As "busy" it computes for ever, under any other name it does nothing. */

#include <tenon/component.h>
#include <tenon/text.h>

void component_construct(struct tn_env *env)
{
	volatile bool busy = tn_text_equal(tn_env_name(env), "busy");
	while (busy)
		;
}
