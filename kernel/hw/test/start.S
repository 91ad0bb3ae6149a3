/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

	.text
	.globl test_entry
test_entry:
	xor %ebp, %ebp
	call test_main

	.section .note.GNU-stack, "", @progbits
