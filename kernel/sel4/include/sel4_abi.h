/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Entering the seL4 kernel, x86_64, non-MCS; and what core and the runtime of a component agree on.
 * Source of the numbers and registers: the kernel's manual and its installed headers. They do not
 * depend on how it was configured; what does is in sel4_kernel.h.
 *
 * `syscall`: rdx = number, rdi = capability (badge on return), rsi = message information, message
 * words 0 to 3 in r10, r8, r9, r15; further ones in the IPC buffer. rcx and r11 are lost, and so is
 * rsp: the kernel does not keep it.
 */
#pragma once

#include <layout.h>
#include <tenon/types.h>

enum { SEL4_PAGE_SIZE = 4096, SEL4_PAGE_SHIFT = 12 };

enum sel4_number {
	SEL4_CALL = -1,
	SEL4_REPLY_RECEIVE = -2,
	SEL4_SEND = -3,
	SEL4_NB_SEND = -4,
	SEL4_RECEIVE = -5,
	SEL4_REPLY = -6,
	SEL4_YIELD = -7,
	SEL4_NB_RECEIVE = -8,
};

/* Message information: label << 12 | capabilities unwrapped << 9 | sent << 7 | words. */
enum { SEL4_WORDS_MAX = 120, SEL4_WORDS_IN_REGISTERS = 4 };
#define SEL4_INFO(label, words) ((uint64_t)(label) << 12 | (words))
#define SEL4_INFO_LABEL(info)   ((info) >> 12)
#define SEL4_INFO_WORDS(info)   ((uint32_t)(info)&0x7fu)
/*
 * The kernel does not look at these bits of what is sent, clears them in what it delivers, and
 * leaves the register alone when a signal comes instead of a message.
 */
#define SEL4_INFO_UNTOUCHED 0xe00ull

struct sel4_ipc_buffer {
	uint64_t tag;
	uint64_t words[SEL4_WORDS_MAX];
	uint64_t user;
	uint64_t caps[3];
	uint64_t receive_root, receive_index, receive_depth;
};

struct sel4_message {
	uint64_t cap; /* badge on return */
	uint64_t info;
	uint64_t word[SEL4_WORDS_IN_REGISTERS];
};

static inline __attribute__((always_inline)) void sel4_enter(enum sel4_number number,
							     struct sel4_message *m)
{
	register uint64_t r10 __asm__("r10") = m->word[0];
	register uint64_t r8 __asm__("r8") = m->word[1];
	register uint64_t r9 __asm__("r9") = m->word[2];
	register uint64_t r15 __asm__("r15") = m->word[3];
	uint64_t cap = m->cap, info = m->info;
	__asm__ volatile("mov %%rsp, %%rbx\n\t"
			 "syscall\n\t"
			 "mov %%rbx, %%rsp"
			 : "+D"(cap), "+S"(info), "+r"(r10), "+r"(r8), "+r"(r9), "+r"(r15)
			 : "d"((int64_t)number)
			 : "rcx", "r11", "rbx", "memory");
	m->cap = cap;
	m->info = info;
	m->word[0] = r10;
	m->word[1] = r8;
	m->word[2] = r9;
	m->word[3] = r15;
}

/* -- a component's capability space: 43 bits that are zero, 7 of the branch, 14 within it -- */

enum {
	SEL4_BRANCH_BITS = 7,
	SEL4_WITHIN_BITS = 14,
	SEL4_GUARD_BITS = 64 - SEL4_BRANCH_BITS - SEL4_WITHIN_BITS,
	SEL4_BRANCH_THREADS = 16, /* one for 32 threads */
	SEL4_BRANCH_HANDLES = 64, /* 64 of them: 20 bits of index */
	SEL4_THREADS_PER_BRANCH = 32,
};

/* Where the kernel finds the capability of a handle. */
static inline uint64_t sel4_of_handle(tn_handle handle)
{
	return (uint64_t)SEL4_BRANCH_HANDLES << SEL4_WITHIN_BITS | TN_HANDLE_INDEX(handle);
}

