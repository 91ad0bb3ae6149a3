/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <arch_elf.h>
#include <runtime/linker.h>

static void missing(const struct module *module, const char *name)
{
	cannot_start(
		"%s: symbol \"%s\" is in none of its libraries nor in this runtime (ABI level %u)",
		module->name, name, TN_ABI_LEVEL);
}

static uint64_t resolve(const struct module *module, const struct module *modules, uint32_t index)
{
	const struct elf_symbol *symbol = &module->symbols[index];
	if (!module_contains(module, (uintptr_t)symbol, sizeof(*symbol)))
		cannot_start("%s: damaged: relocation with symbol %u", module->name, index);
	const char *name = module_string(module, symbol->name);
	for (const struct module *m = modules; m; m = m->next) {
		uint64_t address = module_lookup(m, name);
		if (address)
			return address;
	}
	if (ELF_SYMBOL_BIND(symbol->info) != ELF_STB_WEAK)
		missing(module, name);
	return 0;
}

static const char *unserved(uint32_t type)
{
	switch (type) {
	case ARCH_RELOC_COPY:
		return "COPY (data of a library; build with -fPIE, the ABI has functions only)";
	case ARCH_RELOC_IRELATIVE:
		return "IRELATIVE (function chosen at load time)";
	default:
		return "unknown";
	}
}

static void relocate(const struct module *module, const struct module *modules,
		     const struct elf_rela *rela)
{
	uint32_t type = ELF_RELA_TYPE(rela->info);
	uint64_t address = module->base + rela->offset, value;
	if (type == ARCH_RELOC_NONE)
		return;
	if (address < module->data_first || address > module->data_end - sizeof(value) ||
	    module->data_end == 0)
		cannot_start("%s: damaged: relocation at 0x%llx is outside of its data",
			     module->name, (unsigned long long)rela->offset);
	switch (type) {
	case ARCH_RELOC_RELATIVE:
		value = module->base + (uint64_t)rela->addend;
		break;
	case ARCH_RELOC_64:
	case ARCH_RELOC_GLOB_DAT:
	case ARCH_RELOC_JUMP_SLOT:
		value = resolve(module, modules, ELF_RELA_SYMBOL(rela->info)) +
			(uint64_t)rela->addend;
		break;
	default:
		cannot_start("%s: relocation of type %u, %s, is not served", module->name, type,
			     unserved(type));
	}
	memcpy((void *)address, &value, sizeof(value));
}

void module_relocate(const struct module *module, const struct module *modules)
{
	for (unsigned table = 0; table < 2; table++)
		for (uint64_t i = 0; i < module->relocation_count[table]; i++)
			relocate(module, modules, &module->relocations[table][i]);
}
