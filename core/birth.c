/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The birth of a component: core maps the runtime, which does the rest from the inside. */
#include <base/elf.h>
#include <core/memory.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/region.h>
#include <core/services.h>
#include <arch_elf.h>

enum { RUNTIME_DATA_PAGES_MAX = 16 };

/* The runtime's file, checked once. It is part of the system, but a wrong file must say so. */
static struct {
	struct port_module module;
	const unsigned char *view;
	const struct elf_header *header;
	const struct elf_segment *segments;
	uint64_t relro_end;
} runtime;

static uint64_t page_down(uint64_t value)
{
	return value & ~(uint64_t)(TN_PAGE_SIZE - 1);
}

static uint64_t page_up(uint64_t value)
{
	return page_down(value + TN_PAGE_SIZE - 1);
}

static bool segment_fits(const struct elf_segment *segment, uint64_t size)
{
	return segment->offset <= size && segment->filesz <= size - segment->offset &&
	       segment->filesz <= segment->memsz && segment->vaddr < (1u << 26) &&
	       segment->memsz < (1u << 26) &&
	       (segment->offset - segment->vaddr) % TN_PAGE_SIZE == 0;
}

static bool open_runtime(void)
{
	if (runtime.header)
		return true;
	if (!rom_module("runtime", &runtime.module))
		return false;
	runtime.view = port_memory_view(runtime.module.memory);
	if (!runtime.view || runtime.module.size < sizeof(struct elf_header))
		return false;
	const struct elf_header *header = (const void *)runtime.view;
	if (__builtin_memcmp(header->ident, "\177ELF\2\1", 6) != 0 ||
	    header->machine != ARCH_ELF_MACHINE || header->type != ELF_TYPE_DYNAMIC)
		return false;
	if (header->phentsize != sizeof(struct elf_segment) || header->phoff % 8 ||
	    header->phoff > runtime.module.size ||
	    header->phnum > (runtime.module.size - header->phoff) / sizeof(struct elf_segment))
		return false;
	runtime.segments = (const void *)(runtime.view + header->phoff);
	for (unsigned i = 0; i < header->phnum; i++) {
		const struct elf_segment *segment = &runtime.segments[i];
		if (segment->type == ELF_PT_LOAD && !segment_fits(segment, runtime.module.size))
			return false;
		if (segment->type == ELF_PT_GNU_RELRO)
			runtime.relro_end = page_down(segment->vaddr + segment->memsz);
	}
	runtime.header = header;
	return true;
}

static tn_error map(struct pd *pd, struct port_memory *memory, uint64_t address, uint64_t offset,
		    uint64_t size, uint32_t rights)
{
	struct region *region;
	struct region_args args = {
		.memory = memory,
		.address = address,
		.offset = offset,
		.size = size,
		.rights = rights,
		.free_of_charge = true,
	};
	return size ? region_attach(&pd->space, &args, &region) : TN_OK;
}

static tn_error map_shared(struct pd *pd, const struct elf_segment *segment)
{
	uint32_t rights = TN_RIGHT_READ | (segment->flags & ELF_PF_X ? TN_RIGHT_EXECUTE : 0);
	uint64_t first = page_down(segment->vaddr);
	return map(pd, runtime.module.memory, LAYOUT_RUNTIME + first, page_down(segment->offset),
		   page_up(segment->vaddr + segment->memsz) - first, rights);
}

static const struct elf_dynamic *dynamic_entry(int64_t tag)
{
	for (unsigned i = 0; i < runtime.header->phnum; i++) {
		const struct elf_segment *segment = &runtime.segments[i];
		if (segment->type != ELF_PT_DYNAMIC)
			continue;
		const struct elf_dynamic *d = (const void *)(runtime.view + segment->offset);
		for (; d->tag != ELF_DT_NULL; d++)
			if (d->tag == tag)
				return d;
	}
	return NULL;
}

