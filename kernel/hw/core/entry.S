/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The kernel starts core here: rdi = boot information, rsp = top of the stack. */
	.text
	.globl core_entry
	.type core_entry, @function
core_entry:
	xor	%ebp, %ebp
	call	core_main
	ud2
	.size core_entry, . - core_entry
	.section .note.GNU-stack, "", @progbits
