/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The interface between the hw kernel and user mode, x86_64.
 *
 * The kernel knows frames, protection domains (an address space and a capability table),
 * threads, signals and interrupts. It never allocates: core, the one privileged protection domain,
 * donates the frames that kernel objects live in and gets them back when the object goes.
 *
 * Entry is by the `syscall` instruction:
 *     rax            number (enum hw_syscall)
 *     rdi, rsi, rdx, r10, r8, r9   arguments
 * On return rax holds a status (enum hw_status; HW_REPLY_WAIT: enum hw_event), further results are
 * in the registers named with each call. rcx and r11 are lost, every other register that is not
 * named as a result is preserved. All kernel operations run with interrupts disabled and are
 * bounded; those that could be long stop early and report how far they came.
 */
#pragma once

#include <stdint.h>

#define HW_PAGE_SIZE   4096u
#define HW_MESSAGE_MAX 4096u /* bytes; one UTCB frame */
#define HW_CONSOLE_MAX 256u  /* bytes at once */
#define HW_PRIORITIES  32u   /* 0 lowest; core runs at 31 */

/*
 * Which error for what: HW_ERR_FRAME where a frame or object that core names is not of
 * the kind needed, HW_ERR_ARGUMENT for numbers and addresses, HW_ERR_OCCUPIED where the place is
 * taken (slot, page, local id, signal object, page tables all there).
 */
enum hw_status {
	HW_OK = 0,
	HW_ERR_CAP,        /* the handle names nothing, or something of another kind */
	HW_ERR_GONE,       /* the server thread was destroyed, or core aborted the call */
	HW_ERR_DEADLOCK,   /* a thread called itself */
	HW_ERR_ARGUMENT,   /* out of range, misaligned, not canonical */
	HW_ERR_NEED_TABLE, /* HW_MAP: a page table is missing; donate one and go on */
	HW_ERR_OCCUPIED,   /* HW_MAP: something is mapped there; HW_CAP_SET: slot in use; ... */
	HW_ERR_FRAME,      /* the frame is not of the kind that the operation needs */
	HW_ERR_AGAIN,      /* bounded part done, call again */
	HW_ERR_DENIED,     /* a core-only operation, called by somebody else */
	HW_ERR_NUMBER,     /* no such system call */
};

/*
 * Message tag: bits 0..15 opcode, 16..31 length in bytes (<= HW_MESSAGE_MAX), 32..39 number of
 * capabilities, 40..63 free for the runtime. The kernel reads the length alone and hands the rest
 * over as it is. Data lies in the UTCB frame of each thread, from its first byte; the kernel copies
 * `length` bytes from the sender's frame to the receiver's.
 */
#define HW_TAG_LENGTH(tag) ((uint32_t)((tag) >> 16) & 0xffffu)

enum hw_syscall {
	/* For every thread. */

	/*
	 * Call. rdi = capability handle (see HW_HANDLE), rsi = tag.
	 * Result: rax status, rsi = tag of the reply. Blocks until the reply, an abort or the
	 * server's end. While it is served, the handler runs at the caller's priority if that is
	 * higher than the server's own, on what is left of the caller's time slice.
	 */
	HW_CALL,

	/*
	 * Reply to the request being served, if any, and wait for the next event.
	 * rdi = flags (HW_WAIT_*), rsi = tag of the reply.
	 * Result: rax = enum hw_event;
	 *   HW_EVENT_REQUEST: rdi = badge, rsi = tag
	 *   HW_EVENT_SIGNAL:  rdi = badge of the signal object
	 *   HW_EVENT_FAULT:   rdi = thread, rsi = vector | error code << 32, rdx = fault address,
	 *                     r8 = instruction pointer
	 *                     (only the thread that core named by HW_FAULT_HANDLER gets these)
	 *   HW_EVENT_NONE:    nothing was pending (with HW_WAIT_POLL)
	 * Signals come before faults, faults before requests. Requests are taken one at a time:
	 * without HW_WAIT_REPLY a request that is being served goes on being so, and no other one
	 * is taken. A reply longer than HW_MESSAGE_MAX ends the call with HW_ERR_GONE.
	 */
	HW_REPLY_WAIT,

