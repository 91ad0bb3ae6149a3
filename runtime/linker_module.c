/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/linker.h>
#include <tenon/text.h>

bool module_contains(const struct module *module, uint64_t address, uint64_t size)
{
	for (uint32_t i = 0; i < module->part_count; i++) {
		uint64_t first = module->parts[i].first, end = module->parts[i].end;
		if (address >= first && address <= end && size <= end - address)
			return true;
	}
	return false;
}

static void damaged(const struct module *module, const char *what)
{
	cannot_start("%s: damaged: %s is outside of the file", module->name, what);
}

/* A pointer of the dynamic section, relative in the file, to at least `size` bytes. */
static uint64_t pointer(const struct module *module, uint64_t value, uint64_t size,
			const char *what)
{
	uint64_t address = module->base + value;
	if (!module_contains(module, address, size))
		damaged(module, what);
	return address;
}

/* To a table, whose entries are all aligned to 8 bytes. */
static uint64_t table_pointer(const struct module *module, uint64_t value, uint64_t size,
			      const char *what)
{
	uint64_t address = pointer(module, value, size, what);
	if (address % 8)
		cannot_start("%s: damaged: %s is misaligned", module->name, what);
	return address;
}

static void refuse(const struct module *module, const char *what)
{
	cannot_start("%s: %s, which this linker does not serve", module->name, what);
}

/* Tables and their sizes come in any order: sizes first. */
struct table_sizes {
	uint64_t relocations, calls;
};

static void read_sizes(struct module *module, const struct elf_dynamic *d,
		       struct table_sizes *sizes)
{
	switch (d->tag) {
	case ELF_DT_STRSZ:
		module->strings_size = d->value;
		break;
	case ELF_DT_RELASZ:
		sizes->relocations = d->value;
		break;
	case ELF_DT_PLTRELSZ:
		sizes->calls = d->value;
		break;
	case ELF_DT_INIT_ARRAYSZ:
		module->init_count = d->value / sizeof(uint64_t);
		break;
	case ELF_DT_FINI_ARRAYSZ:
		module->fini_count = d->value / sizeof(uint64_t);
		break;
	case ELF_DT_NEEDED:
		if (module->needed_count == MODULE_NEEDED_MAX)
			refuse(module, "more than 16 libraries needed directly");
		module->needed[module->needed_count++] = d->value;
		break;
	case ELF_DT_REL:
	case ELF_DT_RELR:
		refuse(module, "relocations without addend or packed ones");
		break;
	case ELF_DT_TEXTREL:
		refuse(module, "relocations of its text (build it with -fPIC or -fPIE)");
		break;
	case ELF_DT_FLAGS:
		if (d->value & ELF_DF_TEXTREL)
			refuse(module, "relocations of its text (build it with -fPIC or -fPIE)");
		break;
	default:
		break;
	}
}

static void read_relocations(struct module *module, unsigned i, uint64_t value, uint64_t size)
{
	uint64_t address = table_pointer(module, value, size, "a relocation table");
	module->relocations[i] = (const struct elf_rela *)address;
	module->relocation_count[i] = size / sizeof(struct elf_rela);
}

static void read_tables(struct module *module, const struct elf_dynamic *d,
			const struct table_sizes *sizes)
{
	switch (d->tag) {
	case ELF_DT_STRTAB:
		module->strings = (const char *)pointer(module, d->value, module->strings_size,
							"the string table");
		break;
	case ELF_DT_SYMTAB:
		module->symbols =
			(const struct elf_symbol *)table_pointer(module, d->value,
								 sizeof(struct elf_symbol),
								 "the symbol table");
		break;
	case ELF_DT_GNU_HASH:
		module->hash =
			(const uint32_t *)table_pointer(module, d->value, 16, "the hash table");
		break;
	case ELF_DT_RELA:
		read_relocations(module, 0, d->value, sizes->relocations);
		break;
	case ELF_DT_JMPREL:
		read_relocations(module, 1, d->value, sizes->calls);
		break;
	case ELF_DT_INIT_ARRAY:
		module->init_array = table_pointer(module, d->value, module->init_count * 8,
						   "the table of initialisers");
		break;
	case ELF_DT_FINI_ARRAY:
		module->fini_array = table_pointer(module, d->value, module->fini_count * 8,
						   "the table of finalisers");
		break;
	case ELF_DT_INIT:
		module->init = pointer(module, d->value, 1, "the initialiser");
		break;
	case ELF_DT_FINI:
		module->fini = pointer(module, d->value, 1, "the finaliser");
		break;
	default:
		break;
	}
}

void module_read_dynamic(struct module *module, uint64_t dynamic, uint64_t size)
{
	struct table_sizes sizes = { 0 };
	if (!module_contains(module, dynamic, size) || dynamic % 8)
		damaged(module, "the dynamic section");
	const struct elf_dynamic *d = (const struct elf_dynamic *)dynamic;
	uint64_t count = size / sizeof(*d);
	for (uint64_t i = 0; i < count && d[i].tag != ELF_DT_NULL; i++)
		read_sizes(module, &d[i], &sizes);
	for (uint64_t i = 0; i < count && d[i].tag != ELF_DT_NULL; i++)
		read_tables(module, &d[i], &sizes);
	if (!module->init_array)
		module->init_count = 0;
	if (!module->fini_array)
		module->fini_count = 0;
	if (!module->symbols || !module->strings || !module->hash)
		refuse(module,
		       "no symbol table with a GNU hash table (link with --hash-style=gnu)");
}

const char *module_string(const struct module *module, uint64_t offset)
{
	uint64_t end = offset;
	while (end < module->strings_size && module->strings[end])
		end++;
	if (end >= module->strings_size)
		damaged(module, "a name");
	return module->strings + offset;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;
	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static bool defines(const struct module *module, const struct elf_symbol *symbol, const char *name)
{
	if (!module_contains(module, (uintptr_t)symbol, sizeof(*symbol)))
		return false;
	unsigned type = ELF_SYMBOL_TYPE(symbol->info), bind = ELF_SYMBOL_BIND(symbol->info);
	if (!symbol->shndx || type == ELF_STT_TLS || type == ELF_STT_GNU_IFUNC)
		return false;
	return bind != ELF_STB_LOCAL && tn_text_equal(module_string(module, symbol->name), name);
}

/* Layout: buckets, first hashed symbol, words of filter, shift; filter; buckets; chains. */
uint64_t module_lookup(const struct module *module, const char *name)
{
	const uint32_t *table = module->hash;
	uint32_t bucket_count = table[0], first = table[1], words = table[2], shift = table[3];
	uint64_t fixed = 16 + (uint64_t)words * 8 + (uint64_t)bucket_count * 4;
	if (!bucket_count || !words || !module_contains(module, (uintptr_t)table, fixed))
		return 0;
	const uint64_t *filter = (const uint64_t *)(const void *)(table + 4);
	const uint32_t *buckets = (const uint32_t *)(const void *)(filter + words);
	const uint32_t *chains = buckets + bucket_count;
	uint32_t hash = gnu_hash(name);
	uint64_t word = filter[(hash / 64) % words];
	if (!(word >> (hash % 64) & word >> ((hash >> (shift & 31)) % 64) & 1))
		return 0;
	for (uint32_t i = buckets[hash % bucket_count]; i >= first; i++) {
		const uint32_t *chain = &chains[i - first];
		if (!module_contains(module, (uintptr_t)chain, sizeof(*chain)))
			return 0;
		if ((*chain | 1) == (hash | 1) && defines(module, &module->symbols[i], name))
			return module->base + module->symbols[i].value;
		if (*chain & 1)
			return 0;
	}
	return 0;
}
