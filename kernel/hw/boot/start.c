/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "boot.h"
#include "console.h"
#include "cpu.h"
#include "debugger.h"
#include "multiboot.h"
#include "schedule.h"
#include "timer.h"

enum { SLICES_PER_SECOND = 100 };

_Noreturn void thread_return(void); /* entry.S: go on with `current` */

void boot_start(uint64_t info, uint64_t entry_tsc, uint32_t loader)
{
	struct apic_config apics;

	console_setup();
	cpu_setup_tables();
	cpu_setup_features();
	if (loader == MULTIBOOT2_LOADED)
		boot_read_multiboot2(info);
	else
		boot_read_multiboot(info);
	boot_check_machine();
	boot_setup_frames();
	boot_find_apics(&apics);
	boot_setup_paging(&apics);
	apic_setup(&apics);
	timer_setup();
	if (boot_machine.debug)
		debugger_setup();
	schedule_set_slice(timer_ticks_per_second() / SLICES_PER_SECOND);
	schedule_start(boot_create_core(entry_tsc));
	thread_return();
}
