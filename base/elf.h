/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ELF-64, as far as core and the dynamic linker read it. Source: System V ABI, chapters 4 and 5. */
#pragma once

#include <stdint.h>

struct elf_header {
	unsigned char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_dynamic {
	int64_t tag;
	uint64_t value;
};

struct elf_symbol {
	uint32_t name;
	unsigned char info, other;
	uint16_t shndx;
	uint64_t value, size;
};

struct elf_rela {
	uint64_t offset, info;
	int64_t addend;
};

#define ELF_RELA_TYPE(info)   ((uint32_t)(info))
#define ELF_RELA_SYMBOL(info) ((uint32_t)((info) >> 32))
#define ELF_SYMBOL_BIND(info) ((info) >> 4)
#define ELF_SYMBOL_TYPE(info) ((info)&15)

enum {
	ELF_CLASS_64 = 2,
	ELF_DATA_LITTLE = 1,
	ELF_TYPE_DYNAMIC = 3,

	ELF_PT_LOAD = 1,
	ELF_PT_DYNAMIC = 2,
	ELF_PT_NOTE = 4,
	ELF_PT_TLS = 7,
	ELF_PT_GNU_RELRO = 0x6474e552,
	ELF_PF_X = 1,
	ELF_PF_W = 2,
	ELF_PF_R = 4,

	ELF_DT_NULL = 0,
	ELF_DT_NEEDED = 1,
	ELF_DT_PLTRELSZ = 2,
	ELF_DT_HASH = 4,
	ELF_DT_STRTAB = 5,
	ELF_DT_SYMTAB = 6,
	ELF_DT_RELA = 7,
	ELF_DT_RELASZ = 8,
	ELF_DT_RELAENT = 9,
	ELF_DT_STRSZ = 10,
	ELF_DT_SYMENT = 11,
	ELF_DT_INIT = 12,
	ELF_DT_FINI = 13,
	ELF_DT_SONAME = 14,
	ELF_DT_REL = 17,
	ELF_DT_PLTREL = 20,
	ELF_DT_TEXTREL = 22,
	ELF_DT_JMPREL = 23,
	ELF_DT_INIT_ARRAY = 25,
	ELF_DT_FINI_ARRAY = 26,
	ELF_DT_INIT_ARRAYSZ = 27,
	ELF_DT_FINI_ARRAYSZ = 28,
	ELF_DT_FLAGS = 30,
	ELF_DT_RELR = 36,
	ELF_DT_GNU_HASH = 0x6ffffef5,
	ELF_DF_TEXTREL = 4,

	ELF_STB_LOCAL = 0,
	ELF_STB_GLOBAL = 1,
	ELF_STB_WEAK = 2,
	ELF_STT_TLS = 6,
	ELF_STT_GNU_IFUNC = 10,
};
