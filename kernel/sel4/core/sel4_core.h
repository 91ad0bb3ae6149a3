/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the parts of core's seL4 half know of each other. */
#pragma once

#include <core/core.h>
#include <core/memory.h>
#include <core/pd.h>
#include <sel4_abi.h>
#include <sel4_kernel.h>

/* -- boot.c -- */

extern const struct sel4_boot_info *boot_info;
extern uint64_t boot_image_slots; /* capability of the first page of core's image */
/* Makes core's capability space. */
void boot_init(const struct sel4_boot_info *info);
/*
 * What is made once and stays: from memory set aside, in the table at `index`, `depth`. False: none
 * is left.
 */
bool boot_make(uint64_t type, uint64_t bits, uint64_t index, uint64_t depth, uint64_t offset);
/* The same, in a slot of its own; 0: none is left. */
uint64_t boot_object(uint64_t type, uint64_t bits);
uint64_t boot_slot(void);
/* Whether untyped memory was not set aside. */
bool boot_is_free(uint64_t untyped);

/* -- invoke.c: the kernel's operations on objects -- */

/*
 * Core's capabilities are named by 64 bits: 32 that are zero, 8 for the table, 24 within it.
 *     0  what the kernel has given at the start
 *     1  two for each page of RAM: its untyped memory, and what was made of it
 *     2  slots for anything, 16 addresses each: those within a small table that is there
 */
enum { AREA_PAGES = 1, AREA_SLOTS = 2, AREA_SHIFT = 24, AREA_DEPTH = 40, SLOT_SHIFT = 4 };

/* A slot as operations on tables name it. */
struct slot {
	uint64_t table; /* capability of the table where it is looked for */
	uint64_t index, depth;
};
extern uint64_t core_root; /* capability of core's own space, for operations on tables */

struct kernel_call {
	uint64_t word[8];
	uint64_t caps[3];
	uint32_t words, cap_count;
};
/* 0, or the kernel's error number. Result words are in call->word. */
uint64_t kernel_invoke(uint64_t object, uint64_t label, struct kernel_call *call);
/* Up to four words, no capabilities, no result. */
uint64_t kernel_do(uint64_t object, uint64_t label, uint64_t a, uint64_t b);
uint64_t kernel_retype(uint64_t untyped, uint64_t type, uint64_t bits, const struct slot *table,
		       uint64_t offset, uint64_t count);
enum { RIGHT_SEND = 1, RIGHT_RECEIVE = 2, RIGHT_GRANT = 4, RIGHT_GRANT_REPLY = 8, RIGHT_ALL = 15 };
uint64_t kernel_copy(struct slot to, struct slot from);
/* With rights and a badge; for tables the badge says the guard, see guard_of(). */
uint64_t kernel_mint(struct slot to, struct slot from, uint64_t rights, uint64_t badge);
void kernel_delete(struct slot slot);
/* Deletes what was derived from it. */
void kernel_revoke(struct slot slot);
static inline uint64_t guard_of(uint64_t zero_bits)
{
	return zero_bits;
}

/* -- pages.c: physical memory -- */

void pages_init(void);
/* A run of pages; 0: none that long. What is in them, if it is anything, is what was. */
uint64_t pages_take(uint64_t count);
/* The same, as zeroed frames. */
uint64_t pages_alloc(uint64_t count);
/* Whatever the kernel has made of them ends. */
void pages_free(uint64_t first, uint64_t count);
/* Whatever a page was made into ends: its untyped memory is free for use. */
void page_strip(uint64_t page);
/* A page with one object that fills it; 0: out of memory. */
uint64_t page_object(uint64_t type, uint64_t bits);
/* Core's view of a page that is a frame. */
enum { WINDOW_BASE_SHIFT = 44 };
static inline void *window(uint64_t page)
{
	return (void *)((1ull << WINDOW_BASE_SHIFT) + page * SEL4_PAGE_SIZE);
}

enum { PAGES_PER_TABLE = 128 };
static inline uint64_t page_untyped(uint64_t page)
{
	return (uint64_t)AREA_PAGES << AREA_SHIFT | page / PAGES_PER_TABLE * 256 |
	       page % PAGES_PER_TABLE;
}
/* What was made of it: a frame, a table, ... */
static inline uint64_t page_cap(uint64_t page)
{
	return page_untyped(page) + PAGES_PER_TABLE;
}
/* Any capability but those within a small table. */
static inline struct slot slot_at(uint64_t cap)
{
	return cap >> AREA_SHIFT == AREA_SLOTS
		       ? (struct slot){ core_root, cap >> SLOT_SHIFT, 64 - SLOT_SHIFT }
		       : (struct slot){ core_root, cap, 64 };
}

/* The capability of a page of memory, from its beginning; 0: out of memory. */
uint64_t memory_frame(const struct port_memory *memory, uint64_t page);

