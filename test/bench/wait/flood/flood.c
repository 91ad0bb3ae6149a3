/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Writes more to the log than anybody reads. */
#include "../wait.h"

enum { LINES = 5000 };

void component_construct(struct tn_env *env)
{
	char line[200];
	(void)env;
	__builtin_memset(line, 'x', sizeof(line));
	wait_cap wait = wait_open();
	bench_check(wait_begin(wait), "begin");
	for (unsigned i = 0; i < LINES; i++)
		tn_log_line(line, sizeof(line));
	bench_check(wait_end(wait, "core.wait.log-flood"), "end");
	tn_exit(0);
}
