/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <runtime/linker.h>
#include <tenon/sha256.h>
#include <tenon/text.h>

/* The linker's own dynamic section and image, as the static linker names them. */
extern const struct elf_dynamic _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static struct module runtime_module = { .name = "libtenon.so", .is_runtime = true };
static struct module executable_module; /* most components load nothing else and need no heap */
static struct module *modules;

/* Before the runtime, which comes last. */
static void append(struct module *module)
{
	struct module **link = &modules;
	while (*link && !(*link)->is_runtime)
		link = &(*link)->next;
	module->next = *link;
	*link = module;
}

static void report_hash(const struct image *image)
{
	struct tn_sha256 state;
	unsigned char digest[32];
	char text[65];
	if (!(runtime_env.flags & TN_ENV_REPORT_HASH))
		return;
	tn_sha256_begin(&state);
	tn_sha256_update(&state, image->bytes, image->size);
	tn_sha256_end(&state, digest);
	for (unsigned i = 0; i < 32; i++)
		tn_format(&text[2 * i], 3, "%02x", digest[i]);
	tn_log("loaded %s sha256 %s", image->name, text);
}

/* The file is mapped as a whole while it is looked at. */
static void load(struct module *module, const char *name, tn_rom_cap rom)
{
	struct image image = { .name = name };
	void *view = NULL;
	uint64_t size = 0, mapped = 0;
	uint32_t rights;
	tn_error error = tn_rom_dataspace(rom, &size, &image.rom);
	if (error == TN_OK && size == 0)
		cannot_start("%s: the file is empty; it must be a Tenon executable or library",
			     name);
	if (error == TN_OK)
		error = tn_dataspace_info(image.rom, &mapped, &rights);
	if (error == TN_OK && size > mapped) /* the ROM's server says one thing and gives another */
		error = TN_ERR_FORMAT;
	if (error == TN_OK)
		error = tn_attach(image.rom, 0, 0, TN_RIGHT_READ, &view);
	if (error != TN_OK)
		cannot_start("%s: cannot be mapped: %s", name, tn_error_text(error));
	tn_text_copy_cut(module->name, sizeof(module->name), name);
	image.bytes = view;
	image.size = size;
	image_check(&image);
	report_hash(&image);
	module_map(module, &image);
	append(module);
	error = tn_detach(view);
	if (error != TN_OK)
		cannot_start("%s: cannot be detached: %s", name, tn_error_text(error));
}

static bool loaded(const char *name)
{
	for (const struct module *m = modules; m; m = m->next)
		if (tn_text_equal(m->name, name))
			return true;
	return false;
}

static void load_library(const char *name, tn_rom_cap rom)
{
	struct module *module = tn_heap_alloc(sizeof(*module));
	if (!module)
		cannot_start("%s: cannot be mapped: %s", name, tn_error_text(TN_ERR_OUT_OF_RAM));
	memset(module, 0, sizeof(*module));
	load(module, name, rom);
}

static void load_needed(const struct module *module)
{
	for (uint32_t i = 0; i < module->needed_count; i++) {
		const char *name = module_string(module, module->needed[i]);
		struct tn_session session;
		if (loaded(name))
			continue;
		tn_error error = tn_session_open("ROM", name, (struct tn_quota){ 4096, 2 },
						 &tn_rom_interface, &session);
		if (error != TN_OK)
			cannot_start("%s: needs library %s, but its ROM cannot be had: %s",
				     module->name, name, tn_error_text(error));
		load_library(name, (tn_rom_cap){ session.cap });
	}
}

static void read_runtime(void)
{
	uint64_t size = 0;
	runtime_module.base = runtime_module.first = (uintptr_t)__ehdr_start;
	runtime_module.end = (uintptr_t)_end;
	runtime_module.parts[0].first = runtime_module.first;
	runtime_module.parts[0].end = runtime_module.end;
	runtime_module.part_count = 1;
	while (_DYNAMIC[size].tag != ELF_DT_NULL)
		size++;
	module_read_dynamic(&runtime_module, (uintptr_t)_DYNAMIC, size * sizeof(_DYNAMIC[0]));
	modules = &runtime_module;
}

/*
 * Debuggers stop here to read `modules`: all is mapped and bound, and nothing of it has run yet.
 * See tool/gdb/tenon.py.
 */
__attribute__((noinline)) static void linker_loaded(void)
{
	__asm__ volatile("" : : "r"(modules) : "memory");
}

static void call_all(uint64_t table, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		((void (**)(void))table)[i]();
}

/* Libraries before those that need them: the reverse of the order of loading. */
const char *linker_find(uint64_t address, uint64_t *offset)
{
	for (const struct module *m = modules; m; m = m->next) {
		if (!module_contains(m, address, 1))
			continue;
		*offset = address - m->base;
		return m->is_runtime ? "runtime" : m->name;
	}
	return NULL;
}

static void initialise(struct module *module)
{
	if (module->next && !module->next->is_runtime)
		initialise(module->next);
	module->initialised = true;
	if (module->init)
		((void (*)(void))module->init)();
	call_all(module->init_array, module->init_count);
}

void linker_finish(void)
{
	for (struct module *m = modules; m && !m->is_runtime; m = m->next) {
		if (!m->initialised)
			continue;
		m->initialised = false; /* once, also if a finaliser exits */
		for (uint64_t i = m->fini_count; i > 0; i--)
			call_all(m->fini_array + (i - 1) * 8, 1);
		if (m->fini)
			((void (*)(void))m->fini)();
	}
}

component_entry linker_load(const char *name, tn_rom_cap binary)
{
	read_runtime();
	struct module *executable = &executable_module;
	load(executable, name, binary);
	for (const struct module *m = executable; m && !m->is_runtime; m = m->next)
		load_needed(m);
	for (const struct module *m = executable; m && !m->is_runtime; m = m->next)
		module_relocate(m, modules);
	for (struct module *m = executable; m && !m->is_runtime; m = m->next)
		module_seal(m);
	uint64_t entry = module_lookup(executable, "component_construct");
	if (!entry)
		cannot_start("%s: does not define component_construct()", name);
	linker_loaded();
	initialise(executable);
	return (component_entry)entry;
}
