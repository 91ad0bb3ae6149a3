/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stddef.h>
#include "test.h"

void test_main(const struct hw_boot_info *info);

/* Compilers expect these to exist. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *target = to;

	__asm__ volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memset(void *to, int value, size_t size)
{
	void *target = to;

	__asm__ volatile("rep stosb" : "+D"(target), "+c"(size) : "a"(value) : "memory");
	return to;
}

static void test_boot(const struct hw_boot_info *info)
{
	uint64_t first, second;

	EXPECT("boot-magic", info->magic == HW_BOOT_MAGIC, info->magic);
	EXPECT("boot-frames", frames_free_count() > 4096, frames_free_count());
	EXPECT("boot-module", info->module_count == 1 && info->modules[0].size != 0,
	       info->module_count);
	EXPECT("boot-clock", info->tsc_per_second > 100000000, info->tsc_per_second);
	first = HW(HW_TIME).rsi;
	second = HW(HW_TIME).rsi;
	EXPECT("time-runs", second > first && second - first < 1000000000, second - first);
	test_note("microseconds from the first instruction to core",
		  (__builtin_ia32_rdtsc() - info->kernel_entry_tsc) * 1000000 /
			  info->tsc_per_second);
}

/* The last word of the second module's command line tells how the test is meant to end. */
static bool asked_for(const struct hw_boot_info *info, const char *word)
{
	const char *name = info->modules[0].name;
	size_t length = 0, size = 0;

	while (name[length])
		length++;
	while (word[size])
		size++;
	for (size_t i = 1; i <= size && i <= length; i++)
		if (name[length - i] != word[size - i])
			return false;
	return length >= size;
}

/* A donated frame is out of core's reach: this ends with the kernel's value for core's faults. */
static void touch_donated_frame(void)
{
	uint64_t frame = frame_new();

	HW(HW_SIGNAL_FRAME, frame);
	*(volatile uint64_t *)window(frame) = 1;
	EXPECT("touch", false, frame);
}

void test_main(const struct hw_boot_info *info)
{
	frames_setup(info);
	child_setup(info);
	if (asked_for(info, "touch"))
		touch_donated_frame();
	test_boot(info);
	test_objects();
	test_mapping();
	test_denied();
	test_ipc();
	test_signals();
	test_death();
	test_faults();
	test_schedule();
	test_exhaustion();
	test_chaos();
	test_speed();
	test_hostile_core();
	test_note("failures", test_failures());
	HW(HW_SHUTDOWN, test_failures() ? 1 : 0);
}
