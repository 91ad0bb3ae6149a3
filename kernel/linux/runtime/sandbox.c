/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What is not on the list of system calls is a fault of the component, which core reports.
 * Installed before its first instruction.
 */
#include "local.h"
#include <filter.h>
#include <tenon/pd.h>

void sandbox_close(void)
{
	struct sock_filter code[sizeof(linux_filter) / sizeof(linux_filter[0])];
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	__builtin_memcpy(code, linux_filter, sizeof(code));
	if (linux_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		fault_report(TN_FAULT_OTHER, 0, (uint64_t)sandbox_close, 0, 0);
}

void port_init(void)
{
	faults_init();
	sandbox_close();
}
