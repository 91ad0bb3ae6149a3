/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The dynamic linker reads a file that may be anything: it either loads it or refuses it with a
 * message, and never reads outside of the file or of what it has mapped. Core is played by mmap():
 * what is attached is a private copy, as long as the mapping, with nothing beside it. Initialisers
 * are checked to lie in text, and not called.
 *
 * The linker's source is part of this file, so that the place of the next module can be set back.
 */

#include <runtime/linker_map.c>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ROM = 1, DATA = 2, MAPPINGS_MAX = 64, DATA_MAX = 8 << 20 };

/* A file that says so can want as much memory as there is address space: here that is a quota. */
static struct {
	const unsigned char *bytes;
	size_t size;
	void *data; /* the one writable segment, as the dataspace that it is */
	uint64_t data_size;
	struct {
		void *address;
		uint64_t size;
	} mappings[MAPPINGS_MAX];
	unsigned count;
	jmp_buf refused;
} world;

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

void cannot_start(const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	require(length > 0 && strncmp(text, "fuzzed: ", 8) == 0, "a message names the file");
	longjmp(world.refused, 1);
}

tn_error tn_dataspace_alloc(size_t size, tn_dataspace_cap *dataspace)
{
	require(size % TN_PAGE_SIZE == 0 && size > 0, "whole pages are asked for");
	require(!world.data, "one writable segment");
	if (size > DATA_MAX)
		return TN_ERR_OUT_OF_RAM;
	world.data = calloc(1, size);
	world.data_size = size;
	dataspace->handle = DATA;
	return TN_OK;
}

static bool overlaps(uint64_t first, uint64_t end)
{
	for (unsigned i = 0; i < world.count; i++) {
		uint64_t there = (uintptr_t)world.mappings[i].address;
		if (first < there + world.mappings[i].size && there < end)
			return true;
	}
	return false;
}

