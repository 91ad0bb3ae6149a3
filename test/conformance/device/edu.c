/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The PCI device "edu" of QEMU: it computes, raises an interrupt that holds until it is
 * acknowledged, and copies to and from memory. Source of the registers: QEMU's documentation,
 * docs/specs/edu.
 */
#include "machine.h"

enum { VENDOR_AND_DEVICE = 0x11e81234, ID_MASK = 0xfff0ffff, ID = 0x010000ed };
enum { COMMAND = 4, COMMAND_MEMORY = 2, COMMAND_MASTER = 4, BAR_0 = 0x10, FUNCTION_SIZE = 4096 };
enum { SLOT = 16, FUNCTIONS = 8 };

enum {
	EDU_ID = 0x00,
	EDU_FACTORIAL = 0x08,
	EDU_STATUS = 0x20,
	EDU_CAUSE = 0x24,
	EDU_ACK = 0x64,
	EDU_SOURCE = 0x80,
	EDU_TARGET = 0x88,
	EDU_COUNT = 0x90,
	EDU_DMA = 0x98,
};
enum { STATUS_BUSY = 1, STATUS_INTERRUPT = 0x80 };
enum { DMA_START = 1, DMA_TO_MEMORY = 2, DMA_INTERRUPT = 4, CAUSE_DMA = 0x100 };
enum { BUFFER = 0x40000, LENGTH = 2000 };

static struct {
	bool open;
	struct tn_session registers, line;
	volatile unsigned char *at;
	struct tn_signal occurred;
} edu;

static void write32(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(volatile void *)(edu.at + offset) = value;
}

static uint32_t read32(uint32_t offset)
{
	return *(volatile uint32_t *)(volatile void *)(edu.at + offset);
}

/* Where its registers are, after having let it see memory; 0: there is none. */
static uint32_t find_registers(void)
{
	struct tn_session pci;
	uint32_t base = 0;
	if (!open_device(TN_FEATURE_IO_MEM, "pci", &pci))
		return 0;
	volatile unsigned char *all = attach_device(&pci, TN_RIGHT_READ | TN_RIGHT_WRITE);
	if (all) {
		volatile unsigned char *function = all + SLOT * FUNCTIONS * FUNCTION_SIZE;
		volatile uint32_t *word = (volatile uint32_t *)(volatile void *)function;
		TN_EXPECT(*(volatile uint32_t *)(volatile void *)all != UINT32_MAX);
		TN_EXPECT_EQUAL(word[0], VENDOR_AND_DEVICE);
		if (word[0] == VENDOR_AND_DEVICE) {
			base = word[BAR_0 / 4] & ~15u;
			*(volatile uint16_t *)(volatile void *)(function + COMMAND) =
				COMMAND_MEMORY | COMMAND_MASTER;
		}
	}
	tn_session_close(&pci);
	return base;
}

static bool open(struct tn_env *env)
{
	char label[64];
	uint32_t base = edu.open ? 0 : find_registers();
	if (!base)
		return edu.open;
	tn_format(label, sizeof(label), "0x%x 0x100000", base);
	if (!open_device(TN_FEATURE_IO_MEM, label, &edu.registers) ||
	    !open_device(TN_FEATURE_IRQ, "edu", &edu.line))
		return false;
	edu.at = attach_device(&edu.registers, TN_RIGHT_READ | TN_RIGHT_WRITE);
	tn_irq_cap irq = { edu.line.cap };
	TN_MUST(tn_signal_create(tn_env_entrypoint(env), &edu.occurred));
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_ERR_NOT_FOUND);
	TN_EXPECT_ERROR(tn_irq_watch(irq, edu.occurred.cap), TN_OK);
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
	edu.open = edu.at;
	return edu.open;
}

/* The line holds until the device is told; only then it may be opened again. */
static void wait_for(uint32_t cause)
{
	tn_irq_cap irq = { edu.line.cap };
	tn_signal_wait(&edu.occurred);
	TN_EXPECT_EQUAL(read32(EDU_CAUSE), cause);
	write32(EDU_ACK, cause);
	TN_EXPECT_ERROR(tn_irq_ack(irq), TN_OK);
}

void edu_computes(struct tn_env *env)
{
	if (!open(env))
		return;
	TN_EXPECT_EQUAL(read32(EDU_ID) & 0xffff, ID & 0xffff);
	for (unsigned i = 0; i < 3; i++) {
		write32(EDU_STATUS, STATUS_INTERRUPT);
		write32(EDU_FACTORIAL, 10);
		wait_for(1);
		TN_EXPECT_EQUAL(read32(EDU_FACTORIAL), 3628800);
	}
	write32(EDU_STATUS, 0);
}

static void write64(uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(volatile void *)(edu.at + offset) = value;
}

static void transfer(uint64_t from, uint64_t to, uint64_t command)
{
	write64(EDU_SOURCE, from);
	write64(EDU_TARGET, to);
	write64(EDU_COUNT, LENGTH);
	write64(EDU_DMA, command | DMA_START | DMA_INTERRUPT);
	wait_for(CAUSE_DMA);
}

/* To the device and back, to another place of the same memory. */
void edu_transfers(struct tn_env *env)
{
	struct tn_session session;
	tn_dma_dataspace_cap memory = { 0 };
	uint64_t bus_address = 0, again = 0;
	void *address = NULL;
	if (!open_device(TN_FEATURE_DMA, "", &session) || !open(env))
		return;
	tn_dma_cap dma = { session.cap };
	TN_REQUIRE_OK(tn_dma_alloc(dma, tn_env_pd(env), 2 * TN_PAGE_SIZE, &memory, &bus_address));
	TN_EXPECT_ERROR(tn_dma_address(dma, memory, &again), TN_OK);
	TN_EXPECT_EQUAL(bus_address, again);
	TN_EXPECT_EQUAL(bus_address % TN_PAGE_SIZE, 0);
	TN_EXPECT(bus_address && bus_address + 2 * TN_PAGE_SIZE <= (1ull << 32));
	TN_REQUIRE_OK(tn_attach(tn_dma_dataspace(memory), 0, 0, TN_RIGHT_READ | TN_RIGHT_WRITE,
				&address));
	unsigned char *bytes = address;
	for (unsigned i = 0; i < LENGTH; i++)
		bytes[i] = (unsigned char)(i * 7 + 1);
	transfer(bus_address, BUFFER, 0);
	transfer(BUFFER, bus_address + TN_PAGE_SIZE, DMA_TO_MEMORY);
	TN_EXPECT(memcmp(bytes, bytes + TN_PAGE_SIZE, LENGTH) == 0);
	TN_EXPECT_EQUAL(bytes[TN_PAGE_SIZE + LENGTH], 0);
	tn_dataspace_free(tn_dma_dataspace(memory));
	tn_session_close(&session);
}

void edu_close(struct tn_env *env)
{
	(void)env;
	if (!edu.open)
		return;
	tn_session_close(&edu.line);
	tn_session_close(&edu.registers);
	tn_signal_destroy(&edu.occurred);
	edu.open = false;
}