/* What each thread has of its own. */
enum sel4_thread_cap {
	SEL4_OF_CORE,   /* faults, and enum sel4_operation */
	SEL4_OF_SERVER, /* endpoint that its requests arrive at */
	SEL4_OF_BELL,   /* notification that its signals arrive by */
	SEL4_OF_PARK,   /* notification that it sleeps on */
	SEL4_THREAD_CAPS,
};

static inline uint64_t sel4_of_thread(uint32_t thread, enum sel4_thread_cap cap)
{
	uint64_t branch = SEL4_BRANCH_THREADS + thread / SEL4_THREADS_PER_BRANCH;
	return branch << SEL4_WITHIN_BITS |
	       (thread % SEL4_THREADS_PER_BRANCH * SEL4_THREAD_CAPS + (uint64_t)cap);
}

/*
 * Labels of messages between components, and to core. Request: opcode, length in bytes, number of
 * capabilities, the mark of their transfer, the client's thread. Reply: status instead of opcode.
 * OURS tells them from what the kernel says by itself.
 */
#define SEL4_LABEL_OURS (1ull << 51)
static inline uint64_t sel4_label(uint32_t opcode_or_status, uint32_t length, uint32_t caps,
				  uint32_t mark)
{
	return SEL4_LABEL_OURS | (opcode_or_status & 0xffffu) | (uint64_t)length << 16 |
	       (uint64_t)caps << 29 | (uint64_t)mark << 33;
}
static inline uint64_t sel4_label_of_thread(uint32_t thread)
{
	return (uint64_t)thread << 41;
}
#define SEL4_LABEL_OPCODE(label) ((uint32_t)(label)&0xffffu)
#define SEL4_LABEL_LENGTH(label) ((uint32_t)((label) >> 16) & 0x1fffu)
#define SEL4_LABEL_CAPS(label)   ((uint32_t)((label) >> 29) & 0xfu)
#define SEL4_LABEL_MARK(label)   ((uint8_t)((label) >> 33))
#define SEL4_LABEL_THREAD(label) ((uint32_t)((label) >> 41) & 0x3ffu)

/*
 * The message buffer of a thread: two pages, the first with its IPC buffer. Data lies at the
 * buffer's first word and goes on into the second page. The kernel carries SEL4_CARRIED bytes of it
 * between components; the rest core copies, as the server asks. Core itself reads and writes it in
 * place.
 */
enum {
	SEL4_BUFFER_PAGES = 2,
	SEL4_BUFFER_SIZE = SEL4_BUFFER_PAGES * SEL4_PAGE_SIZE,
	SEL4_CARRIED = SEL4_WORDS_MAX * 8,
	SEL4_DATA_OFFSET = 8,
};

static inline uint64_t sel4_buffer_address(uint32_t thread)
{
	return LAYOUT_UTCB + (uint64_t)thread * SEL4_BUFFER_SIZE;
}

/* What a thread asks core by SEL4_OF_CORE. Faults have smaller labels. */
enum sel4_operation {
	/* Word 0: channel, 1: thread of the client, 2: length. The rest of a request comes. */
	SEL4_OPERATION_FETCH = 0x100,
	/* The same; the rest of the reply goes. */
	SEL4_OPERATION_PUSH,
	/* Result: word 0 = key of a signal whose submits core forwards, word 1 = whether there was
	   one; 2: whether there are more. */
	SEL4_OPERATION_NEXT_SIGNAL,
};

/*
 * Signals: the first SEL4_DIRECT_SIGNALS of a thread have a bit of its notification each; submits
 * to all others go to core, which rings SEL4_FORWARDED.
 */
enum { SEL4_DIRECT_SIGNALS = 62, SEL4_FORWARDED = 63 };

/* In the upper half of the thread page. The component can write it: it harms itself alone. */
struct sel4_thread_area {
	uint64_t pending;                   /* the runtime's: bits that came and were not served */
	uint64_t call_instruction;          /* the runtime's: what it calls others by, see abort */
	uint32_t keys[SEL4_DIRECT_SIGNALS]; /* core's: the key of the signal with that bit */
};
enum { SEL4_AREA_OFFSET = 2048 };

static inline struct sel4_thread_area *sel4_thread_area(void *thread_page)
{
	return (struct sel4_thread_area *)(void *)((char *)thread_page + SEL4_AREA_OFFSET);
}
