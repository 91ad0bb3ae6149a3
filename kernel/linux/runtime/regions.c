/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Mappings: core checks each against its own records, puts the memory at the transit descriptor,
 * and lets the system call go on.
 */
#include "local.h"
#include <asm/sigcontext.h>
#include <asm/signal.h>

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

uint64_t unmap_signal_block(void)
{
	static const uint64_t blocked = 1ull << (LINUX_UNMAP_SIGNAL - 1);
	uint64_t before;
	linux_call4(__NR_rt_sigprocmask, SIG_BLOCK, &blocked, &before, sizeof(blocked));
	return before;
}

void unmap_signal_restore(uint64_t before)
{
	linux_call4(__NR_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(before));
}

long core_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	uint64_t before = unmap_signal_block();
	long result = linux_call6(number, a, b, c, d, e, f);
	unmap_signal_restore(before);
	return result;
}

/* Core says EAGAIN as long as another thread may be about to map something there. */
void port_unmap(uint64_t address, uint64_t size)
{
	while (core_call(__NR_munmap, address, size, 0, 0, 0, 0) == -EAGAIN)
		;
}

long port_map(uint64_t address, uint64_t size, int protection, int flags, uint64_t offset)
{
	const uint32_t transit = LINUX_FD_TRANSIT + current_thread();
	long result = core_call(__NR_mmap, address, size, (uint64_t)protection, (uint64_t)flags,
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
	/* Of a managed dataspace there is nothing to map before it is touched. */
	if (result == (long)address || result == -ENODATA)
		return TN_OK;
	return result == -ENOMEM ? TN_ERR_OUT_OF_RAM : TN_ERR_GONE;
}

void port_detached(uint64_t address, uint64_t size)
{
	port_unmap(address, size);
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

bool link_settle(enum linux_side side, uint32_t number)
{
	uint64_t link = linux_link_address(side, number);
	uint64_t *entry = buried_find(link);
	if (!entry)
		return false;
	*entry = 0;
	port_unmap(link, LINUX_LINK_SIZE);
	return true;
}

void port_channel_close(uint32_t channel)
{
	link_lock(channel);
	port_unmap(linux_link_address(LINUX_CLIENT, channel), LINUX_LINK_SIZE);
	linux_call1(__NR_close, LINUX_FD_EVENTS + channel);
	link_unlock(channel);
}
