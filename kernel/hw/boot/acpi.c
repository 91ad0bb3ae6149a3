/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "boot.h"
#include "frame.h"
#include "panic.h"
#include "string.h"

/* Reads one table of the firmware, the MADT, for where the interrupt controllers are. */

struct pointer_table { /* RSDP */
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t root; /* RSDT */
	uint32_t length;
	uint64_t extended_root; /* XSDT */
} __attribute__((packed));

struct table_header {
	char signature[4];
	uint32_t length;
	uint8_t rest[28];
} __attribute__((packed));

struct madt {
	struct table_header header;
	uint32_t local, flags;
} __attribute__((packed));

struct madt_entry {
	uint8_t type, length;
} __attribute__((packed));

struct madt_io {
	struct madt_entry entry;
	uint8_t id, reserved;
	uint32_t address, first_irq;
} __attribute__((packed));

struct madt_override {
	struct madt_entry entry;
	uint8_t bus, source;
	uint32_t irq;
	uint16_t flags;
} __attribute__((packed));

enum { ENTRY_IO = 1, ENTRY_OVERRIDE = 2, POLARITY_LOW = 3, TRIGGER_LEVEL = 3 };
enum { RSDP_LENGTH_1 = 20, TABLE_MAX = 1 << 20 };

/* The early page table reaches 4 GiB. */
static const void *reach(uint64_t physical, uint64_t length)
{
	if (!physical || length > TABLE_MAX || physical + length > 0x100000000)
		return NULL;
	return frame_memory(physical);
}

static bool sums_up(const void *data, uint32_t length)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	for (uint32_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

static const struct pointer_table *search(uint64_t from, uint64_t to)
{
	for (; from + sizeof(struct pointer_table) <= to; from += 16) {
		const struct pointer_table *found = frame_memory(from);

		if (memcmp(found->signature, "RSD PTR ", 8) == 0 && sums_up(found, RSDP_LENGTH_1))
			return found;
	}
	return NULL;
}

static const struct pointer_table *find_pointer(void)
{
	uint16_t segment;
	const struct pointer_table *found = (const void *)boot_machine.rsdp;

	if (boot_machine.rsdp_length >= RSDP_LENGTH_1 && sums_up(found, RSDP_LENGTH_1))
		return found;
	memcpy(&segment, frame_memory(0x40e), sizeof(segment)); /* extended BIOS data area */
	found = segment ? search(segment * 16ull, segment * 16ull + 1024) : NULL;
	return found ? found : search(0xe0000, 0x100000);
}

static const struct table_header *table_at(uint64_t physical)
{
	const struct table_header *header = reach(physical, sizeof(*header));

	if (!header || header->length < sizeof(*header) || !reach(physical, header->length))
		return NULL;
	return sums_up(header, header->length) ? header : NULL;
}

static const struct madt *find_madt(void)
{
	const struct pointer_table *pointer = find_pointer();
	bool extended = pointer && pointer->revision >= 2 && pointer->extended_root;
	uint32_t width = extended ? 8 : 4;
	const struct table_header *root;

	if (!pointer)
		return NULL;
	root = table_at(extended ? pointer->extended_root : pointer->root);
	if (!root)
		return NULL;
	for (uint32_t at = sizeof(*root); at + width <= root->length; at += width) {
		const struct table_header *header;
		uint64_t physical = 0;

		memcpy(&physical, (const uint8_t *)root + at, width);
		header = table_at(physical);
		if (header && memcmp(header->signature, "APIC", 4) == 0 &&
		    header->length >= sizeof(struct madt))
			return (const struct madt *)header;
	}
	return NULL;
}

static void read_io(struct apic_config *config, const void *entry)
{
	struct madt_io io;

	memcpy(&io, entry, sizeof(io));
	if (config->io_count == APIC_IO_MAX)
		return;
	config->io[config->io_count].address = io.address & ~0xfffu;
	config->io[config->io_count++].first_irq = io.first_irq;
}

static void read_override(struct apic_config *config, const void *entry)
{
	struct madt_override override;

	memcpy(&override, entry, sizeof(override));
	if (override.source >= 16 || override.irq > 255)
		return;
	config->isa[override.source].irq = (uint8_t) override.irq;
	config->isa[override.source].low = (override.flags & 3) == POLARITY_LOW;
	config->isa[override.source].level = (override.flags >> 2 & 3) == TRIGGER_LEVEL;
}

static void read_madt(struct apic_config *config, const struct madt *madt)
{
	const uint8_t *bytes = (const uint8_t *)madt;
	uint32_t at = sizeof(*madt);

	config->local = madt->local & ~0xfffu;
	while (at + sizeof(struct madt_entry) <= madt->header.length) {
		uint8_t type = bytes[at], length = bytes[at + 1];

		if (length < sizeof(struct madt_entry) || at + length > madt->header.length)
			break;
		if (type == ENTRY_IO && length >= sizeof(struct madt_io))
			read_io(config, bytes + at);
		else if (type == ENTRY_OVERRIDE && length >= sizeof(struct madt_override))
			read_override(config, bytes + at);
		at += length;
	}
}

void boot_find_apics(struct apic_config *config)
{
	const struct madt *madt = find_madt();

	*config = (struct apic_config){ .local = 0xfee00000 };
	for (unsigned i = 0; i < 16; i++)
		config->isa[i].irq = (uint8_t)i;
	if (madt)
		read_madt(config, madt);
	if (!config->io_count) {
		/* Where every PC chip set has had it, QEMU's q35 too. */
		config->io_count = 1;
		config->io[0].address = 0xfec00000;
	}
}
