/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * System calls that core decides about: mappings, and core traps. All arguments are values, in
 * registers of a thread that waits, so what is checked is what will be done. The descriptor that
 * a mapping names is put there by core meanwhile. Each thread has a number of its own for that,
 * lest one mapping be made of what core put there for another; the kernel says which thread asks,
 * and core notes once which of its threads that is.
 */
#include "local.h"
#include <core/channel.h>
#include <core/thread.h>
#include <core/work.h>
#include <asm/ioctl.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/seccomp.h>

struct trap {
	struct pd *pd;
	struct thread *thread; /* that waits; NULL: a new one, which has not told its index yet */
	uint32_t tid;
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
	return linux_call3(__NR_ioctl, file_fd(&port_of(trap->pd)->listener),
			   SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

static void refuse(const struct trap *trap, int error)
{
	answer(trap, 0, -error, 0);
}

static bool proceed(const struct trap *trap)
{
	return answer(trap, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static bool put(const struct trap *trap, struct file *file, uint32_t number)
{
	struct seccomp_notif_addfd add = {
		.id = trap->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)file_fd(file),
		.newfd = number,
		.newfd_flags = O_CLOEXEC,
	};
	return linux_call3(__NR_ioctl, file_fd(&port_of(trap->pd)->listener),
			   SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0;
}

static uint32_t transit(const struct trap *trap)
{
	return LINUX_FD_TRANSIT + trap->thread->index;
}

static struct channel *client_channel(struct pd *client, uint32_t number)
{
	struct tn_list_node *node = tn_list_first(&client->client_channels);
	for (; node; node = tn_list_next(&client->client_channels, node)) {
		struct channel *channel = TN_CONTAINER_OF(node, struct channel, in_client);
		if (channel->port.number == number)
			return channel;
	}
	return NULL;
}

/* A thread maps channels of its own entrypoint alone: nobody replaces what another one works on. */
static struct channel *server_channel(const struct thread *entrypoint, uint32_t id)
{
	struct channel *channel = channel_at(entrypoint->pd, id);
	return channel && channel->entrypoint == entrypoint ? channel : NULL;
}

/* A client gets the eventfd together with the memory. */
static void map_channel(const struct trap *trap, enum linux_side side, uint32_t number)
{
	struct channel *channel = side == LINUX_CLIENT ? client_channel(trap->pd, number)
						       : server_channel(trap->thread, number);
	if (!channel) {
		refuse(trap, ENOENT);
		return;
	}
	if ((side == LINUX_CLIENT && !put(trap, &channel->port.event, LINUX_FD_EVENTS + number)) ||
	    !put(trap, &channel->port.memory, transit(trap))) {
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
	    a[3] != (MAP_SHARED | MAP_FIXED) || a[4] != transit(trap) ||
	    number >= port_of(trap->pd)->links_end[side]) {
		refuse(trap, EPERM);
	} else if (a[0] == linux_link_address(side, number) && a[1] == LINUX_LINK_SIZE &&
		   a[5] == 0) {
		map_channel(trap, side, number);
	} else if (is_scratch(a) && put(trap, &trap->thread->port.private, transit(trap))) {
		proceed(trap);
	} else {
		refuse(trap, EPERM);
	}
}

/* Mappings of managed dataspaces are only what has been touched: too many may go at any time. */
enum { PIECES_MAX = 16384 };

static void note_piece(struct region *region, const struct core_piece *piece)
{
	struct port_region *port = &region->port;
	uint64_t end = piece->address + piece->size;
	if (!port->high)
		port->low = piece->address;
	port->low = piece->address < port->low ? piece->address : port->low;
	port->high = end > port->high ? end : port->high;
	port->mapped = true;
	port->pieces += 2; /* it may split another one */
	port_of(region->map->pd)->pieces += 2;
}

/* A piece of a managed dataspace, as core has just told the thread. */
static void map_piece(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	struct core_piece piece;
	if (a[3] & MAP_FIXED_NOREPLACE) {
		refuse(trap, ENODATA); /* all of it: there is nothing but what is touched */
		return;
	}
	if (!core_piece_find(trap->pd, a[0], TN_RIGHT_READ, &piece) || a[0] != piece.address ||
	    a[1] != piece.size || a[2] != (uint64_t)linux_protection(piece.rights) ||
	    a[3] != (uint64_t)linux_piece_flags(piece.rights) || a[4] != transit(trap) ||
	    a[5] != piece.offset) {
		refuse(trap, EAGAIN);
		return;
	}
	if (piece.memory->sealed && piece.rights & TN_RIGHT_WRITE) {
		refuse(trap, EACCES);
		return;
	}
	if (!put(trap, &piece.memory->file, transit(trap))) {
		refuse(trap, EMFILE);
		return;
	}
	note_piece(piece.region, &piece);
	unmap_granted(trap->thread);
	proceed(trap);
}

static void map_region(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	struct region *region = core_region_find(trap->pd, a[0]);
	if (region && region->dataspace && region->dataspace->map) {
		map_piece(trap);
		return;
	}
	if (!region || !region->memory || region->leaving || a[0] != region->address ||
	    a[1] != region->size || a[2] != (uint64_t)linux_protection(region->rights) ||
	    a[3] != (uint64_t)linux_map_flags(region->rights) || a[4] != transit(trap) ||
	    a[5] != region->offset) {
		refuse(trap, EPERM);
		return;
	}
	if (region->memory->sealed && region->rights & TN_RIGHT_WRITE) {
		refuse(trap, EACCES);
		return;
	}
	if (!put(trap, &region->memory->file, transit(trap))) {
		refuse(trap, EMFILE);
		return;
	}
	region->port.mapped = true;
	proceed(trap);
}

/* Page, message and signal stack of a further thread: where they lie says whose they are. */
static bool find_private(const uint64_t *a, uint32_t *index, uint64_t *page)
{
	uint64_t pages = a[0] - LAYOUT_THREAD_PAGES, stacks = a[0] - LAYOUT_STACKS;
	uint64_t messages = a[0] - LAYOUT_UTCB;
	if (pages < LAYOUT_THREADS_MAX * TN_PAGE_SIZE && pages % TN_PAGE_SIZE == 0 &&
	    a[1] == TN_PAGE_SIZE) {
		*index = (uint32_t)(pages / TN_PAGE_SIZE);
		*page = LINUX_PRIVATE_THREAD;
	} else if (messages < LAYOUT_THREADS_MAX * TN_PAGE_SIZE && messages % TN_PAGE_SIZE == 0 &&
		   a[1] == TN_PAGE_SIZE) {
		*index = (uint32_t)(messages / TN_PAGE_SIZE);
		*page = LINUX_PRIVATE_MESSAGE;
	} else if (stacks < LAYOUT_THREADS_MAX * LAYOUT_STACK_SLOT &&
		   stacks % LAYOUT_STACK_SLOT == LINUX_SIGNAL_STACK_OFFSET &&
		   a[1] == LINUX_SIGNAL_STACK_PAGES * TN_PAGE_SIZE) {
		*index = (uint32_t)(stacks / LAYOUT_STACK_SLOT);
		*page = LINUX_PRIVATE_SIGNAL_STACK;
	} else {
		return false;
	}
	return *index != 0;
}

/* The epoll instance of its entrypoint comes with it. */
static void map_private(const struct trap *trap, uint32_t index, uint64_t page)
{
	const uint64_t *a = trap->argument;
	struct thread *thread = thread_find(trap->pd, index);
	if (!thread || a[2] != (PROT_READ | PROT_WRITE) ||
	    a[3] != (MAP_SHARED | MAP_FIXED_NOREPLACE) || a[4] != transit(trap) ||
	    a[5] != page * TN_PAGE_SIZE) {
		refuse(trap, EPERM);
	} else if (!put(trap, &thread->port.epoll, LINUX_FD_EPOLL + index) ||
		   !put(trap, &thread->port.private, transit(trap))) {
		refuse(trap, EMFILE);
	} else {
		proceed(trap);
	}
}

static void on_map(const struct trap *trap)
{
	enum linux_side side;
	uint32_t number;
	uint64_t page;
	if (linux_link_find(trap->argument[0], &side, &number))
		map_in_link_area(trap, side, number);
	else if (find_private(trap->argument, &number, &page))
		map_private(trap, number, page);
	else
		map_region(trap);
}

static void on_unmap(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	enum linux_side side;
	uint32_t number;
	if (unmap_allowed(trap->thread, a[0], a[1])) {
		trap->thread->port.unmapped = proceed(trap);
		return;
	}
	if (linux_link_find(a[0], &side, &number)) {
		if (a[0] == linux_link_address(side, number) && a[1] == LINUX_LINK_SIZE)
			proceed(trap);
		else
			refuse(trap, EPERM);
		return;
	}
	uint64_t page;
	if (find_private(a, &number, &page)) {
		if (thread_find(trap->pd, number))
			refuse(trap, EPERM);
		else
			proceed(trap);
		return;
	}
	struct region *region = core_region_find(trap->pd, a[0]);
	if (!region || !region->leaving || a[0] != region->address || a[1] != region->size) {
		refuse(trap, EPERM);
		return;
	}
	/* A piece that another thread is about to map must not stay behind. */
	if (region->dataspace && region->dataspace->map && !unmap_settled(trap->pd)) {
		refuse(trap, EAGAIN);
		return;
	}
	if (!proceed(trap))
		return;
	unmap_region_gone(region);
	core_region_gone(trap->pd, region);
}

/* A thread that core has made and started, once, on its own stack. */
static void on_clone(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	uint64_t index = (a[1] - LAYOUT_STACKS) / LAYOUT_STACK_SLOT;
	uint64_t word = linux_alive_address((uint32_t)index);
	struct thread *thread =
		index < LAYOUT_THREADS_MAX ? thread_find(trap->pd, (uint32_t)index) : NULL;
	if (!thread || !index || !thread->started || thread->port.cloned ||
	    a[0] != LINUX_THREAD_FLAGS || a[2] != word || a[3] != word) {
		refuse(trap, EPERM);
		return;
	}
	thread->port.cloned = true;
	proceed(trap);
}

/* One to one: no two threads share an index, whatever they say. */
static void on_new_thread(const struct trap *trap, uint64_t index)
{
	struct thread *thread =
		index < LAYOUT_THREADS_MAX ? thread_find(trap->pd, (uint32_t)index) : NULL;
	if (trap->thread || !thread || !thread->port.cloned || thread->port.tid) {
		refuse(trap, EPERM);
		return;
	}
	thread->port.tid = trap->tid;
	thread_schedule(thread); /* it waits: it is the one that has this number */
	answer(trap, 0, 0, 0);
}

/* What the thread maps; the system call that it makes is checked again. */
static void tell_piece(struct linux_fault *fault, const struct core_piece *piece)
{
	bool managed = piece->region->dataspace && piece->region->dataspace->map;
	fault->address = piece->address;
	fault->size = piece->size;
	fault->offset = piece->offset;
	fault->protection = linux_protection(piece->rights);
	fault->flags = managed ? linux_piece_flags(piece->rights) : linux_map_flags(piece->rights);
}

/* Mappings of managed dataspaces alone are counted. */
static bool too_many_pieces(const struct core_piece *piece)
{
	const struct region *region = piece->region;
	bool managed = region->dataspace && region->dataspace->map;
	return managed && port_of(region->map->pd)->pieces > PIECES_MAX;
}

/*
 * It waits: what it waited for is told together with the news, which spares it the question.
 * Whoever brought the news does not wait for others to make room.
 */
void port_thread_retry(struct thread *thread)
{
	struct linux_fault *told = thread_fault(thread);
	const struct tn_fault fault = thread->waits_for;
	struct core_piece piece;
	if (!thread->port.view)
		return;
	enum core_fault_result result = core_fault(thread->pd, thread, &fault, true, &piece);
	if (result == CORE_FAULT_WAIT)
		return;
	told->ready = result == CORE_FAULT_MAP && !too_many_pieces(&piece);
	if (told->ready)
		tell_piece(told, &piece);
	__atomic_fetch_add(&told->changes, 1, __ATOMIC_RELEASE);
	linux_call3(__NR_futex, &told->changes, FUTEX_WAKE, 1);
}

static void on_access(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	const struct tn_fault fault = {
		.kind = (uint32_t)a[1] & 0xff,
		.address = a[2],
		.instruction = a[3],
	};
	struct core_piece piece;
	bool may_wait = !(a[1] & LINUX_ACCESS_GUARDED);
	work_begin();
	switch (core_fault(trap->pd, trap->thread, &fault, may_wait, &piece)) {
	case CORE_FAULT_MAP:
		tell_piece(thread_fault(trap->thread), &piece);
		if (too_many_pieces(&piece))
			port_region_flush(piece.region, piece.region->address, piece.region->size,
					  false);
		answer(trap, LINUX_ACCESS_MAP, 0, 0);
		break;
	case CORE_FAULT_AGAIN:
		answer(trap, LINUX_ACCESS_AGAIN, 0, 0);
		break;
	case CORE_FAULT_WAIT:
		answer(trap, LINUX_ACCESS_WAIT, 0, 0);
		break;
	case CORE_FAULT_END:
		answer(trap, LINUX_ACCESS_NONE, 0, 0);
		break;
	}
}

static void on_fault(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	struct tn_fault fault = { .kind = (uint32_t)a[1], .address = a[2], .instruction = a[3] };
	answer(trap, 0, 0, 0);
	if (fault.kind == TN_FAULT_NONE || fault.kind > TN_FAULT_OTHER)
		fault.kind = TN_FAULT_OTHER;
	if (port_of(trap->pd)->faulted)
		return;
	port_of(trap->pd)->faulted = true;
	if (trap->thread) {
		trap->thread->port.stack_pointer = a[4];
		trap->thread->port.frame_pointer = a[5];
	}
	core_fault_report(trap->pd, trap->thread, &fault);
}

static void on_trap(const struct trap *trap)
{
	const uint64_t *a = trap->argument;
	switch (a[0]) {
	case LINUX_TRAP_FAULT:
		on_fault(trap);
		break;
	case LINUX_TRAP_THREAD:
		on_new_thread(trap, a[1]);
		break;
	case LINUX_TRAP_ACCESS:
		on_access(trap);
		break;
	case LINUX_TRAP_UNMAP:
		if (trap->thread)
			answer(trap, (long)unmap_next(trap->thread), 0, 0);
		else
			answer(trap, 0, 0, 0);
		break;
	default:
		refuse(trap, EINVAL);
	}
}

static struct thread *thread_of(struct pd *pd, uint32_t tid)
{
	struct tn_list_node *node = tn_list_first(&pd->threads);
	for (; node; node = tn_list_next(&pd->threads, node)) {
		struct thread *thread = TN_CONTAINER_OF(node, struct thread, in_pd);
		if (thread->port.tid == tid)
			return thread;
	}
	return NULL;
}

static void decide(const struct trap *trap, int number)
{
	if (number == LINUX_TRAP)
		on_trap(trap);
	else if (!trap->thread)
		refuse(trap, EPERM);
	else if (number == __NR_mmap)
		on_map(trap);
	else if (number == __NR_munmap)
		on_unmap(trap);
	else
		on_clone(trap);
}

/* Where Linux (6.6 and later) can: whose turn it is runs at once, on the same CPU, as all of them
 * wait. */
#define NOTIFY_SET_FLAGS SECCOMP_IOW(4, __u64)
enum { NOTIFY_SYNC_WAKE_UP = 1 };

void listener_begin(struct pd *pd)
{
	linux_call3(__NR_ioctl, file_fd(&port_of(pd)->listener), NOTIFY_SET_FLAGS,
		    NOTIFY_SYNC_WAKE_UP);
}

/*
 * Only called when the kernel has just said that there is one, so that receiving does not wait. Its
 * process may have died since: then receiving fails.
 */
void listener_ready(struct pd *pd, uint32_t events)
{
	struct seccomp_notif notification = { 0 };
	struct file *listener = &port_of(pd)->listener;
	if (!(events & EPOLLIN)) {
		unwatch_file(listener); /* hung up; the process ends */
		return;
	}
	if (linux_call3(__NR_ioctl, file_fd(listener), SECCOMP_IOCTL_NOTIF_RECV, &notification) !=
	    0)
		return;
	uint64_t argument[6];
	for (unsigned i = 0; i < 6; i++)
		argument[i] = notification.data.args[i];
	struct trap trap = {
		.pd = pd,
		.thread = thread_of(pd, notification.pid),
		.tid = notification.pid,
		.id = notification.id,
		.argument = argument,
	};
	if (trap.thread)
		trap.thread->port.mapping = 0;
	decide(&trap, notification.data.nr);
}
