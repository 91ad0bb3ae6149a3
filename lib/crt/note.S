/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The ELF note by which the loader knows what ABI level an executable or library was built for. */
	.section .note.tenon, "a", @note
	.balign 4
	.long 6			/* size of the name, with its NUL */
	.long 4			/* size of the description */
	.long 1			/* type: ABI level */
	.asciz "Tenon"
	.balign 4
	.long ABI_LEVEL
	.section .note.GNU-stack, "", @progbits
