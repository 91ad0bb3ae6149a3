/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What core, launcher and runtime agree upon on this kernel: addresses, descriptor numbers, tables
 * and core traps.
 */
#pragma once

#include <layout.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <tenon/types.h>

/* Tables that core writes and the component reads, at fixed windows; core lets them grow. */
#define LINUX_CAPS        LAYOUT_PORT
#define LINUX_CAPS_SIZE   0x1000000ull
#define LINUX_GRANTS      (LINUX_CAPS + LINUX_CAPS_SIZE)
#define LINUX_GRANTS_SIZE 0x1000000ull

/* Which end of a channel the component is. */
enum linux_side { LINUX_CLIENT, LINUX_SERVER };

/*
 * Where the memory of a channel is mapped: the first ones of each side within the first gigabyte,
 * so that they need no page tables of their own; the rest above what is attached.
 */
#define LINUX_LINK_SIZE      0x2000ull
#define LINUX_LINKS_MAX      65536u /* as many as core gives an identity: its index has 16 bits */
#define LINUX_LINKS_LOW      1024u
#define LINUX_LINK_AREA      (LINUX_GRANTS + LINUX_GRANTS_SIZE)
#define LINUX_LINK_AREA_SIDE (LINUX_LINKS_LOW * LINUX_LINK_SIZE)
#define LINUX_LINK_HIGH      0x700000000000ull
#define LINUX_LINK_HIGH_SIDE 0x10000000000ull
_Static_assert(LINUX_LINK_AREA + 2 * LINUX_LINK_AREA_SIDE == LAYOUT_PORT_END, "fills the area");
_Static_assert(LINUX_LINK_HIGH >= LAYOUT_ATTACH_END, "above what is attached");

static inline uint64_t linux_link_address(enum linux_side side, uint32_t number)
{
	if (number < LINUX_LINKS_LOW)
		return LINUX_LINK_AREA + side * LINUX_LINK_AREA_SIDE + number * LINUX_LINK_SIZE;
	return LINUX_LINK_HIGH + side * LINUX_LINK_HIGH_SIDE + number * LINUX_LINK_SIZE;
}

/* The other way round; false: no address of a channel's memory. */
static inline bool linux_link_find(uint64_t address, enum linux_side *side, uint32_t *number)
{
	uint64_t offset = address - LINUX_LINK_AREA, span = LINUX_LINK_AREA_SIDE;
	if (address >= LINUX_LINK_HIGH) {
		offset = address - LINUX_LINK_HIGH;
		span = LINUX_LINK_HIGH_SIDE;
	} else if (address < LINUX_LINK_AREA) {
		return false;
	}
	if (offset >= 2 * span)
		return false;
	*side = offset < span ? LINUX_CLIENT : LINUX_SERVER;
	offset %= span;
	*number = (uint32_t)(offset / LINUX_LINK_SIZE);
	return offset / LINUX_LINK_SIZE < LINUX_LINKS_MAX;
}

/*
 * Memory that comes with every thread, and core's link with the first one. The scratch pages take
 * the place of a channel's memory that core has destroyed while the component works on it. A signal
 * stack lies in the thread's own stack slot, for a thread finds itself by its stack pointer.
 */
enum {
	LINUX_PRIVATE_THREAD = 0,
	LINUX_PRIVATE_SCRATCH = 1,
	LINUX_PRIVATE_SIGNAL_STACK = 3,
	LINUX_PRIVATE_MESSAGE = 7,
	LINUX_PRIVATE_CORE_LINK = 8,
	LINUX_PRIVATE_PAGES = 10,
	LINUX_SIGNAL_STACK_PAGES = 4,
};
#define LINUX_SIGNAL_STACK_OFFSET 0x10000ull

/* The last word of a thread's page: not 0 while Linux runs the thread, which then clears it. */
#define LINUX_ALIVE_OFFSET (TN_PAGE_SIZE - 4)
static inline uint64_t linux_alive_address(uint32_t thread)
{
	return LAYOUT_THREAD_PAGES + thread * TN_PAGE_SIZE + LINUX_ALIVE_OFFSET;
}

/* Before it: not 0 if the thread may run on several CPUs. Core writes it; a hint, for spinning. */
#define LINUX_SEVERAL_CPUS_OFFSET (LINUX_ALIVE_OFFSET - 4)

/* Both at the end of what core says about a fault. The component's memory: core only writes it. */
struct linux_fault {
	uint64_t address, size, offset; /* what to map */
	int32_t protection, flags;
	uint32_t ready;   /* with a change: it has happened, the above says what to map */
	uint32_t changes; /* futex word: what the thread waits for may have happened */
	uint32_t several_cpus;
	uint32_t alive;
};
#define LINUX_FAULT_OFFSET (TN_PAGE_SIZE - sizeof(struct linux_fault))
_Static_assert(LINUX_FAULT_OFFSET + offsetof(struct linux_fault, alive) == LINUX_ALIVE_OFFSET &&
		       LINUX_FAULT_OFFSET + offsetof(struct linux_fault, several_cpus) ==
			       LINUX_SEVERAL_CPUS_OFFSET,
	       "last");

