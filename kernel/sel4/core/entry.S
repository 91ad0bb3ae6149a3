/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The kernel starts core here: rdi = boot information, no stack. */
	.text
	.globl core_entry
	.type core_entry, @function
core_entry:
	lea	core_stack_top(%rip), %rsp
	xor	%ebp, %ebp
	call	core_main
	ud2
	.size core_entry, . - core_entry

	.bss
	.balign 4096
	.skip 65536
core_stack_top:
	.section .note.GNU-stack, "", @progbits
