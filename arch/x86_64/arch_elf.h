/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What of ELF depends on the CPU. Source: System V ABI, AMD64 supplement, section 4.4. */
#pragma once

#define ARCH_ELF_MACHINE 62

#define ARCH_RELOC_NONE      0
#define ARCH_RELOC_64        1
#define ARCH_RELOC_COPY      5
#define ARCH_RELOC_GLOB_DAT  6
#define ARCH_RELOC_JUMP_SLOT 7
#define ARCH_RELOC_RELATIVE  8
#define ARCH_RELOC_IRELATIVE 37