	/* Submit a signal. rdi = capability handle. Never blocks; coalesces. */
	HW_SIGNAL,

	/* Sleep until unparked; an unpark that came before makes it return at once (one token). */
	HW_PARK,

	/* rdi = local id of a thread of the caller's own PD, as given to HW_THREAD_CREATE. */
	HW_UNPARK,

	/* Give up the rest of the time slice. */
	HW_YIELD,

	/*
	 * For core alone; anybody else gets HW_ERR_DENIED. Objects are named by the physical
	 * address of the frame (or of the part of a frame) that they live in.
	 *
	 * Every frame of RAM has a state that the kernel keeps: FREE FOR CORE (mapped in core's
	 * window, at window base + physical address), KERNEL (a PD, a thread, a page table, a
	 * capability table, signals; taken out of core's window while it is), and a count of its
	 * mappings in PDs. Only an unmapped frame can be donated; a KERNEL frame can be mapped by
	 * nobody. So no bug of core can reach a kernel object's memory.
	 */
	HW_CORE_FIRST = 32,

	/* rdi = frame for the PD object, rsi = frame for its top page table. */
	HW_PD_CREATE = HW_CORE_FIRST,

	/*
	 * rdi = PD without threads. Each call gives one frame back (page tables, capability tables,
	 * at last the two of HW_PD_CREATE), unmapping what is mapped on the way, at most 512
	 * entries a call. rax = HW_ERR_AGAIN: rsi = frame given back or 0; HW_OK: all done,
	 * rsi = the last frame.
	 */
	HW_PD_DESTROY,

	/*
	 * rdi = PD, rsi = frame: room for HW_CAPS_PER_FRAME more capability slots. HW_ERR_AGAIN:
	 * the frame was taken to hold the numbers of others (before the 513th, and each 1024 after
	 * that); donate one more.
	 */
	HW_CAP_GROW,

	/*
	 * rdi = PD, rsi = handle (index and generation), rdx = enum hw_cap_kind, r10 = target
	 * (thread or signal), r8 = badge delivered to the receiver (calls only).
	 */
	HW_CAP_SET,

	/* rdi = PD, rsi = handle. A call in flight through it goes on. */
	HW_CAP_CLEAR,

	/*
	 * rdi = PD, rsi = virtual address, rdx = physical address, r10 = number of pages,
	 * r8 = rights (HW_RIGHT_*; writable and executable together are refused without
	 * HW_MEMORY_BOTH) | HW_MEMORY_*.
	 * Result: rsi = pages mapped (at most 64 a call, HW_ERR_AGAIN if that was not all;
	 * HW_ERR_NEED_TABLE: donate one by HW_TABLE_ADD for virtual address rsi-th page, go on).
	 * Physical addresses outside of RAM are device memory; interrupt controllers are refused
	 * (HW_ERR_FRAME), and so is RAM with any HW_MEMORY_*.
	 */
	HW_MAP,

	/*
	 * rdi = PD, rsi = virtual address, rdx = number of pages. Absent ones are passed over. Also
	 * for a PD that HW_PD_DESTROY has not finished with.
	 * Result: rsi = pages done (at most 512 a call, then HW_ERR_AGAIN).
	 */
	HW_UNMAP,

	/* rdi = PD, rsi = virtual address, rdx = frame: the topmost table missing on the way there.
	 */
	HW_TABLE_ADD,

	/*
	 * rdi = address of a struct hw_thread_args in core's memory (within core's UTCB frame:
	 * an offset into it, so that the kernel need not trust a pointer).
	 */
	HW_THREAD_CREATE,

