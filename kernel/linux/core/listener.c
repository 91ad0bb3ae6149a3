/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * System calls that core decides about: mappings, and core traps. All arguments are values, in
 * registers of a thread that waits, so what is checked is what will be done. The descriptor that
 * a mapping names is put there by core meanwhile; were there several threads in a component, each
 * would need a transit number of its own, lest one mapping be made of what core put there for
 * another.
 */
#include "local.h"
#include <asm/ioctl.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/seccomp.h>

struct trap {
	struct pd *pd;
	uint64_t id;
	const uint64_t *argument;
};

static bool answer(const struct trap *trap, long value, int error, uint32_t flags)
{
	struct seccomp_notif_resp response = {
		.id = trap->id,
		.val = value,
		.error = error,
		.flags = flags,
	};
	/* Fails if the process has died meanwhile. */
	return linux_call3(__NR_ioctl, port_of(trap->pd)->listener_fd, SECCOMP_IOCTL_NOTIF_SEND,
			   &response) == 0;
}

static void refuse(const struct trap *trap, int error)
{
	answer(trap, 0, -error, 0);
}

static bool proceed(const struct trap *trap)
{
	return answer(trap, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static bool put(const struct trap *trap, int fd, uint32_t number)
{
	struct seccomp_notif_addfd add = {
		.id = trap->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = number,
		.newfd_flags = O_CLOEXEC,
	};
	return linux_call3(__NR_ioctl, port_of(trap->pd)->listener_fd, SECCOMP_IOCTL_NOTIF_ADDFD,
			   &add) >= 0;
}

static struct channel *client_channel(struct pd *client, uint32_t number)
{
	struct list_node *node = list_first(&client->client_channels);
	for (; node; node = list_next(&client->client_channels, node)) {
		struct channel *channel = list_entry(node, struct channel, in_client);
		if (channel->port.number == number)
			return channel;
	}
	return NULL;
}

static struct channel *server_channel(struct pd *server, uint32_t id)
{
	struct list_node *node = list_first(&server->server_channels);
	for (; node; node = list_next(&server->server_channels, node)) {
		struct channel *channel = list_entry(node, struct channel, in_server);
		if (channel->id == id)
			return channel;
	}
	return NULL;
}

/* A client gets the eventfd together with the memory. */
static void map_channel(const struct trap *trap, enum linux_side side, uint32_t number)
{
	struct channel *channel = side == LINUX_CLIENT ? client_channel(trap->pd, number)
						       : server_channel(trap->pd, number);
	if (!channel) {
		refuse(trap, ENOENT);
		return;
	}
	if ((side == LINUX_CLIENT &&
	     !put(trap, channel->port.event_fd, LINUX_FD_EVENTS + number)) ||
	    !put(trap, channel->port.memory_fd, LINUX_FD_TRANSIT)) {
		refuse(trap, EMFILE);
		return;
	}
	proceed(trap);
}

static bool is_scratch(const uint64_t *a)
{
	return a[1] == TN_PAGE_SIZE &&
	       a[5] == (LINUX_PRIVATE_SCRATCH + a[0] / TN_PAGE_SIZE % 2) * TN_PAGE_SIZE;
}

/* Where channels are mapped, everything may be replaced: the component harms itself alone. */
static void map_in_link_area(const struct trap *trap, enum linux_side side, uint32_t number)
{
	const uint64_t *a = trap->argument;
	if (a[0] % TN_PAGE_SIZE || a[2] != (PROT_READ | PROT_WRITE) ||
	    a[3] != (MAP_SHARED | MAP_FIXED) || a[4] != LINUX_FD_TRANSIT ||
	    number >= port_of(trap->pd)->links_end[side]) {
		refuse(trap, EPERM);
	} else if (a[0] == linux_link_address(side, number) && a[1] == LINUX_LINK_SIZE &&
		   a[5] == 0) {
		map_channel(trap, side, number);
	} else if (is_scratch(a) && put(trap, port_of(trap->pd)->private_fd, LINUX_FD_TRANSIT)) {
		proceed(trap);
	} else {
		refuse(trap, EPERM);
	}
}

static void map_region(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	struct region *region = core_region_find(trap->pd, a[0]);
	if (!region || !region->memory || region->leaving || a[0] != region->address ||
	    a[1] != region->size || a[2] != (uint64_t)linux_protection(region->rights) ||
	    a[3] != (uint64_t)linux_map_flags(region->rights) || a[4] != LINUX_FD_TRANSIT ||
	    a[5] != region->offset) {
		refuse(trap, EPERM);
		return;
	}
	if (region->memory->sealed && region->rights & TN_RIGHT_WRITE) {
		refuse(trap, EACCES);
		return;
	}
	if (!put(trap, region->memory->fd, LINUX_FD_TRANSIT)) {
		refuse(trap, EMFILE);
		return;
	}
	region->port.mapped = true;
	proceed(trap);
}

static void on_map(const struct trap *trap)
{
	enum linux_side side;
	uint32_t number;
	if (linux_link_find(trap->argument[0], &side, &number))
		map_in_link_area(trap, side, number);
	else
		map_region(trap);
}

static void on_unmap(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	enum linux_side side;
	uint32_t number;
	if (linux_link_find(a[0], &side, &number)) {
		if (a[0] == linux_link_address(side, number) && a[1] == LINUX_LINK_SIZE)
			proceed(trap);
		else
			refuse(trap, EPERM);
		return;
	}
	struct region *region = core_region_find(trap->pd, a[0]);
	if (!region || !region->leaving || a[0] != region->address || a[1] != region->size) {
		refuse(trap, EPERM);
		return;
	}
	if (proceed(trap))
		core_region_gone(trap->pd, region);
}

static void on_trap(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	struct tn_fault fault = { .kind = (uint32_t)a[1], .address = a[2], .instruction = a[3] };
	switch (a[0]) {
	case LINUX_TRAP_FAULT:
		answer(trap, 0, 0, 0);
		if (fault.kind == TN_FAULT_NONE || fault.kind > TN_FAULT_OTHER)
			fault.kind = TN_FAULT_OTHER;
		if (port_of(trap->pd)->faulted)
			break;
		port_of(trap->pd)->faulted = true;
		core_fault(trap->pd, &trap->pd->thread, &fault);
		break;
	default:
		refuse(trap, EINVAL);
	}
}

/*
 * Only called when the kernel has just said that there is one, so that receiving does not wait. Its
 * process may have died since: then receiving fails.
 */
void listener_ready(struct pd *pd, uint32_t events)
{
	struct seccomp_notif notification = { 0 };
	int listener = port_of(pd)->listener_fd;
	if (!(events & EPOLLIN)) {
		watch_remove(listener); /* hung up; the process ends */
		return;
	}
	if (linux_call3(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0)
		return;
	uint64_t argument[6];
	for (unsigned i = 0; i < 6; i++)
		argument[i] = notification.data.args[i];
	struct trap trap = { .pd = pd, .id = notification.id, .argument = argument };
	switch (notification.data.nr) {
	case __NR_mmap:
		on_map(&trap);
		break;
	case __NR_munmap:
		on_unmap(&trap);
		break;
	default:
		on_trap(&trap);
	}
}
