/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "cpu.h"
#include "console.h"
#include "layout.h"

/* These live in the pages that user page tables hold too, see link.ld. */
#define TRAMPOLINE_TABLE __attribute__((section(".trampoline.tables")))
#define TRAMPOLINE_DATA  __attribute__((section(".trampoline.data")))

enum {
	MSR_SYSENTER_CS = 0x174,
	MSR_PAT = 0x277,
	MSR_EFER = 0xc0000080,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR = 0xc0000082,
	MSR_CSTAR = 0xc0000083,
	MSR_SFMASK = 0xc0000084,
	MSR_FS_BASE = 0xc0000100,
	MSR_GS_BASE = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};

struct gate {
	uint16_t offset_low, selector;
	uint8_t stack, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};

/* The stack of an entry is used for a few instructions, before the kernel's page table is loaded.
 */
struct entry_stack {
	uint8_t bytes[512];
} __attribute__((aligned(16)));

struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map_base;
} __attribute__((packed));

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

enum { STACK_NONE, STACK_NMI, STACK_DOUBLE_FAULT, STACK_MACHINE_CHECK, STACK_DEBUG, STACK_COUNT };

/*
 * Segments are flat; "accessed" is set from the start, so that the CPU has no need to write to the
 * table, which is read-only later on. There is no 32-bit user code: no compatibility mode.
 */
static uint64_t gdt[8] TRAMPOLINE_TABLE = {
	[SELECTOR_KERNEL_CODE / 8] = 0x00209b0000000000,
	[SELECTOR_KERNEL_DATA / 8] = 0x0000930000000000,
	[SELECTOR_USER_DATA / 8] = 0x0000f30000000000,
	[SELECTOR_USER_CODE / 8] = 0x0020fb0000000000,
};
static struct gate idt[256] TRAMPOLINE_TABLE __attribute__((aligned(16)));
static struct task_state tss TRAMPOLINE_TABLE __attribute__((aligned(16)));
static struct entry_stack exception_stacks[STACK_COUNT - 1] TRAMPOLINE_DATA;

extern const uint8_t interrupt_stubs[];
extern const uint8_t syscall_entry[];
extern uint8_t entry_stack_top[];
extern uint64_t entry_kernel_cr3;

struct cpu_id cpu_identify(uint32_t leaf)
{
	struct cpu_id id;
	__asm__ volatile("cpuid"
			 : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
			 : "a"(leaf), "c"(0));
	return id;
}

uint64_t cpu_physical_limit(void)
{
	uint32_t bits = 36;

	if (cpu_identify(0x80000000).eax >= 0x80000008)
		bits = cpu_identify(0x80000008).eax & 0xff;
	return 1ull << (bits < 52 ? bits : 52);
}

static uint8_t stack_for(unsigned vector)
{
	switch (vector) {
	case 1:
		return STACK_DEBUG;
	case 2:
		return STACK_NMI;
	case 8:
		return STACK_DOUBLE_FAULT;
	case 18:
		return STACK_MACHINE_CHECK;
	default:
		return STACK_NONE;
	}
}

