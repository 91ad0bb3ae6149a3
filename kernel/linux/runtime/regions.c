/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Mappings: core checks each against its own records, puts the memory at the transit descriptor,
 * and lets the system call go on.
 */
#include "local.h"

enum { UNMAP_PATIENCE = 10000 };

/* Of the calling thread: nobody else works on the same channel on the same side. */
static uint64_t *buried_find(uint64_t link)
{
	uint64_t *buried = this_thread()->buried;
	for (unsigned i = 0; i < BURIED; i++)
		if (buried[i] == link)
			return &buried[i];
	return NULL;
}

long port_map(uint64_t address, uint64_t size, int protection, int flags, uint64_t offset)
{
	const uint32_t transit = LINUX_FD_TRANSIT + current_thread();
	long result = linux_call6(__NR_mmap, address, size, (uint64_t)protection, (uint64_t)flags,
				  transit, offset);
	linux_call1(__NR_close, transit);
	return result;
}

tn_error port_attached(uint64_t address, uint64_t size, uint64_t offset, uint32_t rights)
{
	int protection = linux_protection(rights), flags = linux_map_flags(rights);
	long result = -EEXIST;
	/* Core has let another thread unmap what was here, which it may be just about to do. */
	for (unsigned i = 0; result == -EEXIST && i < UNMAP_PATIENCE; i++)
		result = port_map(address, size, protection, flags, offset);
	if (result == (long)address)
		return TN_OK;
	return result == -ENOMEM ? TN_ERR_OUT_OF_RAM : TN_ERR_GONE;
}

void port_detached(uint64_t address, uint64_t size)
{
	linux_call2(__NR_munmap, address, size);
}

struct link *link_open(enum linux_side side, uint32_t number)
{
	uint64_t address = linux_link_address(side, number);
	struct link *link = (struct link *)address;
	if (linux_probe(link))
		return link;
	long result = port_map(address, LINUX_LINK_SIZE, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_FIXED, 0);
	return result == (long)address && linux_probe(link) ? link : NULL;
}

bool link_bury(uint64_t address)
{
	enum linux_side side;
	uint32_t number;
	address &= ~(uint64_t)(TN_PAGE_SIZE - 1);
	if (!linux_link_find(address, &side, &number))
		return false;
	uint64_t page = LINUX_PRIVATE_SCRATCH + address / TN_PAGE_SIZE % 2;
	uint64_t link = linux_link_address(side, number);
	uint64_t *entry = buried_find(link);
	if (!entry)
		entry = buried_find(0);
	if (!entry)
		return false;
	*entry = link;
	return port_map(address, TN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			page * TN_PAGE_SIZE) == (long)address;
}

void link_settle(enum linux_side side, uint32_t number)
{
	uint64_t link = linux_link_address(side, number);
	uint64_t *entry = buried_find(link);
	if (!entry)
		return;
	*entry = 0;
	linux_call2(__NR_munmap, link, LINUX_LINK_SIZE);
}

void port_channel_close(uint32_t channel)
{
	link_lock(channel);
	linux_call2(__NR_munmap, linux_link_address(LINUX_CLIENT, channel), LINUX_LINK_SIZE);
	linux_call1(__NR_close, LINUX_FD_EVENTS + channel);
	link_unlock(channel);
}
