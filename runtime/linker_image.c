/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <arch_elf.h>
#include <runtime/linker.h>

enum { NOTE_TYPE_ABI_LEVEL = 1 };

static void check_header(const struct image *image)
{
	const struct elf_header *header = image->header;
	if (image->size < sizeof(*header) || memcmp(header->ident, "\177ELF", 4) != 0)
		cannot_start("%s: not an ELF file (%llu bytes); it must be a Tenon executable or "
			     "library",
			     image->name, (unsigned long long)image->size);
	if (header->ident[4] != ELF_CLASS_64 || header->ident[5] != ELF_DATA_LITTLE ||
	    header->machine != ARCH_ELF_MACHINE)
		cannot_start("%s: built for another CPU (ELF machine %u, class %u)", image->name,
			     header->machine, header->ident[4]);
	if (header->type != ELF_TYPE_DYNAMIC)
		cannot_start(
			"%s: not position independent (ELF type %u); link it with -pie or -shared",
			image->name, header->type);
	if (header->phentsize != sizeof(struct elf_segment) || header->phoff % 8 ||
	    !header->phnum || header->phoff > image->size ||
	    header->phnum > (image->size - header->phoff) / sizeof(struct elf_segment))
		cannot_start("%s: truncated or damaged: program headers at byte %llu of %llu",
			     image->name, (unsigned long long)header->phoff,
			     (unsigned long long)image->size);
}

static void check_load(const struct image *image, unsigned i)
{
	const struct elf_segment *s = &image->segments[i];
	if (s->offset > image->size || s->filesz > image->size - s->offset)
		cannot_start("%s: truncated: segment %u ends at byte %llu, the file at byte %llu",
			     image->name, i, (unsigned long long)(s->offset + s->filesz),
			     (unsigned long long)image->size);
	if (s->filesz > s->memsz || s->vaddr > LAYOUT_BINARIES_END - LAYOUT_BINARIES ||
	    s->memsz > LAYOUT_BINARIES_END - LAYOUT_BINARIES ||
	    (s->offset - s->vaddr) % TN_PAGE_SIZE != 0)
		cannot_start("%s: damaged: segment %u has an impossible size or alignment",
			     image->name, i);
	if ((s->flags & ELF_PF_W) && (s->flags & ELF_PF_X))
		cannot_start(
			"%s: segment %u is writable and executable; link with -z separate-code",
			image->name, i);
	if (!(s->flags & ELF_PF_W) && s->memsz > s->filesz &&
	    (s->vaddr + s->memsz - 1) / TN_PAGE_SIZE != (s->vaddr + s->filesz - 1) / TN_PAGE_SIZE)
		cannot_start(
			"%s: damaged: read-only segment %u is longer than its part of the file",
			image->name, i);
}

/* ELF note: name size, description size, type, then both padded to 4 bytes. */
static uint32_t abi_level(const struct image *image)
{
	for (unsigned i = 0; i < image->header->phnum; i++) {
		const struct elf_segment *s = &image->segments[i];
		if (s->type != ELF_PT_NOTE || s->offset > image->size || s->offset % 4 ||
		    s->filesz > image->size - s->offset)
			continue;
		const unsigned char *p = image->bytes + s->offset;
		for (uint64_t left = s->filesz; left >= 12;) {
			uint32_t note[4];
			memcpy(note, p, 12);
			uint64_t name = ((uint64_t)note[0] + 3) & ~3ull;
			uint64_t length = 12 + name + (((uint64_t)note[1] + 3) & ~3ull);
			if (length > left)
				break;
			if (note[0] == 6 && note[1] == 4 && note[2] == NOTE_TYPE_ABI_LEVEL &&
			    memcmp(p + 12, "Tenon", 6) == 0) {
				memcpy(&note[3], p + 12 + name, 4);
				return note[3];
			}
			p += length;
			left -= length;
		}
	}
	return 0;
}

static void check_level(const struct image *image)
{
	uint32_t level = abi_level(image);
	if (!level)
		cannot_start("%s: no Tenon ABI note; link it as tenon.pc says", image->name);
	if (level > TN_ABI_LEVEL)
		cannot_start("%s: needs ABI level %u, this runtime has %u", image->name, level,
			     TN_ABI_LEVEL);
}

void image_check(struct image *image)
{
	bool loads = false;
	image->header = (const void *)image->bytes;
	check_header(image);
	image->segments = (const void *)(image->bytes + image->header->phoff);
	for (unsigned i = 0; i < image->header->phnum; i++) {
		uint32_t type = image->segments[i].type;
		if (type == ELF_PT_TLS)
			cannot_start("%s: uses thread-local storage, which the base does not have",
				     image->name);
		if (type == ELF_PT_LOAD)
			check_load(image, i);
		loads = loads || type == ELF_PT_LOAD;
	}
	if (!loads)
		cannot_start("%s: has no segment to load", image->name);
	check_level(image);
}