tn_error tn_attach(tn_dataspace_cap dataspace, size_t offset, size_t size, uint32_t rights,
		   void **address)
{
	uint64_t first = (uintptr_t)*address;
	uint64_t rom_end = (world.size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	uint64_t limit = dataspace.handle == ROM ? rom_end : world.data_size;
	if (size == 0 || first % TN_PAGE_SIZE || offset % TN_PAGE_SIZE || size % TN_PAGE_SIZE ||
	    offset > limit || size > limit - offset || first < LAYOUT_BINARIES ||
	    first + size > LAYOUT_BINARIES_END)
		return TN_ERR_ARGUMENT;
	if (dataspace.handle == ROM && rights & TN_RIGHT_WRITE)
		return TN_ERR_DENIED;
	if (overlaps(first, first + size))
		return TN_ERR_CONFLICT;
	if (world.count == MAPPINGS_MAX)
		return TN_ERR_OUT_OF_RAM;
	void *at = mmap((void *)first, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	require(at == (void *)first, "the mapping can be made");
	if (dataspace.handle == DATA)
		memcpy(at, (char *)world.data + offset, size);
	else if (offset < world.size)
		memcpy(at, world.bytes + offset,
		       world.size - offset < size ? world.size - offset : size);
	require(mprotect(at, size, rights & TN_RIGHT_WRITE ? PROT_READ | PROT_WRITE : PROT_READ) ==
			0,
		"rights can be set");
	world.mappings[world.count].address = at;
	world.mappings[world.count++].size = size;
	return TN_OK;
}

/* Only the linker's data is ever detached, to come back read-only: it moves into the dataspace. */
tn_error tn_detach(const void *address)
{
	for (unsigned i = 0; i < world.count; i++) {
		uint64_t first = (uintptr_t)world.mappings[i].address;
		uint64_t size = world.mappings[i].size;
		if ((uintptr_t)address < first || (uintptr_t)address >= first + size)
			continue;
		require(size == world.data_size, "what is sealed is the data");
		memcpy(world.data, (void *)first, size);
		munmap((void *)first, size);
		world.mappings[i] = world.mappings[--world.count];
		return TN_OK;
	}
	return TN_ERR_NOT_FOUND;
}

static struct module stub; /* plays the runtime: its symbols are what executables need */

static void clean_up(void)
{
	for (unsigned i = 0; i < world.count; i++)
		munmap(world.mappings[i].address, world.mappings[i].size);
	free(world.data);
	world.count = 0;
	world.data = NULL;
	next_base = stub.end;
}

/* What linker.c does with an executable that needs nothing but itself, up to its first instruction.
 */
static bool load(const unsigned char *bytes, size_t size)
{
	static struct module module;
	struct image image = { "fuzzed", bytes, size, { ROM }, NULL, NULL };
	memset(&module, 0, sizeof(module));
	memcpy(module.name, "fuzzed", 7);
	module.next = &stub;
	image_check(&image);
	module_map(&module, &image);
	for (uint32_t i = 0; i < module.needed_count; i++)
		require(module_string(&module, module.needed[i]) != NULL, "a name is a string");
	module_relocate(&module, &module);
	module_seal(&module);
	uint64_t entry = module_lookup(&module, "component_construct");
	for (uint64_t i = 0; i < module.init_count; i++)
		(void)((volatile const uint64_t *)module.init_array)[i];
	for (uint64_t i = 0; i < module.fini_count; i++)
		(void)((volatile const uint64_t *)module.fini_array)[i];
	return entry != 0;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where the words are that the linker acts on: header, segments, and what the segments hold. */
static size_t interesting_offset(const uint8_t *data, size_t size)
{
	struct elf_header header;
	struct elf_segment segment;
	memcpy(&header, data, sizeof(header));
	size_t count = header.phnum < 32 ? header.phnum : 32;
	size_t table = header.phoff < size ? header.phoff : 0;
	if (!count || rand() % 4 == 0)
		return (size_t)rand() % sizeof(header);
	size_t at = table + (size_t)rand() % count * sizeof(segment);
	if (at + sizeof(segment) > size || rand() % 2 == 0)
		return at + (size_t)rand() % sizeof(segment);
	memcpy(&segment, data + at, sizeof(segment));
	size_t length = segment.filesz < 4096 && segment.filesz ? segment.filesz : 4096;
	return segment.offset + (size_t)rand() % length;
}

/* Half of the time a whole word becomes something that is nearly right. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	srand(seed);
	if (size < sizeof(struct elf_header) || rand() % 2)
		return LLVMFuzzerMutate(data, size, max);
	size_t at = interesting_offset(data, size) & ~(size_t)7;
	uint64_t value, other;
	if (at >= size || size - at < sizeof(value))
		return LLVMFuzzerMutate(data, size, max);
	memcpy(&value, data + at, sizeof(value));
	memcpy(&other, data + (((size_t)rand() % size) & ~(size_t)7) % (size - 7), sizeof(other));
	const uint64_t choices[] = { 0,    1,          value + 1,   value - 1,        value + 8,
				     size, ~value,     value << 12, value ^ 0x1000,   other,
				     8,    UINT64_MAX, size - 8,    (uint64_t)rand(), value << 32 };
	value = choices[(size_t)rand() % (sizeof(choices) / sizeof(choices[0]))];
	memcpy(data + at, &value, sizeof(value));
	return size;
}

/* False: refused. */
static bool try(const uint8_t *data, size_t size)
{
	/* Aligned as words are; the sanitizer sees the byte after the last one. */
	unsigned char *copy = aligned_alloc(8, (size + 8) & ~(size_t)7);
	volatile bool loaded = false;
	memcpy(copy, data, size);
	world.bytes = data;
	world.size = size;
	if (setjmp(world.refused) == 0)
		loaded = load(copy, size);
	clean_up();
	free(copy);
	return loaded;
}

static size_t read_file(const char *name, unsigned char *to, size_t max)
{
	FILE *file = fopen(name, "rb");
	size_t size = file ? fread(to, 1, max, file) : 0;
	require(size > 0 && fclose(file) == 0, name);
	return size;
}

/* The stub stays mapped; then an executable that is as it should be has to load. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static unsigned char bytes[1 << 20];
	size_t size = read_file(ELF_FUZZ_STUB, bytes, sizeof(bytes));
	struct image image = { "stub", bytes, size, { ROM }, (const void *)bytes, NULL };
	(void)argc;
	(void)argv;
	image.segments = (const void *)(bytes + image.header->phoff);
	world.bytes = bytes;
	world.size = size;
	module_map(&stub, &image);
	world.count = 0;
	free(world.data);
	world.data = NULL;
	require(try(bytes, read_file(ELF_FUZZ_GOOD, bytes, sizeof(bytes))),
		"a good executable loads");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)try(data, size);
	return 0;
}
