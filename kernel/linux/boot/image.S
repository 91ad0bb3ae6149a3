/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The launcher, as part of core. */
	.section .rodata
	.globl launcher_image, launcher_image_end
	.hidden launcher_image, launcher_image_end
launcher_image:
	.incbin "launcher"
launcher_image_end:
	.section .note.GNU-stack, "", @progbits
