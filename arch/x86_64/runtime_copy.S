/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * tn_error tn_guarded_copy(void *to, const void *from, size_t size)
 *
 * A fault between begin and end goes on at recover, which returns TN_ERR_FAULT (14). Nothing is on
 * the stack but the return address, so recovery needs no unwinding.
 */
	.text
	.globl tn_guarded_copy
	.type tn_guarded_copy, @function
	.hidden guarded_copy_begin, guarded_copy_end, guarded_copy_recover
	.globl guarded_copy_begin, guarded_copy_end, guarded_copy_recover
tn_guarded_copy:
	mov	%rdx, %rcx
	shr	$3, %rcx
	and	$7, %edx
	cld
guarded_copy_begin:
	rep movsq
	mov	%edx, %ecx
	rep movsb
guarded_copy_end:
	xor	%eax, %eax
	ret
guarded_copy_recover:
	mov	$14, %eax
	ret
	.size tn_guarded_copy, . - tn_guarded_copy
	.section .note.GNU-stack, "", @progbits
