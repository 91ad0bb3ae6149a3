/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Interrupt controllers: the local APIC with its timer, the I/O APICs, the silenced old one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { VECTOR_TIMER = 32, VECTOR_IRQ = 48, VECTOR_SPURIOUS = 255 };
enum { APIC_IRQ_MAX = VECTOR_SPURIOUS - VECTOR_IRQ, APIC_IO_MAX = 8 };

/* Page n of the kernel's window to interrupt controllers; 0: local APIC, 1 + i: I/O APIC i. */
uint64_t apic_page(unsigned page);
enum { APIC_PAGES = 1 + APIC_IO_MAX };

/* What the firmware tells; see acpi.c. */
struct apic_config {
	uint64_t local;
	unsigned io_count;
	struct {
		uint64_t address;
		uint32_t first_irq;
	} io[APIC_IO_MAX];
	struct {
		uint8_t irq; /* global interrupt that the ISA one is wired to */
		bool level, low;
	} isa[16];
};

/* The kernel's page table must have the pages. */
void apic_setup(const struct apic_config *config);

void apic_end_of_interrupt(void);

/* One shot of `count` timer ticks, 0 stops it. */
void apic_timer_start(uint32_t count);
uint32_t apic_timer_left(void);

/* The global number of an ISA interrupt, 0 to 15. */
uint32_t apic_isa_irq(unsigned isa);
/* False: no I/O APIC has this interrupt. */
bool apic_irq_exists(uint64_t irq);
/* False: it holds until the device is satisfied. */
bool apic_irq_is_edge(uint32_t irq);
void apic_irq_mask(uint32_t irq);
void apic_irq_unmask(uint32_t irq);
