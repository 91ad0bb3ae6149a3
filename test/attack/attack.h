/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What attackers, the victim and the one who judges know of each other, on any kernel. Each attack
 * has an attacker of its own, which "main" starts; when it has ended as it should, the victim must
 * be what it was before. A test is its lists of attacks, and judge.c.
 */
#pragma once

#include <tenon/test.h>

/* The victim; rogue servers say that they are one, too. It is also the service "Victim". */
#define VICTIM(RPC, I)                                                                        \
	RPC(I, echo, In(uint64_t, value), Out(uint64_t, back))                                \
	RPC(I, alarm, OutCap(tn_signal_cap, alarm))                                           \
	RPC(I, hold, InCap(tn_any_cap, cap))                                                  \
	/* Goes through what it has: memory, quota, FPU. How often it has heard the alarm. */ \
	RPC(I, examine, Out(uint64_t, heard))                                                 \
	RPC(I, sum, InBytes(bytes, 2000u), Out(uint64_t, total))                              \
	/* Open ones; and how often it has heard the signal that nobody has. */               \
	RPC(I, sessions, Out(uint64_t, open), Out(uint64_t, unheard))                         \
	/* Copies what is in it, as much as there still is. */                                \
	RPC(I, peek, InCap(tn_dataspace_cap, dataspace), Out(uint64_t, copied))

TN_RPC_INTERFACE(victim, VICTIM)

enum { VICTIM_OPCODES = victim_opcode_peek + 1, SUM_BYTES = 2000 };

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

/* The whole of component_construct(). Each list ends with a NULL name, the lists with NULL. */
void attack_main(struct tn_env *env, const char *binary, const struct attack *const *lists);

/* -- for attackers -- */

/* Ends the attacker if it does not hold: something was not refused. */
#define HOLDS(condition) attack_holds((condition), __FILE__, __LINE__, #condition)
void attack_holds(bool condition, const char *file, int line, const char *text);

/* The attack that this attacker makes, for those that share a function. */
const char *attack_name(void);
victim_cap attack_victim(void);
tn_signal_cap attack_alarm(void);

/* The same numbers in each run. */
uint64_t attack_random(void);

/* For rogue servers: "main" finds the object by attack_rogue(), and gives it back. */
void attack_offer(tn_handle object);
victim_cap attack_rogue(void);
