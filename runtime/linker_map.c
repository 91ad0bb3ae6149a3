/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/linker.h>

static uint64_t next_base = LAYOUT_BINARIES;

static uint64_t page_down(uint64_t value)
{
	return value & ~(uint64_t)(TN_PAGE_SIZE - 1);
}

static uint64_t page_up(uint64_t value)
{
	return page_down(value + TN_PAGE_SIZE - 1);
}

static void attach_at(const struct module *module, tn_dataspace_cap dataspace, uint64_t offset,
		      uint64_t first, uint64_t end, uint32_t rights)
{
	void *address = (void *)first;
	if (first == end)
		return;
	tn_error error = tn_attach(dataspace, offset, end - first, rights, &address);
	if (error != TN_OK)
		cannot_start("%s: cannot map its segment at 0x%llx: %s", module->name,
			     (unsigned long long)first, tn_error_text(error));
}

static void add_part(struct module *module, uint64_t first, uint64_t end)
{
	if (module->part_count == MODULE_PARTS_MAX)
		cannot_start("%s: more than %u segments to load", module->name, MODULE_PARTS_MAX);
	module->parts[module->part_count].first = first;
	module->parts[module->part_count++].end = end;
}

/* Text and constants are shared with all who use the same ROM. */
static void map_shared(struct module *module, const struct image *image,
		       const struct elf_segment *s)
{
	uint64_t first = page_down(module->base + s->vaddr);
	uint64_t end = page_up(module->base + s->vaddr + s->memsz);
	uint32_t rights = TN_RIGHT_READ | (s->flags & ELF_PF_X ? TN_RIGHT_EXECUTE : 0);
	attach_at(module, image->rom, page_down(s->offset), first, end, rights);
	add_part(module, first, end);
}

static void map_data(struct module *module, const struct image *image, const struct elf_segment *s)
{
	uint64_t first = page_down(module->base + s->vaddr);
	uint64_t end = page_up(module->base + s->vaddr + s->memsz);
	if (module->data.handle)
		cannot_start("%s: more than one writable segment", module->name);
	tn_error error = tn_dataspace_alloc(end - first, &module->data);
	if (error != TN_OK)
		cannot_start("%s: no memory for its data (%llu bytes): %s; give it more ram",
			     module->name, (unsigned long long)(end - first), tn_error_text(error));
	attach_at(module, module->data, 0, first, end, TN_RIGHT_READ | TN_RIGHT_WRITE);
	memcpy((void *)(module->base + s->vaddr), image->bytes + s->offset, s->filesz);
	module->data_first = first;
	module->data_end = end;
	add_part(module, first, end);
}

static void place(struct module *module, const struct image *image)
{
	uint64_t lowest = UINT64_MAX, highest = 0;
	for (unsigned i = 0; i < image->header->phnum; i++) {
		const struct elf_segment *s = &image->segments[i];
		if (s->type != ELF_PT_LOAD)
			continue;
		lowest = s->vaddr < lowest ? s->vaddr : lowest;
		highest = s->vaddr + s->memsz > highest ? s->vaddr + s->memsz : highest;
	}
	lowest = page_down(lowest);
	module->first = next_base;
	module->base = next_base - lowest;
	module->end = page_up(module->base + highest);
	if (module->end > LAYOUT_BINARIES_END)
		cannot_start("%s: no room in the address space", module->name);
	next_base = module->end;
}

void module_map(struct module *module, const struct image *image)
{
	uint64_t dynamic = 0, dynamic_size = 0;
	place(module, image);
	for (unsigned i = 0; i < image->header->phnum; i++) {
		const struct elf_segment *s = &image->segments[i];
		if (s->type == ELF_PT_LOAD && (s->flags & ELF_PF_W))
			map_data(module, image, s);
		else if (s->type == ELF_PT_LOAD)
			map_shared(module, image, s);
	}
	for (unsigned i = 0; i < image->header->phnum; i++) {
		const struct elf_segment *s = &image->segments[i];
		if (s->type == ELF_PT_GNU_RELRO)
			module->relro_end = page_down(module->base + s->vaddr + s->memsz);
		if (s->type == ELF_PT_DYNAMIC) {
			dynamic = module->base + s->vaddr;
			dynamic_size = s->filesz;
		}
	}
	if (!dynamic)
		cannot_start("%s: has no dynamic section", module->name);
	module_read_dynamic(module, dynamic, dynamic_size);
}

void module_seal(struct module *module)
{
	uint64_t first = module->data_first, end = module->data_end, relro = module->relro_end;
	if (relro <= first || relro > end)
		return;
	tn_error error = tn_detach((void *)first);
	if (error != TN_OK)
		cannot_start("%s: cannot seal its data: %s", module->name, tn_error_text(error));
	attach_at(module, module->data, 0, first, relro, TN_RIGHT_READ);
	attach_at(module, module->data, relro - first, relro, end, TN_RIGHT_READ | TN_RIGHT_WRITE);
}
