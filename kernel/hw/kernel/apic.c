/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "apic.h"
#include "cpu.h"
#include "device.h"
#include "layout.h"
#include "panic.h"

enum {
	LOCAL_ID = 0x20,
	LOCAL_PRIORITY = 0x80,
	LOCAL_END = 0xb0,
	LOCAL_SPURIOUS = 0xf0,
	LOCAL_LVT_TIMER = 0x320,
	LOCAL_LVT_FIRST = 0x340, /* performance, LINT0, LINT1, error */
	LOCAL_LVT_LAST = 0x370,
	LOCAL_TIMER_INITIAL = 0x380,
	LOCAL_TIMER_LEFT = 0x390,
	LOCAL_TIMER_DIVIDE = 0x3e0,
};

enum { IO_SELECT = 0x00, IO_DATA = 0x10, IO_VERSION = 1, IO_REDIRECTION = 0x10 };

#define MASKED   (1u << 16)
#define LEVEL    (1u << 15)
#define LOW      (1u << 13)
#define LOCAL_ON (1u << 8)
#define DIVIDE_1 0x0bu

static struct apic_config config;
static uint32_t io_lines[APIC_IO_MAX];

static volatile uint32_t *page_register(unsigned page, uint32_t offset)
{
	uint64_t address = MMIO_BASE + page * 0x1000ull + offset;

	return (volatile uint32_t *)address; /* NOLINT(performance-no-int-to-ptr) */
}

static void local_write(uint32_t offset, uint32_t value)
{
	*page_register(0, offset) = value;
}

static uint32_t io_read(unsigned chip, uint32_t index)
{
	*page_register(1 + chip, IO_SELECT) = index;
	return *page_register(1 + chip, IO_DATA);
}

static void io_write(unsigned chip, uint32_t index, uint32_t value)
{
	*page_register(1 + chip, IO_SELECT) = index;
	*page_register(1 + chip, IO_DATA) = value;
}

uint64_t apic_page(unsigned page)
{
	if (page == 0)
		return config.local;
	return page - 1 < config.io_count ? config.io[page - 1].address : 0;
}

bool device_is_kernels(uint64_t physical)
{
	if (physical >= DEVICE_MESSAGES && physical - DEVICE_MESSAGES < DEVICE_MESSAGES_SIZE)
		return true;
	for (unsigned page = 0; page < APIC_PAGES; page++)
		if (physical / 0x1000 == apic_page(page) / 0x1000)
			return true;
	return false;
}

uint64_t device_physical_limit(void)
{
	static uint64_t limit;

	if (!limit)
		limit = cpu_physical_limit();
	return limit;
}

/* Chip and line of an interrupt; false if there is none. */
static bool find_line(uint64_t irq, unsigned *chip, uint32_t *line)
{
	for (unsigned i = 0; i < config.io_count; i++) {
		if (irq < config.io[i].first_irq || irq - config.io[i].first_irq >= io_lines[i])
			continue;
		*chip = i;
		*line = (uint32_t)irq - config.io[i].first_irq;
		return true;
	}
	return false;
}

/* ISA interrupts are edges unless the firmware says otherwise, the others PCI's: level, low. */
static uint32_t wiring(uint32_t irq)
{
	for (unsigned i = 0; i < 16; i++)
		if (config.isa[i].irq == irq)
			return (config.isa[i].level ? LEVEL : 0) | (config.isa[i].low ? LOW : 0);
	return LEVEL | LOW;
}

uint32_t apic_isa_irq(unsigned isa)
{
	return config.isa[isa].irq;
}

bool apic_irq_exists(uint64_t irq)
{
	unsigned chip;
	uint32_t line;

	return irq < APIC_IRQ_MAX && find_line(irq, &chip, &line);
}

bool apic_irq_is_edge(uint32_t irq)
{
	return !(wiring(irq) & LEVEL);
}

static void set_irq(uint32_t irq, uint32_t mask)
{
	unsigned chip;
	uint32_t line;

	if (find_line(irq, &chip, &line))
		io_write(chip, IO_REDIRECTION + 2 * line,
			 (uint32_t)(VECTOR_IRQ + irq) | wiring(irq) | mask);
}

void apic_irq_mask(uint32_t irq)
{
	set_irq(irq, MASKED);
}

void apic_irq_unmask(uint32_t irq)
{
	set_irq(irq, 0);
}

void apic_end_of_interrupt(void)
{
	local_write(LOCAL_END, 0);
}

void apic_timer_start(uint32_t count)
{
	local_write(LOCAL_TIMER_INITIAL, count);
}

uint32_t apic_timer_left(void)
{
	return *page_register(0, LOCAL_TIMER_LEFT);
}

/* The old controllers: moved off the exception vectors, in case they raise a spurious interrupt. */
static void silence_pic(void)
{
	static const uint8_t words[2][4] = { { 0x11, 0xf0, 4, 1 }, { 0x11, 0xf0, 2, 1 } };
	static const uint16_t ports[2] = { 0x20, 0xa0 };

	for (unsigned chip = 0; chip < 2; chip++) {
		cpu_out8(ports[chip], words[chip][0]);
		for (unsigned i = 1; i < 4; i++)
			cpu_out8((uint16_t)(ports[chip] + 1), words[chip][i]);
		cpu_out8((uint16_t)(ports[chip] + 1), 0xff);
	}
}

static void setup_local(void)
{
	enum { MSR_APIC_BASE = 0x1b, APIC_X2 = 1 << 10, APIC_ENABLE = 1 << 11 };

	if (cpu_msr_read(MSR_APIC_BASE) & APIC_X2)
		panic("the firmware has put the local APIC into x2APIC mode");
	cpu_msr_write(MSR_APIC_BASE, cpu_msr_read(MSR_APIC_BASE) | APIC_ENABLE);
	local_write(LOCAL_SPURIOUS, LOCAL_ON | VECTOR_SPURIOUS);
	for (uint32_t lvt = LOCAL_LVT_FIRST; lvt <= LOCAL_LVT_LAST; lvt += 0x10)
		local_write(lvt, MASKED);
	local_write(LOCAL_PRIORITY, 0);
	local_write(LOCAL_TIMER_DIVIDE, DIVIDE_1);
	local_write(LOCAL_LVT_TIMER, VECTOR_TIMER);
}

static void setup_io(unsigned chip)
{
	uint32_t local_id = *page_register(0, LOCAL_ID) & 0xff000000;

	io_lines[chip] = (io_read(chip, IO_VERSION) >> 16 & 0xff) + 1;
	for (uint32_t line = 0; line < io_lines[chip]; line++) {
		io_write(chip, IO_REDIRECTION + 2 * line, MASKED);
		io_write(chip, IO_REDIRECTION + 2 * line + 1, local_id);
	}
}

void apic_setup(const struct apic_config *found)
{
	config = *found;
	silence_pic();
	setup_local();
	for (unsigned chip = 0; chip < config.io_count; chip++)
		setup_io(chip);
}
