/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "console.h"
#include "cpu.h"

enum { PORT = 0x3f8, INTERRUPTS = PORT + 1, FIFO = PORT + 2, LINE = PORT + 3, MODEM = PORT + 4 };
enum { STATUS = PORT + 5, STATUS_DATA = 0x01, STATUS_BREAK = 0x10, STATUS_EMPTY = 0x20 };

/* A port that is never ready must not stop the kernel. */
enum { PATIENCE = 100000, FIFO_SIZE = 16 };

void console_setup(void)
{
	cpu_out8(INTERRUPTS, 0);
	cpu_out8(LINE, 0x80);
	cpu_out8(PORT, 1); /* 115200 baud */
	cpu_out8(INTERRUPTS, 0);
	cpu_out8(LINE, 0x03); /* 8n1 */
	cpu_out8(FIFO, 0x07);
	cpu_out8(MODEM, 0x03);
}

void console_write(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		for (unsigned n = 0; n < PATIENCE && !(cpu_in8(STATUS) & STATUS_EMPTY); n++)
			__asm__ volatile("pause");
		cpu_out8(PORT, bytes[i]);
	}
}

void console_enable_input(void)
{
	cpu_out8(MODEM, 0x0b);      /* and OUT2, which lets the interrupt out of the chip */
	cpu_out8(INTERRUPTS, 0x05); /* data, break */
}

int console_poll(void)
{
	uint8_t status = cpu_in8(STATUS);

	if (status & STATUS_BREAK) {
		cpu_in8(PORT);
		return CONSOLE_BREAK;
	}
	return status & STATUS_DATA ? cpu_in8(PORT) : CONSOLE_NOTHING;
}

int console_read(void)
{
	int key;

	while ((key = console_poll()) < 0)
		__asm__ volatile("pause");
	return key;
}

size_t console_take(const uint8_t *bytes, size_t length)
{
	size_t taken = 0;

	while (taken < length && cpu_in8(STATUS) & STATUS_EMPTY)
		for (size_t i = 0; i < FIFO_SIZE && taken < length; i++)
			cpu_out8(PORT, bytes[taken++]);
	return taken;
}

void console_text(const char *text)
{
	for (; *text; text++)
		console_write((const uint8_t *)text, 1);
}

void console_hex(uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		console_write((const uint8_t *)&"0123456789abcdef"[value >> shift & 15], 1);
}