	/*
	 * rdi = thread. Everybody who is queued at it or being served by it gets HW_ERR_GONE; its
	 * own call, if it is in one, is taken back. Its two frames become core's again.
	 * HW_ERR_AGAIN: it has stopped, but only 64 of those who were queued have been told; call
	 * again. A thread cannot destroy itself, nor core's first one: HW_ERR_ARGUMENT.
	 */
	HW_THREAD_DESTROY,

	/* rdi = thread: if it is in a call (queued or being served), the call ends with
	   HW_ERR_GONE. */
	HW_THREAD_ABORT,

	/* rdi = thread. Ends a fault: the thread goes on at rsi = instruction pointer (0: as it
	   was). */
	HW_THREAD_RESUME,

	/* rdi = thread, rsi = offset into core's UTCB where a struct hw_registers is written. */
	HW_THREAD_REGISTERS,

	/* rdi = thread, rsi = priority. */
	HW_THREAD_PRIORITY,

	/* rdi = thread. Result: rsi = CPU time it has used, ns. */
	HW_THREAD_TIME,

	/* rdi = thread: faults of all PDs but core's are delivered to it. */
	HW_FAULT_HANDLER,

	/*
	 * rdi = frame: from now on it holds HW_SIGNALS_PER_FRAME signal objects, named
	 * frame + i * HW_SIGNAL_SIZE. HW_SIGNAL_FRAME_FREE takes it back when none is in use.
	 */
	HW_SIGNAL_FRAME,
	HW_SIGNAL_FRAME_FREE,

	/* rdi = signal object, rsi = receiving thread, rdx = badge. */
	HW_SIGNAL_CREATE,

	/* rdi = signal object; a pending submit is dropped, capabilities to it are cleared by core.
	 */
	HW_SIGNAL_DESTROY,

	/*
	 * rdi = global interrupt number, rsi = signal object (0: unbind). Submitted once, then not
	 * before the next HW_IRQ_ACK; nor before the first.
	 */
	HW_IRQ_BIND,

	/*
	 * rdi = global interrupt number. Edges that came since the last submit are one more, at
	 * once; a level that still holds is one more, too.
	 */
	HW_IRQ_ACK,

	/* Result: rsi = monotonic time in ns since boot. */
	HW_TIME,

	/* rdi = absolute time in ns (UINT64_MAX: none), rsi = signal object submitted then. */
	HW_DEADLINE,

	/*
	 * rdi = offset in core's UTCB, rsi = length <= HW_CONSOLE_MAX: bytes for the serial
	 * console. Result: rsi = how many it had room for.
	 */
	HW_CONSOLE_WRITE,

	/* rdi = exit value 0..127: end the machine (QEMU's isa-debug-exit, else halt). */
	HW_SHUTDOWN,

	/*
	 * rdi = PD, rsi = virtual address: takes off the lowest table on the way there, if nothing
	 * is in it. Result: rsi = its frame. HW_ERR_OCCUPIED: something is; HW_ERR_NEED_TABLE: only
	 * the top table is left.
	 */
	HW_TABLE_TAKE,

	/*
	 * rdi = I/O port, rsi = bytes: 1, 2 or 4; write: rdx = value. Result of read: rsi = value.
	 * HW_ERR_OCCUPIED: one of HW_KERNEL_PORTS.
	 */
	HW_PORT_READ,
	HW_PORT_WRITE,

	HW_SYSCALL_COUNT
};

enum hw_event { HW_EVENT_NONE, HW_EVENT_REQUEST, HW_EVENT_SIGNAL, HW_EVENT_FAULT };

#define HW_WAIT_REPLY        1u /* rsi is the reply to the request being served */
#define HW_WAIT_SIGNALS_ONLY 2u /* leave requests queued */
#define HW_WAIT_POLL         4u /* do not block */

/*
 * A capability handle as the kernel sees it: bits 0..19 index, 20..27 generation. The top four bits
 * are the runtime's (kind) and not looked at. Index 0 is never valid.
 */
