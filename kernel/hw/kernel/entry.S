/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * All ways into the kernel and out of it. This code, and `entry_*` below, is mapped at the same
 * address in every page table; everything else is there only after CR3 was switched.
 *
 * There is one kernel stack, empty whenever user code runs: the registers of a thread are saved in
 * its struct thread.
 */
#include "layout.h"

	.section .trampoline.data, "aw", @nobits
	.balign 16
entry_stack:
	.skip 512
	.globl entry_stack_top
entry_stack_top:
	.globl entry_kernel_cr3
entry_kernel_cr3:
	.skip 8
entry_user_stack:
	.skip 8

	.section .bss
	.balign 4096
	.globl kernel_stack_guard
kernel_stack_guard:
	.skip 4096 /* not mapped */
	.skip 16384
	.globl kernel_stack_top
kernel_stack_top:
	.skip 4096
panic_stack_top:

	.macro save_registers to
	mov %rax, REG_RAX(\to)
	mov %rbx, REG_RBX(\to)
	mov %rdx, REG_RDX(\to)
	mov %rsi, REG_RSI(\to)
	mov %rbp, REG_RBP(\to)
	mov %r8, REG_R8(\to)
	mov %r9, REG_R9(\to)
	mov %r10, REG_R10(\to)
	mov %r12, REG_R12(\to)
	mov %r13, REG_R13(\to)
	mov %r14, REG_R14(\to)
	mov %r15, REG_R15(\to)
	.endm

	.macro load_registers
	mov REG_RAX(%rdi), %rax
	mov REG_RBX(%rdi), %rbx
	mov REG_RDX(%rdi), %rdx
	mov REG_RSI(%rdi), %rsi
	mov REG_RBP(%rdi), %rbp
	mov REG_R8(%rdi), %r8
	mov REG_R9(%rdi), %r9
	mov REG_R10(%rdi), %r10
	mov REG_R12(%rdi), %r12
	mov REG_R13(%rdi), %r13
	mov REG_R14(%rdi), %r14
	mov REG_R15(%rdi), %r15
	.endm

	.section .trampoline.text, "ax"
	.globl syscall_entry
syscall_entry:
	mov %rsp, entry_user_stack(%rip)
	mov entry_kernel_cr3(%rip), %rsp
	mov %rsp, %cr3
	mov current(%rip), %rsp
	save_registers %rsp
	mov %rdi, REG_RDI(%rsp)
	mov %rcx, REG_RIP(%rsp)
	mov %r11, REG_RFLAGS(%rsp)
	mov entry_user_stack(%rip), %rcx
	mov %rcx, REG_RSP(%rsp)
	movb $0, THREAD_FULL(%rsp)
	mov %rsp, %rdi
	lea kernel_stack_top(%rip), %rsp
	call syscall_dispatch

	.globl thread_return
thread_return:
	mov current(%rip), %rdi
	cmp %rdi, fpu_owner(%rip)
	jne switch_fpu
fpu_ready:
	cmpb $0, THREAD_FULL(%rdi)
	jne return_full
	mov REG_RSP(%rdi), %rcx
	mov %rcx, entry_user_stack(%rip)
	load_registers
	mov REG_RIP(%rdi), %rcx
	mov REG_RFLAGS(%rdi), %r11
	mov THREAD_CR3(%rdi), %rsp
	mov REG_RDI(%rdi), %rdi
	mov %rsp, %cr3
	mov entry_user_stack(%rip), %rsp
	sysretq

switch_fpu:
	mov fpu_owner(%rip), %rax
	mov %rdi, fpu_owner(%rip)
	test %rax, %rax
	jz 1f
	fxsave64 THREAD_FPU(%rax)
1:	fxrstor64 THREAD_FPU(%rdi)
	jmp fpu_ready

return_full:
	/* iretq with an address that is not canonical would fault in the kernel. */
	mov REG_RIP(%rdi), %rax
	shr $47, %rax
	jz 1f
	movabs $USER_END, %rax
	mov %rax, REG_RIP(%rdi)
1:	lea entry_stack_top(%rip), %rsp
	pushq $SELECTOR_USER_DATA
	pushq REG_RSP(%rdi)
	pushq REG_RFLAGS(%rdi)
	pushq $SELECTOR_USER_CODE
	pushq REG_RIP(%rdi)
	pushq REG_RDI(%rdi)
	load_registers
	mov REG_RCX(%rdi), %rcx
	mov REG_R11(%rdi), %r11
	mov THREAD_CR3(%rdi), %rdi
	mov %rdi, %cr3
	pop %rdi
	iretq

	.balign STUB_SIZE
	.globl interrupt_stubs
interrupt_stubs:
	vector = 0
	.rept 32
	.balign STUB_SIZE
	/* these push an error code themselves: 8, 10 to 14, 17, 21, 29, 30 */
	.ifeq (0x60227d00 >> vector) & 1
	pushq $0
	.endif
	pushq $vector
	jmp interrupt_entry
	vector = vector + 1
	.endr
	.rept 256 - 32
	.balign STUB_SIZE
	pushq $0
	pushq $vector
	jmp interrupt_entry
	vector = vector + 1
	.endr

	/* 0: vector, 8: error code, 16: rip, 24: cs, 32: rflags, 40: rsp, 48: ss */
interrupt_entry:
	testb $3, 24(%rsp)
	jz interrupt_in_kernel
	cmpq $2, (%rsp)
	je exception_in_kernel
	cmpq $8, (%rsp)
	je exception_in_kernel
	cmpq $18, (%rsp)
	je exception_in_kernel
	push %rdi
	mov entry_kernel_cr3(%rip), %rdi
	mov %rdi, %cr3
	mov current(%rip), %rdi
	save_registers %rdi
	mov %rcx, REG_RCX(%rdi)
	mov %r11, REG_R11(%rdi)
	popq REG_RDI(%rdi)
	pop %rsi
	pop %rdx
	popq REG_RIP(%rdi)
	pop %rax
	popq REG_RFLAGS(%rdi)
	popq REG_RSP(%rdi)
	movb $1, THREAD_FULL(%rdi)
	lea kernel_stack_top(%rip), %rsp
	mov %cr2, %rcx
	cld
	call interrupt_dispatch
	jmp thread_return

	/* Interrupts come here out of cpu_idle() alone; everything else is the end. */
interrupt_in_kernel:
	cmpq $1, (%rsp)
	je single_step_in_kernel
	cmpq $32, (%rsp)
	jb exception_in_kernel
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	mov 72(%rsp), %rdi
	cld
	call interrupt_in_idle
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	add $16, %rsp
	iretq

	/* No user gets this far with TF set, but if a CPU let one, it must not end the system. */
single_step_in_kernel:
	andq $~0x100, 32(%rsp)
	add $16, %rsp
	iretq

exception_in_kernel:
	push %r15
	push %r14
	push %r13
	push %r12
	push %r11
	push %r10
	push %r9
	push %r8
	push %rbp
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %rbx
	push %rax
	mov %rsp, %rdi
	mov entry_kernel_cr3(%rip), %rax
	mov %rax, %cr3
	lea panic_stack_top(%rip), %rsp
	cld
	call panic_exception

	.section .note.GNU-stack, "", @progbits
