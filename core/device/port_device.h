/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What the services for devices need of a kernel. Only ports that have devices implement it, and
 * say so by <name>.devices in their port.mk; to others core/device/ is not linked. None of these
 * waits.
 */
#pragma once

#include <core/port.h>

/* Who needs it, for a message; NULL: it can be given to a driver. Ranges are not empty. */
const char *port_io_mem_owner(uint64_t base, uint64_t size);
const char *port_io_port_owner(uint32_t first, uint32_t count);
const char *port_irq_owner(uint32_t line);

/* Makes device memory that can be mapped, not cached; never destroyed. Cannot fail. */
void port_io_mem(struct port_memory *memory, uint64_t base, uint64_t pages, bool write_combined);

/* One access of 1, 2 or 4 bytes. */
uint32_t port_io_port_read(uint16_t port, uint32_t size);
void port_io_port_write(uint16_t port, uint32_t size, uint32_t value);

bool port_irq_exists(uint64_t line);
/*
 * From the next ack on an interrupt submits the signal, once until the ack after that. The signal
 * may go at any time; then nothing is submitted.
 */
TN_MUST_USE tn_error port_irq_bind(uint32_t line, struct object *signal);
void port_irq_ack(uint32_t line);
void port_irq_unbind(uint32_t line);

/* As port_memory_create(), adjacent for devices, below 4 GiB. */
TN_MUST_USE tn_error port_dma_create(struct port_memory *memory, uint64_t pages,
				     uint64_t *bus_address);
