/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "port.h"
#include <stdbool.h>
#include "cpu.h"

static bool overlaps(uint64_t port, uint64_t bytes, uint64_t first, uint64_t count)
{
	return port < first + count && first < port + bytes;
}

static enum hw_status check(uint64_t port, uint64_t bytes)
{
	if ((bytes != 1 && bytes != 2 && bytes != 4) || port > 0x10000 - bytes)
		return HW_ERR_ARGUMENT;
#define REFUSE(first, count, what)               \
	if (overlaps(port, bytes, first, count)) \
		return HW_ERR_OCCUPIED;
	HW_KERNEL_PORTS(REFUSE)
#undef REFUSE
	return HW_OK;
}

enum hw_status port_read(uint64_t port, uint64_t bytes, uint64_t *value)
{
	enum hw_status status = check(port, bytes);

	*value = 0;
	if (status != HW_OK)
		return status;
	if (bytes == 1)
		*value = cpu_in8((uint16_t)port);
	else if (bytes == 2)
		*value = cpu_in16((uint16_t)port);
	else
		*value = cpu_in32((uint16_t)port);
	return HW_OK;
}

enum hw_status port_write(uint64_t port, uint64_t bytes, uint64_t value)
{
	enum hw_status status = check(port, bytes);

	if (status != HW_OK)
		return status;
	if (bytes == 1)
		cpu_out8((uint16_t)port, (uint8_t)value);
	else if (bytes == 2)
		cpu_out16((uint16_t)port, (uint16_t)value);
	else
		cpu_out32((uint16_t)port, (uint32_t)value);
	return HW_OK;
}
