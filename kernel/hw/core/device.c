/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Devices. The kernel refuses what is its own, whatever core asks for; core says so beforehand. */
#include <core/device/port_device.h>
#include <hw_core.h>

static bool overlaps(uint64_t base, uint64_t size, const struct hw_boot_range *range)
{
	return base < range->base + range->size && range->base < base + size;
}

const char *port_io_mem_owner(uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < hw_boot->ram_count; i++)
		if (overlaps(base, size, &hw_boot->ram[i]))
			return "RAM";
	for (uint32_t i = 0; i < hw_boot->device_count; i++)
		if (overlaps(base, size, &hw_boot->devices[i]))
			return "the interrupt controllers";
	return NULL;
}

const char *port_io_port_owner(uint32_t first, uint32_t count)
{
	static const struct {
		struct hw_boot_range ports;
		const char *owner;
	} owners[] = {
#define OWNER(first_port, port_count, what) { { first_port, port_count }, what },
		HW_KERNEL_PORTS(OWNER)
#undef OWNER
	};
	for (unsigned i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (overlaps(first, count, &owners[i].ports))
			return owners[i].owner;
	return NULL;
}

/* The kernel's timer is no line. */
const char *port_irq_owner(uint32_t line)
{
	(void)line;
	return NULL;
}

void port_io_mem(struct port_memory *memory, uint64_t base, uint64_t pages, bool write_combined)
{
	*memory = (struct port_memory){
		.base = base,
		.pages = pages,
		.zeroed = pages, /* never: it is a device's */
		.attributes = write_combined ? HW_MEMORY_COMBINED : HW_MEMORY_UNCACHED,
	};
}

uint32_t port_io_port_read(uint16_t port, uint32_t size)
{
	return (uint32_t)hw_call2(HW_PORT_READ, port, size).rsi;
}

void port_io_port_write(uint16_t port, uint32_t size, uint32_t value)
{
	hw_call6(HW_PORT_WRITE, port, size, value, 0, 0);
}

/* 1 names no signal: nothing is bound. */
bool port_irq_exists(uint64_t line)
{
	return hw_call2(HW_IRQ_BIND, line, 1).status != HW_ERR_ARGUMENT;
}

tn_error port_irq_bind(uint32_t line, struct object *signal)
{
	struct hw_result r = hw_call2(HW_IRQ_BIND, line, signal->port.signal);
	return r.status == HW_OK ? TN_OK : TN_ERR_LIMIT;
}

void port_irq_ack(uint32_t line)
{
	hw_call2(HW_IRQ_ACK, line, 0);
}

void port_irq_unbind(uint32_t line)
{
	hw_call2(HW_IRQ_BIND, line, 0);
}

/* All of it is adjacent, and core uses no frame above 4 GiB. */
tn_error port_dma_create(struct port_memory *memory, uint64_t pages, uint64_t *bus_address)
{
	tn_error error = port_memory_create(memory, pages);
	while (error == TN_OK && !port_memory_prepare(memory))
		; /* before the device is told where it is */
	*bus_address = memory->base;
	return error;
}
