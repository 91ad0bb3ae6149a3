/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What attackers, the victim and the one who judges know of each other. */
#pragma once

#include <base/shared.h>
#include <hw/call.h>
#include <tenon/test.h>

/* The victim; rogue servers say that they are one, too. */
#define VICTIM(RPC, I)                                                                        \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                                \
	RPC(I, alarm, OutCap(tn_signal_cap, alarm))                                           \
	RPC(I, hold, InCap(tn_any_cap, cap))                                                  \
	/* Goes through what it has: memory, quota, FPU. How often it has heard the alarm. */ \
	RPC(I, examine, Out(uint64_t, heard))                                                 \
	RPC(I, sum, InBytes(bytes, 2000u), Out(uint64_t, total))

TN_RPC_INTERFACE(victim, VICTIM)

enum { VICTIM_OPCODES = 5, SUM_BYTES = 2000 };

/* Where the victim has its secret attached, and what is in it. */
#define VICTIM_SECRET_AT 0x500000000000ull
#define VICTIM_SECRET    0x5ec2e75ec2e75ec2ull

/* How an attacker ends: by the fault of this kind (enum tn_fault_kind), or one of these. */
enum {
	SURVIVES = TN_FAULT_NONE, /* and has seen all its attempts refused */
	FAULTS = 100,             /* of whatever kind: CPUs differ */
	ENDS,                     /* in any way but by something that was not refused */
	KILLED,                   /* it posts its attack's name, then goes on until it is killed */
};

struct attack {
	const char *name;
	void (*run)(struct tn_env *env);
	uint32_t ending;
	/* What the one who judges does meanwhile, or NULL. */
	void (*beside)(void);
};

/* Each file's attacks end with a NULL name. */
extern const struct attack capability_attacks[], entry_attacks[], exhaustion_attacks[];
extern const struct attack instruction_attacks[], memory_attacks[], message_attacks[];
extern const struct attack page_attacks[], rogue_attacks[];

/* -- for attackers -- */

/* Ends the attacker if it does not hold: something was not refused. */
#define HOLDS(condition) attack_holds((condition), __FILE__, __LINE__, #condition)
void attack_holds(bool condition, const char *file, int line, const char *text);

victim_cap attack_victim(void);
tn_signal_cap attack_alarm(void);

/* The same numbers in each run. */
uint64_t attack_random(void);

static inline uint64_t raw(uint64_t number, uint64_t rdi, uint64_t rsi)
{
	return hw_call2(number, rdi, rsi).status;
}

/* The status of the reply to a message made by hand; it must get one. */
tn_error raw_message(tn_handle to, uint16_t opcode, uint32_t length, uint32_t caps);
/* So many capabilities, of the transfer with that mark. */
#define MARKED(caps, mark) ((caps) | (uint32_t)(mark) << 8)

static inline unsigned char *message_frame(void)
{
	return (unsigned char *)LAYOUT_UTCB;
}

static inline volatile struct tn_thread_page *own_thread_page(void)
{
	return (volatile struct tn_thread_page *)LAYOUT_THREAD_PAGES;
}
