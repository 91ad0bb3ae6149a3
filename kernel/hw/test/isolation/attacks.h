/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#pragma once

#include <hw/call.h>
#include <tenon/test.h>

enum outcome { EXITS, FAULTS, FAULTS_BY_INSTRUCTION, ANYHOW };

struct attack {
	const char *name;
	void (*run)(struct tn_env *env, uint64_t argument);
	uint64_t argument;
	enum outcome outcome; /* EXITS: with value 0, if all was refused as it has to be */
};

extern const struct attack attacks[];
extern const unsigned attack_count;

/* Ends the attacker: something was not refused. */
#define REFUSED(condition)                                                        \
	do {                                                                      \
		if (!(condition)) {                                               \
			tn_log("line %d: not refused: %s", __LINE__, #condition); \
			tn_exit(1);                                               \
		}                                                                 \
	} while (0)

/* -- calls.c -- */
void core_only_calls(struct tn_env *env, uint64_t argument);
void unknown_calls(struct tn_env *env, uint64_t argument);
void forged_handles(struct tn_env *env, uint64_t argument);
void long_tags(struct tn_env *env, uint64_t argument);
void garbage_to_core(struct tn_env *env, uint64_t argument);
void replies_without_request(struct tn_env *env, uint64_t argument);
void strange_unparks(struct tn_env *env, uint64_t argument);
void strange_registers(struct tn_env *env, uint64_t argument);

/* -- instructions.c -- */
void read_address(struct tn_env *env, uint64_t address);
void write_address(struct tn_env *env, uint64_t address);
void jump_to(struct tn_env *env, uint64_t address);
void copy_from_forbidden(struct tn_env *env, uint64_t argument);
void execute(struct tn_env *env, uint64_t which);
void search_secret(struct tn_env *env, uint64_t argument);
void flags(struct tn_env *env, uint64_t argument);
void spin(struct tn_env *env, uint64_t argument);

#define SECRET 0x5ec4e75ec4e7a110u /* + 1 in the victim's memory */

#define INSTRUCTIONS(X)                                                                  \
	X(CLI, "cli")                                                                    \
	X(STI, "sti")                                                                    \
	X(HLT, "hlt")                                                                    \
	X(IN, "inb $0x21, %%al")                                                         \
	X(OUT, "outb %%al, $0xf4")                                                       \
	X(OUT_SERIAL, "movw $0x3f8, %%dx; outb %%al, %%dx")                              \
	X(READ_CR0, "movq %%cr0, %%rax")                                                 \
	X(WRITE_CR0, "xorl %%eax, %%eax; movq %%rax, %%cr0")                             \
	X(READ_CR3, "movq %%cr3, %%rax")                                                 \
	X(WRITE_CR3, "movl $0x1000, %%eax; movq %%rax, %%cr3")                           \
	X(WRITE_CR4, "xorl %%eax, %%eax; movq %%rax, %%cr4")                             \
	X(WRITE_DR7, "xorl %%eax, %%eax; movq %%rax, %%dr7")                             \
	X(RDMSR, "movl $0xc0000082, %%ecx; rdmsr")                                       \
	X(WRMSR, "movl $0xc0000082, %%ecx; xorl %%eax, %%eax; xorl %%edx, %%edx; wrmsr") \
	X(LGDT, "lgdt (%%rsp)")                                                          \
	X(LIDT, "lidt (%%rsp)")                                                          \
	X(LLDT, "xorl %%eax, %%eax; lldt %%ax")                                          \
	X(LTR, "movl $0x30, %%eax; ltr %%ax")                                            \
	X(CLTS, "clts")                                                                  \
	X(INVLPG, "invlpg (%%rsp)")                                                      \
	X(WBINVD, "wbinvd")                                                              \
	X(SWAPGS, "swapgs")                                                              \
	X(SYSRET, "xorl %%ecx, %%ecx; sysretq")                                          \
	X(SYSENTER, "sysenter")                                                          \
	X(KERNEL_STACK_SEGMENT, "movl $0x10, %%eax; movw %%ax, %%ss")                    \
	X(INT_0, "int $0x00")                                                            \
	X(INT_2, "int $0x02")                                                            \
	X(INT_8, "int $0x08")                                                            \
	X(INT_13, "int $0x0d")                                                           \
	X(INT_14, "int $0x0e")                                                           \
	X(INT_32, "int $0x20")                                                           \
	X(INT_33, "int $0x21")                                                           \
	X(INT_64, "int $0x40")                                                           \
	X(INT_128, "int $0x80")                                                          \
	X(INT_240, "int $0xf0")                                                          \
	X(INT_255, "int $0xff")

/* Which fault these give depends on how an emulator reads the stack. */
#define RETURNS(X)                                                                                 \
	X(IRET_TO_KERNEL, "pushq $0x10; pushq %%rsp; pushfq; pushq $0x08; leaq 1f(%%rip), %%rax; " \
			  "pushq %%rax; iretq; 1: nop")                                            \
	X(FAR_RETURN_TO_KERNEL, "pushq $0x08; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1: nop")

#define INSTRUCTION_ENUM(name, text) DO_##name,
enum instruction { INSTRUCTIONS(INSTRUCTION_ENUM) RETURNS(INSTRUCTION_ENUM) INSTRUCTION_COUNT };
#undef INSTRUCTION_ENUM
