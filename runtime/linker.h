/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The dynamic linker: loads a component's executable and libraries from ROMs, binds their symbols
 * to each other and to the runtime, all at once, and makes read-only what need not be written
 * afterwards.
 *
 * Files are checked as what they are: input. What is wrong with one is said by name, and the
 * component ends with TN_EXIT_CANNOT_LOAD; nobody else is concerned.
 */
#pragma once

#include <base/elf.h>
#include <runtime/runtime.h>

enum { MODULE_NEEDED_MAX = 16, MODULE_NAME_MAX = 63, MODULE_PARTS_MAX = 16 };

/* An executable or library in the address space. Addresses are final, not relative. */
struct module {
	struct module *next; /* in the order in which symbols are looked up */
	char name[MODULE_NAME_MAX + 1];
	uint64_t base;       /* what is added to the addresses in the file */
	uint64_t first, end; /* the part of the address space that it has */
	struct {
		uint64_t first, end;
	} parts[MODULE_PARTS_MAX]; /* of it, what is mapped */
	uint32_t part_count;
	uint64_t data_first, data_end, relro_end; /* writable part, page aligned */
	tn_dataspace_cap data;
	const struct elf_symbol *symbols;
	const char *strings;
	uint64_t strings_size;
	const uint32_t *hash;
	const struct elf_rela *relocations[2]; /* general, and for calls */
	uint64_t relocation_count[2];
	uint64_t init, fini, init_array, init_count, fini_array, fini_count;
	uint64_t needed[MODULE_NEEDED_MAX]; /* offsets into strings */
	uint32_t needed_count;
	bool is_runtime;
	bool initialised; /* its initialisers have begun: its finalisers may run */
};

/* A file while it is being loaded. */
struct image {
	const char *name;
	const unsigned char *bytes;
	uint64_t size;
	tn_dataspace_cap rom;
	const struct elf_header *header;
	const struct elf_segment *segments;
};

/* linker_image.c: checks what can be checked before anything is mapped; does not return on error.
 */
void image_check(struct image *image);

/* linker_map.c: maps the segments at the next free place of LAYOUT_BINARIES. */
void module_map(struct module *module, const struct image *image);
/* After relocation: the part that was only written for that becomes read-only. */
void module_seal(struct module *module);

/* linker_module.c: reads the dynamic section, all of it inside of the module. */
void module_read_dynamic(struct module *module, uint64_t dynamic, uint64_t size);
/* True if [address, address + size) is mapped, and inside of one segment of the module. */
bool module_contains(const struct module *module, uint64_t address, uint64_t size);
/* A string of the module's string table; ends the component if it is not one. */
const char *module_string(const struct module *module, uint64_t offset);
/* Address of a symbol that the module defines, or 0. */
uint64_t module_lookup(const struct module *module, const char *name);

/* linker_bind.c: carries out all relocations; looks symbols up in `modules` in order. */
void module_relocate(const struct module *module, const struct module *modules);
