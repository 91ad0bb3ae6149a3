/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The smallest program: ends at once, with 0. */
	.globl _start
_start:
	xor %edi, %edi
	mov $60, %eax /* exit */
	syscall

	.section .note.GNU-stack, "", @progbits
