/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What the tests share: frames, PDs with threads that do as they are told, results. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <hw/abi.h>
#include "call.h"

/* Reports */
void test_check(const char *name, bool good, const char *reason, uint64_t value);
void test_note(const char *text, uint64_t value);
unsigned test_failures(void);

#define EXPECT(name, condition, value) test_check(name, condition, #condition, (uint64_t)(value))

/* A bit for each check of many. */
static inline uint64_t failed(bool condition, unsigned check)
{
	return (uint64_t)condition << check;
}

/* Frames: physical addresses; memory is seen through core's window. */
void frames_setup(const struct hw_boot_info *info);
uint64_t frame_new(void); /* zeroed */
void frame_free(uint64_t frame);
uint64_t frames_free_count(void);

static inline void *window(uint64_t physical)
{
	return (void *)(HW_CORE_WINDOW + physical); /* NOLINT(performance-no-int-to-ptr) */
}

/*
 * A puppet is a thread that waits for a signal, makes the system call that its slot holds, and
 * stores the results there. Slots are in one frame that all PDs have mapped.
 */
struct slot {
	uint64_t number, rdi, rsi, rdx, r10, r8; /* in */
	struct result result;                    /* out */
	uint64_t done;                           /* system calls that have returned */
	uint64_t counter, start, end;            /* for other children */
	uint64_t reserved[2];
};

_Static_assert(sizeof(struct slot) == 128, "child.S");

enum {
	CHILD_SHARED = 0x800000,
	CHILD_STACKS = 0x600000,
	CHILD_UTCBS = 0x700000,
	CHILD_SLOTS = 32,
};

struct child {
	uint64_t pd;
	uint64_t thread, utcb, stack;
	uint64_t signal;
	unsigned slot;
};

void child_setup(const struct hw_boot_info *info);
volatile struct slot *child_slot(unsigned slot);

/* A PD with the children's code and the slots mapped, and one frame of capabilities. */
uint64_t pd_new(void);
void pd_free(uint64_t pd);
void pd_map(uint64_t pd, uint64_t address, uint64_t frame, uint64_t rights);
struct result pd_map_pages(uint64_t pd, uint64_t address, uint64_t frame, uint64_t pages,
			   uint64_t rights);

/* A thread in the PD, at `entry` (child.S) with its slot as argument; local id = slot. */
struct child child_new(uint64_t pd, unsigned slot, void (*entry)(void), uint32_t priority);
void child_free(struct child *child);

/* HW_THREAD_CREATE as it is, for those who want it to fail. */
uint64_t thread_try(const struct hw_thread_args *args);

/* HW_THREAD_DESTROY until it is done. */
uint64_t thread_free(uint64_t thread);

/* Tell a puppet what to do; it does it once core waits. */
#define TELL(...) TELL_FILL(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define TELL_FILL(child, number, a, b, c, d, e, ...)                                          \
	child_tell(child, number, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), \
		   (uint64_t)(e))
void child_tell(const struct child *child, uint64_t number, uint64_t rdi, uint64_t rsi,
		uint64_t rdx, uint64_t r10, uint64_t r8);

struct hw_registers child_registers(const struct child *child);
enum hw_thread_state child_state(const struct child *child);

/* Let everybody else run until they have nothing to do, or for 20 ms if they never stop. */
void settle(void);
void sleep_us(uint64_t us);
uint64_t time_ns(void);

/* The next event of core within 20 ms; HW_EVENT_NONE if there was none. */
struct result next_event(void);

/* Capabilities: handle = index, generation 0. */
uint64_t cap_set(uint64_t pd, uint32_t handle, enum hw_cap_kind kind, uint64_t target,
		 uint64_t badge);

/* Signals of core's own */
uint64_t signal_new(uint64_t thread, uint64_t badge);
void signal_free(uint64_t signal);
extern uint64_t core_pd, core_thread;

#define TAG(opcode, length) ((uint64_t)(opcode) | (uint64_t)(length) << 16)

/* child.S */
void child_puppet(void);
void child_echo(void);
void child_slow_echo(void);
void child_ping(void);
void child_caller(void);
void child_flags(void);
void child_random(void);
void child_spin(void);
void child_preserve(void);
void child_fault_table(void);

/* The tests */
void test_objects(void);
void test_mapping(void);
void test_denied(void);
void test_ipc(void);
void test_signals(void);
void test_death(void);
void test_faults(void);
void test_schedule(void);
void test_exhaustion(void);
void test_chaos(void);
void test_hostile_core(void);
void test_speed(void);