/* The relocation table lies in the first, read-only segment, whose offset is its address. */
static bool relocate(unsigned char *data, uint64_t first, uint64_t size)
{
	const struct elf_dynamic *table = dynamic_entry(ELF_DT_RELA);
	const struct elf_dynamic *bytes = dynamic_entry(ELF_DT_RELASZ);
	if (!table || !bytes)
		return true;
	if (table->value > runtime.module.size || bytes->value > runtime.module.size - table->value)
		return false;
	const struct elf_rela *rela = (const void *)(runtime.view + table->value);
	for (uint64_t i = 0; i < bytes->value / sizeof(*rela); i++) {
		if (ELF_RELA_TYPE(rela[i].info) != ARCH_RELOC_RELATIVE || rela[i].offset < first ||
		    rela[i].offset - first > size - 8)
			return false;
		uint64_t value = LAYOUT_RUNTIME + (uint64_t)rela[i].addend;
		__builtin_memcpy(data + (rela[i].offset - first), &value, sizeof(value));
	}
	return true;
}

/* Writable data: a copy of its own, relocated by core, read-only afterwards as far as it asks. */
static tn_error map_data(struct pd *pd, const struct elf_segment *segment)
{
	uint64_t first = page_down(segment->vaddr);
	uint64_t size = page_up(segment->vaddr + segment->memsz) - first;
	if (pd->has_runtime_data || size > RUNTIME_DATA_PAGES_MAX * TN_PAGE_SIZE)
		return TN_ERR_FORMAT;
	struct port_memory *memory = &pd->runtime_data;
	tn_error error = memory_create(memory, size / TN_PAGE_SIZE);
	if (error != TN_OK)
		return error;
	pd->has_runtime_data = true;
	unsigned char *data = port_memory_view(memory);
	if (!data)
		return TN_ERR_LIMIT;
	__builtin_memcpy(data + (segment->vaddr - first), runtime.view + segment->offset,
			 segment->filesz);
	if (!relocate(data, first, size))
		return TN_ERR_FORMAT;
	uint64_t sealed = runtime.relro_end > first ? runtime.relro_end - first : 0;
	if (sealed > size)
		sealed = size;
	error = map(pd, memory, LAYOUT_RUNTIME + first, 0, sealed, TN_RIGHT_READ);
	if (error != TN_OK)
		return error;
	return map(pd, memory, LAYOUT_RUNTIME + first + sealed, sealed, size - sealed,
		   TN_RIGHT_READ | TN_RIGHT_WRITE);
}

/* Fills in the first thread's stack: what the runtime is called with lies at its top. */
static tn_error make_stack(struct pd *pd, tn_handle parent, struct birth_plan *plan)
{
	uint64_t top = LAYOUT_STACKS + LAYOUT_STACK_SLOT;
	struct port_memory *memory = &pd->thread.stack;
	tn_error error = memory_create(memory, LAYOUT_STACK_SIZE / TN_PAGE_SIZE);
	if (error != TN_OK)
		return error;
	pd->thread.has_stack = true;
	unsigned char *view = port_memory_view(memory);
	if (!view)
		return TN_ERR_LIMIT;
	struct tn_birth birth = { .stack_top = top, .thread = 0, .parent = parent };
	uint64_t at = LAYOUT_STACK_SIZE - 64;
	__builtin_memcpy(view + at, &birth, sizeof(birth));
	plan->argument = top - 64;
	plan->stack_pointer = top - 64 - 8; /* as after a call instruction */
	return map(pd, memory, top - LAYOUT_STACK_SIZE, 0, LAYOUT_STACK_SIZE,
		   TN_RIGHT_READ | TN_RIGHT_WRITE);
}

tn_error birth_prepare(struct pd *pd, tn_handle parent, struct birth_plan *plan)
{
	if (!open_runtime()) {
		core_log("ROM module \"runtime\" is missing or not a shared library for this CPU");
		return TN_ERR_FORMAT;
	}
	plan->entry = LAYOUT_RUNTIME + runtime.header->entry;
	for (unsigned i = 0; i < runtime.header->phnum; i++) {
		const struct elf_segment *segment = &runtime.segments[i];
		if (segment->type != ELF_PT_LOAD)
			continue;
		tn_error error =
			segment->flags & ELF_PF_W ? map_data(pd, segment) : map_shared(pd, segment);
		if (error != TN_OK)
			return error;
	}
	return make_stack(pd, parent, plan);
}
