/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* ROM modules: files that the boot loader has put into memory. */
#include <tenon/text.h>
#include <hw_core.h>

enum { MODULES_MAX = sizeof(((struct hw_boot_info *)0)->modules) / sizeof(struct hw_boot_module) };

static struct port_memory memories[MODULES_MAX];
static char names[MODULES_MAX][sizeof(((struct hw_boot_module *)0)->name)];

/* The boot loader's line is "path name": the name is what follows the last blank. */
static const char *name_of(const char *line)
{
	const char *name = line;
	for (; *line; line++)
		if (*line == ' ')
			name = line + 1;
	return name;
}

void modules_init(void)
{
	for (uint32_t i = 0; i < hw_boot->module_count; i++) {
		const struct hw_boot_module *module = &hw_boot->modules[i];
		memories[i].base = module->base;
		memories[i].pages = (module->size + HW_PAGE_SIZE - 1) / HW_PAGE_SIZE;
		memories[i].zeroed = memories[i].pages;
		memories[i].sealed = true;
		tn_text_copy_cut(names[i], sizeof(names[i]), name_of(module->name));
		/* The rest of the last page is the boot loader's leavings. */
		uint64_t rest = memories[i].pages * HW_PAGE_SIZE - module->size;
		__builtin_memset((char *)hw_window(module->base) + module->size, 0, rest);
	}
}

bool port_module(uint32_t i, struct port_module *module)
{
	if (i >= hw_boot->module_count)
		return false;
	module->name = names[i];
	module->size = hw_boot->modules[i].size;
	module->memory = &memories[i];
	return true;
}