/* -- slots.c: slots for anything, in groups -- */

enum { SLOTS_PER_GROUP = 8 };
/* The capability of the first one, empty; 0: none is left. */
uint64_t slots_take(void);
void slots_give(uint64_t group);
static inline uint64_t slot_cap(uint64_t group, unsigned i)
{
	return group + ((uint64_t)i << SLOT_SHIFT);
}
/* Makes objects of a page that is stripped, in slots that follow each other. 0, or an error. */
uint64_t slots_make(uint64_t first, uint64_t page, uint64_t type, uint64_t bits, uint64_t count);
/* Small tables of 16 slots; 0: out of memory. They are given back empty. */
uint64_t small_table_take(void);
void small_table_give(uint64_t table);

/* -- space.c: address spaces -- */

TN_MUST_USE tn_error space_create(struct pd *pd);
/* One bounded step; true: done. */
bool space_destroy(struct pd *pd);
/* Maps one page. TN_ERR_CONFLICT: something is there. */
TN_MUST_USE tn_error space_map(struct pd *pd, uint64_t address, uint64_t frame, uint32_t rights,
			       uint64_t attributes);
void space_unmap(struct pd *pd, uint64_t address, uint64_t pages);
/* As far as the first page that is mapped already; false: there is no room for tables. */
bool space_map_absent(struct pd *pd, uint64_t address, const struct port_memory *memory,
		      uint64_t from, uint64_t pages, uint32_t rights);

/* -- capability.c: capability spaces of components -- */

TN_MUST_USE tn_error caps_create(struct pd *pd);
void caps_destroy(struct pd *pd);
/* The slot for one of a thread's own; false: out of memory. */
bool caps_of_thread(struct thread *thread, enum sel4_thread_cap cap, struct slot *slot);

/* -- domain.c -- */

/* What core has of a thread's, in its group of slots. */
enum thread_slot {
	SLOT_THREAD,
	SLOT_ENDPOINT,
	SLOT_BELL,
	SLOT_PARK,
	SLOT_RING, /* the bell, with the badge that says that core forwards signals */
};
static inline uint64_t thread_cap(const struct thread *thread, enum thread_slot slot)
{
	return slot_cap(thread->port.slots, slot);
}
/* The thread as a badge says it; NULL: it is gone. */
struct thread *domain_thread(uint64_t badge);
uint64_t domain_badge(const struct thread *thread);
/* Its registers, in the kernel's order; it is stopped meanwhile. */
enum {
	REGISTER_RIP,
	REGISTER_RSP,
	REGISTER_FLAGS,
	REGISTER_RAX,
	REGISTER_RBX,
	REGISTER_RCX,
	REGISTER_RDX,
	REGISTER_RSI,
	REGISTER_RDI,
	REGISTER_RBP,
	REGISTER_COUNT = 18
};
bool domain_registers(const struct thread *thread, bool stop, uint64_t *registers);
/* Writes the first `count`, and lets it go on. */
void domain_resume(struct thread *thread, const uint64_t *registers, unsigned count);

/* -- fault.c, signal.c, message.c -- */

/* The message of a fault is in `words` and in core's IPC buffer. */
void fault_handle(uint64_t badge, uint64_t label, const uint64_t *words);
void signal_init(struct thread *thread);
/* A component submits what core forwards. */
void signal_submit(struct object *object);
/* The next one that core has to tell the thread of. */
bool signal_next(struct thread *thread, uint32_t *key, bool *more);
void signals_forget(struct thread *thread);
/* Serves a message; its reply is in it. False: there is none. */
bool message_serve(struct sel4_message *message);

/* -- turn.c -- */

/* Core has worked so long for whoever sent with this badge. True: that one stands back from now on.
 */
bool turn_book(uint64_t badge, uint64_t ticks, uint64_t ticks_per_us);
/* When somebody need not stand back any more; UINT64_MAX: nobody does. */
uint64_t turn_next(void);
void turn_expired(uint64_t now);
bool turn_is_late(const struct pd *pd);
void turn_forget(struct pd *pd);

/* -- module.c, device.c, main.c -- */

void modules_init(void);
/* The options that were given at the start. */
const char *modules_options(void);
/* An interrupt line of a driver; core's notification has said so. */
enum { BELL_TIMER = 0, BELL_FIRST_LINE = 1, BELL_MARK = 62 };
void device_interrupt(uint32_t bell);
void device_signal_gone(const struct object *signal);
void device_init(void);
uint64_t device_frame(uint64_t physical);
uint32_t port_in(uint16_t port, uint32_t size);
void port_out(uint16_t port, uint32_t size, uint32_t value);
extern uint64_t core_endpoint, core_bell;
/* An interrupt line rings core's bell. 0: it cannot. Otherwise its handler. */
uint64_t irq_take(uint32_t line, bool level, uint64_t bell_bit);
