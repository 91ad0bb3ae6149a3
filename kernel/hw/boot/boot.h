/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* From the boot loader to core's first instruction. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <hw/abi.h>

struct boot_range {
	uint64_t base, end;
};

struct boot_module {
	struct boot_range range;
	char name[48];
};

enum { BOOT_RANGES = 64, BOOT_MODULES = 41, BOOT_RSDP = 36 };

/* What the boot loader said, copied: its own structures lie somewhere in free memory. */
struct boot_machine {
	unsigned range_count, module_count;
	bool debug;                            /* the kernel's command line has the word "kdb" */
	struct boot_range ranges[BOOT_RANGES]; /* RAM, whole frames */
	struct boot_module modules[BOOT_MODULES];
	uint32_t rsdp_length; /* 0: to be searched for, as on a PC with a BIOS */
	uint8_t rsdp[BOOT_RSDP];
	char options[128]; /* the command line's end, for core */
};

extern struct boot_machine boot_machine;

/* machine.c: what a loader tells, and that it is enough. RAM that cannot be used is left out. */
void boot_add_range(uint64_t base, uint64_t length);
void boot_add_module(uint64_t base, uint64_t end, const char *line, uint64_t length);
void boot_read_line(const char *line, uint64_t length); /* the kernel's own */
void boot_check_machine(void);

/* multiboot.c, multiboot2.c: by the protocol's version. */
void boot_read_multiboot(uint64_t info);
void boot_read_multiboot2(uint64_t info);

/* acpi.c */
struct apic_config;
void boot_find_apics(struct apic_config *config);

/* memory.c: all RAM gets its state, and memory can be allocated; it is the kernel's for good. */
void boot_setup_frames(void);
uint64_t boot_allocate(uint64_t bytes);

/* paging.c: the kernel's own page table, and what all user page tables have of the kernel. */
struct apic_config;
void boot_setup_paging(const struct apic_config *apics);

/* core.c: core's PD and first thread. */
struct thread *boot_create_core(uint64_t entry_tsc);

/* Called by boot.S, on the early page table. */
_Noreturn void boot_start(uint64_t info, uint64_t entry_tsc, uint32_t loader);

/* Symbols of link.ld, all page-aligned. */
extern uint8_t kernel_start[], kernel_text[], kernel_text_end[], kernel_data[], kernel_end[];
extern uint8_t kernel_stack_guard[]; /* entry.S */
extern uint8_t trampoline_text[], trampoline_text_end[];
extern uint8_t trampoline_tables[], trampoline_tables_end[];
extern uint8_t trampoline_data[], trampoline_data_end[];
