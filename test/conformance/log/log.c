/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Lines that try to be more than lines. What is to be seen of them is in test.expected. */

#include <tenon/component.h>

void component_construct(struct tn_env *env)
{
	(void)env;
	tn_log("before \033[2J after");
	tn_log("one\n[core] two");
	tn_log("back\b\r\177 space\001");
	tn_log("tab\tstays");
	tn_exit(0);
}