#define HW_HANDLE_INDEX(handle)      ((uint32_t)(handle)&0xfffffu)
#define HW_HANDLE_GENERATION(handle) (((uint32_t)(handle) >> 20) & 0xffu)

enum hw_cap_kind { HW_CAP_NONE, HW_CAP_OBJECT, HW_CAP_SIGNAL };

#define HW_CAPS_PER_FRAME    256u  /* 16 bytes each */
#define HW_CAP_FRAMES_MAX    4096u /* per PD: 1,048,576 slots */
#define HW_SIGNAL_SIZE       64u
#define HW_SIGNALS_PER_FRAME (HW_PAGE_SIZE / HW_SIGNAL_SIZE)

#define HW_RIGHT_READ      1u
#define HW_RIGHT_WRITE     2u
#define HW_RIGHT_EXECUTE   4u
#define HW_MEMORY_UNCACHED 0x10u /* at most one of these */
#define HW_MEMORY_COMBINED 0x20u /* writes are combined, nothing is cached */
#define HW_MEMORY_BOTH     0x40u /* writable and executable at once is what is meant */

/* I/O ports that are the kernel's own: first, count, and what for. */
#define HW_KERNEL_PORTS(X)                      \
	X(0x20, 2, "the interrupt controllers") \
	X(0xa0, 2, "the interrupt controllers") \
	X(0x40, 4, "the kernel's clock")        \
	X(0x61, 1, "the kernel's clock")        \
	X(0xf4, 4, "the end of the system")     \
	X(0x3f8, 8, "the console")

struct hw_thread_args {
	uint64_t pd;
	uint64_t thread_frame;
	uint64_t utcb_frame;   /* must be one that core owns; stays readable by its PD, see below */
	uint64_t utcb_address; /* where the kernel maps it in the PD (tables must exist) */
	uint64_t entry, stack_pointer, argument; /* initial rip, rsp, rdi */
	uint32_t priority;
	uint32_t local_id; /* for HW_UNPARK; unique in the PD, < 1024 */
};

struct hw_registers {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rsp, rflags;
	uint64_t state; /* enum hw_thread_state */
};

enum hw_thread_state {
	HW_THREAD_RUNNABLE,
	HW_THREAD_CALLING, /* queued at, or served by, another thread */
	HW_THREAD_WAITING, /* in HW_REPLY_WAIT */
	HW_THREAD_PARKED,
	HW_THREAD_FAULTED,
};

/* What core finds at HW_BOOT_INFO when its first thread starts (rdi = HW_BOOT_INFO too). */
#define HW_BOOT_INFO   0x0000000010000000ull
#define HW_CORE_WINDOW 0x0000100000000000ull /* RAM at window + physical address */
#define HW_CORE_UTCB   0x0000000010200000ull /* the first thread's UTCB */
#define HW_CORE_STACK  0x0000000010400000ull /* top of the first thread's stack, 64 KiB */
#define HW_BOOT_MAGIC  0x31304e4f4e4554ull

struct hw_boot_range {
	uint64_t base, size; /* bytes, page aligned */
};

struct hw_boot_module {
	uint64_t base, size; /* physical; size in bytes, base page aligned */
	char name[48];       /* its command line (the last 47 characters), NUL terminated */
};

struct hw_boot_info {
	uint64_t magic;
	uint64_t core_pd, core_thread;
	uint64_t kernel_entry_tsc; /* time-stamp counter at the kernel's first instruction */
	uint64_t tsc_per_second;
	uint32_t range_count;  /* free RAM: neither kernel, nor module, nor core's image */
	uint32_t module_count; /* without core itself, which is the first module */
	uint32_t ram_count;    /* all RAM, whatever it is used for */
	uint32_t device_count; /* what nobody may map: interrupt controllers */
	char options[128];     /* the end of the boot loader's line for the kernel */
	struct hw_boot_range ranges[16];
	struct hw_boot_range ram[16];
	struct hw_boot_range devices[10];
	struct hw_boot_module modules[40];
};
