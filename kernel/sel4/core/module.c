/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * ROM modules. The kernel takes one file beside itself, so boot/bundle puts all of them into core's
 * image, behind everything else: a page with a table, then the files, each from a new page on.
 */
#include <sel4_core.h>

enum { MODULES_MAX = 62, NAME_SIZE = 48 };
#define BUNDLE_MAGIC 0x454c444e55424e54ull

struct bundle {
	uint64_t magic, count;
	char options[112];
	struct {
		uint64_t offset, size; /* from the table on */
		char name[NAME_SIZE];
	} modules[MODULES_MAX];
};
_Static_assert(sizeof(struct bundle) <= SEL4_PAGE_SIZE, "one page");

extern char __executable_start[], _end[];

static struct port_memory memories[MODULES_MAX];

static const struct bundle *bundle(void)
{
	uintptr_t end = ((uintptr_t)_end + SEL4_PAGE_SIZE - 1) & ~(uintptr_t)(SEL4_PAGE_SIZE - 1);
	static const struct bundle none;
	/* Without a bundle the image ends here: what follows are the kernel's own two pages. */
	uint64_t pages = boot_info->image.end - boot_info->image.start;
	if ((end - (uintptr_t)__executable_start) / SEL4_PAGE_SIZE >= pages)
		return &none;
	const struct bundle *found = (const struct bundle *)end;
	return found->magic == BUNDLE_MAGIC ? found : &none;
}

void modules_init(void)
{
	const struct bundle *b = bundle();
	uint64_t table = ((uintptr_t)b - (uintptr_t)__executable_start) / SEL4_PAGE_SIZE;
	for (uint64_t i = 0; i < b->count && i < MODULES_MAX; i++) {
		uint64_t pages = (b->modules[i].size + SEL4_PAGE_SIZE - 1) / SEL4_PAGE_SIZE;
		memories[i] = (struct port_memory){
			.kind = MEMORY_IMAGE,
			.sealed = true,
			.first = table + b->modules[i].offset / SEL4_PAGE_SIZE,
			.pages = pages,
			.zeroed = pages,
		};
	}
}

const char *modules_options(void)
{
	return bundle()->options;
}

bool port_module(uint32_t i, struct port_module *module)
{
	const struct bundle *b = bundle();
	if (i >= b->count || i >= MODULES_MAX)
		return false;
	module->name = b->modules[i].name;
	module->size = b->modules[i].size;
	module->memory = &memories[i];
	return true;
}
