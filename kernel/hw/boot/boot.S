/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The first instructions, as a multiboot loader starts them: 32-bit protected mode, no paging. QEMU
 * knows version 1 of the protocol; version 2 also tells where ACPI's tables are when the firmware is
 * UEFI. They check that the CPU can do what the kernel relies on, map the first 4 GiB three times (where
 * it is, at DIRECT_BASE, at KERNEL_BASE) and go on in C.
 */
#include "layout.h"

#include "multiboot.h"

#define MULTIBOOT_MAGIC  0x1badb002
#define MULTIBOOT_FLAGS  0x3 /* modules page-aligned, memory map wanted */

#define MULTIBOOT2_MAGIC  0xe85250d6
#define MULTIBOOT2_LENGTH (multiboot2_end - multiboot2_header)
#define MULTIBOOT2_ALIGN  6 /* tag: modules page-aligned */

#define PHYSICAL(symbol) ((symbol) - KERNEL_BASE)

	.section .boot, "ax"
	.code32
	.balign 8
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.balign 8
multiboot2_header:
	.long MULTIBOOT2_MAGIC, 0 /* i386 */, MULTIBOOT2_LENGTH
	.long -(MULTIBOOT2_MAGIC + MULTIBOOT2_LENGTH)
	.short MULTIBOOT2_ALIGN, 0
	.long 8
	.short 0, 0 /* the end */
	.long 8
multiboot2_end:

	.globl boot_entry
boot_entry:
	cli
	cld
	mov %eax, %ebp
	mov %ebx, %esi
	rdtsc
	mov %eax, %edi
	mov %edx, %esp /* no stack yet */
	mov $message_loader, %ebx
	cmp $MULTIBOOT_LOADED, %ebp
	je 1f
	cmp $MULTIBOOT2_LOADED, %ebp
	jne refuse
1:	mov %ebp, PHYSICAL(early_loader)
	mov %esi, %ebp
	mov %esp, PHYSICAL(early_tsc) + 4
	mov %edi, PHYSICAL(early_tsc)
	mov $PHYSICAL(kernel_stack_top), %esp

	mov $0x80000000, %eax
	cpuid
	mov $message_cpu, %ebx
	cmp $0x80000001, %eax
	jb refuse
	mov $0x80000001, %eax
	cpuid
	mov $message_cpu, %ebx
	and $0x20100800, %edx /* long mode, no-execute, syscall */
	cmp $0x20100800, %edx
	jne refuse
	mov $1, %eax
	cpuid
	mov $message_cpu, %ebx
	and $0x07002200, %edx /* sse2, sse, fxsave, global pages, local APIC */
	cmp $0x07002200, %edx
	jne refuse

	/* four directories of 2 MiB pages */
	mov $PHYSICAL(early_directories), %edi
	mov $0x83, %eax
	xor %edx, %edx
1:	mov %eax, (%edi)
	movl $0, 4(%edi)
	add $8, %edi
	add $0x200000, %eax
	jnc 1b

	mov $PHYSICAL(early_directories) + 3, %eax
	mov %eax, PHYSICAL(early_directory_table)
	add $0x1000, %eax
	mov %eax, PHYSICAL(early_directory_table) + 8
	add $0x1000, %eax
	mov %eax, PHYSICAL(early_directory_table) + 16
	add $0x1000, %eax
	mov %eax, PHYSICAL(early_directory_table) + 24
	movl $PHYSICAL(early_directories) + 3, PHYSICAL(early_kernel_table) + 510 * 8
	movl $PHYSICAL(early_directory_table) + 3, PHYSICAL(early_top)
	movl $PHYSICAL(early_directory_table) + 3, PHYSICAL(early_top) + 256 * 8
	movl $PHYSICAL(early_kernel_table) + 3, PHYSICAL(early_top) + 511 * 8

	mov $PHYSICAL(early_top), %eax
	mov %eax, %cr3
	mov $0x6b0, %eax /* PAE, PSE, PGE, SSE */
	mov %eax, %cr4
	mov $0xc0000080, %ecx
	xor %edx, %edx
	mov $0x901, %eax /* syscall, long mode, no-execute */
	wrmsr
	mov $0x80010033, %eax
	mov %eax, %cr0
	lgdt early_gdt_pointer
	ljmp $8, $start_long

refuse:
	/* ebx: text; to the serial port, as it is set up */
	mov $0x3f8, %dx
1:	mov (%ebx), %al
	test %al, %al
	jz 2f
	out %al, %dx
	inc %ebx
	jmp 1b
2:	mov $0xf4, %dx
	xor %eax, %eax /* PANIC_KERNEL, as machine_shutdown() turns it */
	out %eax, %dx
3:	cli
	hlt
	jmp 3b

	.code64
start_long:
	movabs $1f, %rax
	jmp *%rax

message_loader:
	.asciz "hw: not started by a multiboot loader\r\n"
message_cpu:
	.asciz "hw: this CPU lacks long mode, no-execute, syscall, SSE2 or a local APIC\r\n"

	.balign 8
early_gdt:
	.quad 0
	.quad 0x00209b0000000000
early_gdt_pointer:
	.short 15
	.long early_gdt

	.text
	.code64
1:	xor %eax, %eax
	mov %eax, %ss
	mov %eax, %ds
	mov %eax, %es
	mov $kernel_stack_top, %rsp
	mov %ebp, %edi
	mov early_tsc(%rip), %rsi
	mov early_loader(%rip), %edx
	xor %ebp, %ebp
	call boot_start

	.section .bss
	.balign 4096
early_directories:
	.skip 4 * 4096
early_directory_table:
	.skip 4096
early_kernel_table:
	.skip 4096
early_top:
	.skip 4096
early_tsc:
	.skip 8
early_loader:
	.skip 4

	.section .note.GNU-stack, "", @progbits