/* How a thread is made, and not otherwise. */
#define LINUX_THREAD_FLAGS                                                                  \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* Descriptors of a component. Nothing else is ever open in it. */
enum {
	LINUX_FD_EPOLL = 3, /* + index of the thread whose entrypoint it belongs to */
	LINUX_FD_EPOLL_END = LINUX_FD_EPOLL + (int)LAYOUT_THREADS_MAX,
	LINUX_FD_TRANSIT = LINUX_FD_EPOLL_END, /* + index of the thread: what it is mapping */
	/* + number of a client's channel; 0 is core's */
	LINUX_FD_EVENTS = LINUX_FD_TRANSIT + (int)LAYOUT_THREADS_MAX,
};

/* Capabilities as their holder's runtime sees them, by index. Zeroed: none. */
struct linux_cap_entry {
	tn_handle handle;
	uint32_t channel; /* the client's number of it, and flags */
	uint32_t grant;   /* index in the server's table */
	uint32_t serial;  /* must be the grant's */
};
/* Served by the holder itself, by the entrypoint of that thread. */
#define LINUX_CAP_OWN(thread)     (0x80000000u | (uint32_t)(thread) << 20)
#define LINUX_CAP_IS_OWN(channel) ((channel)&0xfff00000u)
#define LINUX_CAP_CHANNEL         0xfffffu
_Static_assert(LAYOUT_THREADS_MAX <= 1u << 11 && LINUX_LINKS_MAX <= 1u << 20, "side by side");
_Static_assert(LINUX_CAPS_SIZE / sizeof(struct linux_cap_entry) >= 1u << 20, "any handle");

/*
 * What the clients of an entrypoint may name in their messages. Two halves of eight bytes, each of
 * which is written at once; a free entry's key is the next free one, its kind LINUX_GRANT_FREE.
 */
struct linux_grant {
	uint32_t channel; /* its identity, of which the server knows the index */
	uint32_t key;
	uint32_t serial;
	uint32_t kind; /* and index of the thread that serves it, from bit 8 */
};
#define LINUX_GRANT_KIND(kind, thread) ((uint32_t)(kind) | (uint32_t)(thread) << 8)
enum { LINUX_GRANT_FREE, LINUX_GRANT_OBJECT, LINUX_GRANT_SIGNAL };
#define LINUX_GRANTS_MAX ((uint32_t)(LINUX_GRANTS_SIZE / sizeof(struct linux_grant)))

/*
 * Core traps: a system call that Linux does not have, answered by core. Arguments are values.
 *
 *     FAULT kind, address, instruction, stack pointer, frame pointer
 *                                          core tells the parent; counts once
 *     ACCESS kind, address, instruction    enum linux_access_answer
 *     THREAD index                         a new thread's first: from now on core knows it
 *     UNMAP                                what the process has to give up next, or 0; the thread
 *                                          has done so with what it was told before
 */
#define LINUX_TRAP 236
enum { LINUX_TRAP_FAULT, LINUX_TRAP_THREAD, LINUX_TRAP_UNMAP, LINUX_TRAP_ACCESS };

/* With the kind: an access of the guarded copy. */
#define LINUX_ACCESS_GUARDED 0x100u

enum linux_access_answer {
	LINUX_ACCESS_NONE,  /* nothing is there */
	LINUX_ACCESS_MAP,   /* map what the thread's struct linux_fault says, go on */
	LINUX_ACCESS_AGAIN, /* go on */
	LINUX_ACCESS_WAIT,  /* until `changes` does, then map or ask again; not if guarded */
};

/* The signal that makes a process ask what it has to unmap; and the answer, in one word. */
#define LINUX_UNMAP_SIGNAL          23 /* SIGURG: what nobody sends is ignored, also by debuggers */
#define LINUX_UNMAP(address, pages) ((uint64_t)(address) / TN_PAGE_SIZE << 28 | (pages))
#define LINUX_UNMAP_ADDRESS(answer) ((uint64_t)(answer) >> 28 << 12)
#define LINUX_UNMAP_PAGES(answer)   ((uint64_t)(answer)&0xfffffffu)
#define LINUX_UNMAP_PAGES_MAX       0xfffffffull

/* The protection and flags that a region is mapped with; core insists on them. */
static inline int linux_protection(uint32_t rights)
{
	return (rights & TN_RIGHT_READ ? PROT_READ : 0) |
	       (rights & TN_RIGHT_WRITE ? PROT_READ | PROT_WRITE : 0) |
	       (rights & TN_RIGHT_EXECUTE ? PROT_READ | PROT_EXEC : 0);
}

/* Writable means shared; the rest is private, so that a debugger's breakpoints do not leak. */
static inline int linux_map_flags(uint32_t rights)
{
	return MAP_FIXED_NOREPLACE | (rights & TN_RIGHT_WRITE ? MAP_SHARED : MAP_PRIVATE);
}

/* Pieces of a managed dataspace take the place of what was there. */
static inline int linux_piece_flags(uint32_t rights)
{
	return MAP_FIXED | (rights & TN_RIGHT_WRITE ? MAP_SHARED : MAP_PRIVATE);
}