static void set_gate(unsigned vector)
{
	uint64_t entry = (uint64_t)interrupt_stubs + vector * STUB_SIZE;
	/* int3 alone may be executed by users: any other `int n` is a protection fault. */
	uint8_t privilege = vector == 3 ? 3 : 0;

	idt[vector] = (struct gate){
		.offset_low = (uint16_t)entry,
		.selector = SELECTOR_KERNEL_CODE,
		.stack = stack_for(vector),
		.type = (uint8_t)(0x8e | privilege << 5),
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

static void set_task_state(void)
{
	uint64_t base = (uint64_t)&tss;

	tss.rsp[0] = (uint64_t)entry_stack_top;
	for (unsigned i = STACK_NMI; i < STACK_COUNT; i++)
		tss.ist[i - 1] = (uint64_t)(exception_stacks + i);
	tss.io_map_base = sizeof(tss); /* beyond the limit: no port is the user's */

	gdt[SELECTOR_TSS / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 |
				(base >> 24 & 0xff) << 56;
	gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

void cpu_setup_tables(void)
{
	struct table_pointer gdt_pointer = { sizeof(gdt) - 1, (uint64_t)gdt };
	struct table_pointer idt_pointer = { sizeof(idt) - 1, (uint64_t)idt };

	for (unsigned vector = 0; vector < 256; vector++)
		set_gate(vector);
	set_task_state();

	__asm__ volatile("lgdt %0; lidt %1; lldt %w2; ltr %w3\n\t"
			 "mov %w4, %%ss\n\t"
			 "mov %w2, %%ds; mov %w2, %%es; mov %w2, %%fs; mov %w2, %%gs\n\t"
			 "push %5; lea 1f(%%rip), %%rax; push %%rax; lretq\n\t"
			 "1:"
			 :
			 : "m"(gdt_pointer), "m"(idt_pointer), "r"(0), "r"(SELECTOR_TSS),
			   "r"(SELECTOR_KERNEL_DATA), "i"(SELECTOR_KERNEL_CODE)
			 : "rax", "memory");
}

static void set_control_registers(void)
{
	enum { CR0_MP = 1 << 1, CR0_NE = 1 << 5, CR0_WP = 1 << 16 };
	enum { CR0_EM = 1 << 2, CR0_TS = 1 << 3, CR0_AM = 1 << 18 };
	enum { CR4_PAE = 1 << 5, CR4_MCE = 1 << 6, CR4_PGE = 1 << 7 };
	enum { CR4_OSFXSR = 1 << 9, CR4_OSXMMEXCPT = 1 << 10 };
	enum { CR4_UMIP = 1 << 11, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21 };
	struct cpu_id features = { 0 };
	uint64_t cr0, cr4 = CR4_PAE | CR4_MCE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (cpu_identify(0).eax >= 7)
		features = cpu_identify(7);
	if (features.ebx & 1u << 7)
		cr4 |= CR4_SMEP;
	if (features.ebx & 1u << 20)
		cr4 |= CR4_SMAP;
	if (features.ecx & 1u << 2)
		cr4 |= CR4_UMIP;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	cr0 &= ~(uint64_t)(CR0_EM | CR0_TS | CR0_AM);
	cr0 |= CR0_MP | CR0_NE | CR0_WP;
	__asm__ volatile("mov %0, %%cr0; mov %1, %%cr4" : : "r"(cr0), "r"(cr4) : "memory");
}

static void set_debug_registers(void)
{
	__asm__ volatile("mov %0, %%dr7; mov %0, %%dr0; mov %0, %%dr1; mov %0, %%dr2;"
			 "mov %0, %%dr3; mov %1, %%dr6"
			 :
			 : "r"(0ul), "r"(0xffff0ff0ul));
}

void cpu_setup_features(void)
{
	/* TF, IF, DF, IOPL, NT, RF, AC: none of the user's reaches kernel code */
	const uint64_t masked = 0x100 | 0x200 | 0x400 | 0x3000 | 0x4000 | 0x10000 | 0x40000;

	/* As after reset, but for entry 1, which nobody uses yet: write-combining, not -through. */
	const uint64_t memory_types = 0x0007040600070106;

	set_control_registers();
	set_debug_registers();
	cpu_msr_write(MSR_PAT, memory_types);
	cpu_msr_write(MSR_EFER, 1 << 0 | 1 << 8 | 1 << 11); /* syscall, long mode, no-execute */
	cpu_msr_write(MSR_STAR,
		      (uint64_t)SELECTOR_SYSRET << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
	cpu_msr_write(MSR_LSTAR, (uint64_t)syscall_entry);
	cpu_msr_write(MSR_CSTAR, 0); /* no compatibility mode to come from */
	cpu_msr_write(MSR_SFMASK, masked);
	cpu_msr_write(MSR_SYSENTER_CS, 0); /* sysenter: protection fault */
	cpu_msr_write(MSR_FS_BASE, 0);
	cpu_msr_write(MSR_GS_BASE, 0);
	cpu_msr_write(MSR_KERNEL_GS_BASE, 0);
}

void cpu_set_kernel_page_table(uint64_t physical)
{
	entry_kernel_cr3 = physical;
	cpu_load_page_table(physical);
}
