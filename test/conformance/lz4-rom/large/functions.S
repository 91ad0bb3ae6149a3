/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Function i, at i times 64 KiB, returns i + 1000. */
	.text
	.globl large_functions
	.hidden large_functions
	.p2align 16
large_functions:
	i = 0
	.rept 32
	.p2align 16
	mov $(i + 1000), %eax
	ret
	i = i + 1
	.endr
	.p2align 16
	.section .note.GNU-stack, "", @progbits
