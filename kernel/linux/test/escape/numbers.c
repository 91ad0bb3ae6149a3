/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Every number of a system call that x86_64 has, by each way into Linux: syscall, x32, int 0x80;
 * and the instructions that are the kernel's alone. Each must be the attacker's last.
 */
#include "attack.h"
#include <tenon/text.h>
#include <test/attack/instructions.h>

/* Those that a component may call, as kernel/linux/README.md lists them. */
static const uint64_t allowed[] = {
	__NR_write, __NR_epoll_wait,   __NR_clone, __NR_exit,  __NR_futex,  __NR_futex_waitv,
	__NR_mmap,  __NR_rt_sigreturn, __NR_close, LINUX_TRAP, __NR_munmap, __NR_rt_sigprocmask,
};

enum { OF_NOTHING = 4000, X32 = 0x40000000 };

static bool is_allowed(uint64_t number)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (number == allowed[i])
			return true;
	return false;
}

static uint64_t digits(const char *text)
{
	uint64_t value = 0;
	for (; *text; text++)
		value = value << 4 | (uint64_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return value;
}

static uint64_t own_number(void)
{
	const char *name = attack_name();
	while (*name != '.')
		name++;
	return digits(name + 1);
}

/* What a component may call is for others to attack: here a number of nothing is in its place. */
static void by_syscall(struct tn_env *env)
{
	uint64_t number = own_number();
	(void)env;
	linux_call6((long)(is_allowed(number) ? OF_NOTHING : number), 0, 0, 0, 0, 0, 0);
	HOLDS(false);
}

/* Newer Linux lets these two pass every filter, and refuses them itself, or ends the caller. */
static void past_the_filter(struct tn_env *env)
{
	uint64_t number = tn_text_equal(attack_name(), "uprobe") ? 336 : 335;
	(void)env;
	linux_call6((long)number, 0, 0, 0, 0, 0, 0);
}

/* Also, and above all, of those that it may call. */
static void by_x32(struct tn_env *env)
{
	(void)env;
	linux_call6((long)(X32 | own_number()), 0, 0, 0, 0, 0, 0);
	HOLDS(false);
}

/* The numbers of 32-bit programs. */
static void by_int80(struct tn_env *env)
{
	long result = (long)own_number();
	(void)env;
	__asm__ volatile("xor %%ebx, %%ebx; int $0x80"
			 : "+a"(result)
			 :
			 : "memory", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
	HOLDS(false);
}

/* clang-format off */
#define SIXTEEN(X, h) X(h##0) ONE_TO_FIFTEEN(X, h)
#define ONE_TO_FIFTEEN(X, h)                                                                       \
	X(h##1) X(h##2) X(h##3) X(h##4) X(h##5) X(h##6) X(h##7)                                    \
	X(h##8) X(h##9) X(h##a) X(h##b) X(h##c) X(h##d) X(h##e) X(h##f)
#define UP_TO_FOURTEEN(X, h)                                                                       \
	X(h##0) X(h##1) X(h##2) X(h##3) X(h##4) X(h##5) X(h##6) X(h##7)                            \
	X(h##8) X(h##9) X(h##a) X(h##b) X(h##c) X(h##d) X(h##e)
/* 000 to 1ff, without 14f and 150 */
#define NUMBERS(X)                                                                                 \
	SIXTEEN(X, 00) SIXTEEN(X, 01) SIXTEEN(X, 02) SIXTEEN(X, 03) SIXTEEN(X, 04) SIXTEEN(X, 05)  \
	SIXTEEN(X, 06) SIXTEEN(X, 07) SIXTEEN(X, 08) SIXTEEN(X, 09) SIXTEEN(X, 0a) SIXTEEN(X, 0b)  \
	SIXTEEN(X, 0c) SIXTEEN(X, 0d) SIXTEEN(X, 0e) SIXTEEN(X, 0f) SIXTEEN(X, 10) SIXTEEN(X, 11)  \
	SIXTEEN(X, 12) SIXTEEN(X, 13) UP_TO_FOURTEEN(X, 14) ONE_TO_FIFTEEN(X, 15) SIXTEEN(X, 16)   \
	SIXTEEN(X, 17) SIXTEEN(X, 18) SIXTEEN(X, 19) SIXTEEN(X, 1a) SIXTEEN(X, 1b) SIXTEEN(X, 1c)  \
	SIXTEEN(X, 1d) SIXTEEN(X, 1e) SIXTEEN(X, 1f)
/* Where those are that a component may call; and what does the like on 32 bits. */
#define ALLOWED(X)                                                                                 \
	SIXTEEN(X, 00) SIXTEEN(X, 03) SIXTEEN(X, 0c) SIXTEEN(X, 0e) SIXTEEN(X, 1c)
#define OF_32_BITS(X)                                                                              \
	SIXTEEN(X, 00) SIXTEEN(X, 01) SIXTEEN(X, 02) SIXTEEN(X, 05) SIXTEEN(X, 07) SIXTEEN(X, 0c)  \
	SIXTEEN(X, 0f) SIXTEEN(X, 1c)
/* Of exceptions, of Linux itself, of what programs once used. */
#define SOME_VECTORS(X)                                                                            \
	X(00) X(01) X(02)       X(04) X(05) X(06) X(07)                                            \
	X(08) X(09) X(0a) X(0b) X(0c) X(0d) X(0e) X(0f)                                            \
	ROW(X, 1) ROW(X, 2) ROW(X, 8) ROW(X, f)
/* clang-format on */

PRIVILEGED(DO)
SOME_VECTORS(INTERRUPT)

static void interrupt_breakpoint(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("int3");
}

#define SYSCALL(n) { "syscall." #n, by_syscall, TN_FAULT_KERNEL_ENTRY, NULL },
/* Of another architecture, or x32: no fault that could be resolved, the process is killed. */
#define X32_CALL(n)   { "x32." #n, by_x32, TN_FAULT_KERNEL_ENTRY, NULL },
#define INT80_CALL(n) { "int80." #n, by_int80, TN_FAULT_KERNEL_ENTRY, NULL },
/* Some are for everybody on some CPUs: what they do harms nobody. */
#define INSTRUCTION(name, code) { "instruction." #name, do_##name, ENDS, NULL },
#define VECTOR(n)               { "interrupt." #n, interrupt_##n, FAULTS, NULL },

const struct attack number_attacks[] = {
	NUMBERS(SYSCALL) ALLOWED(X32_CALL) OF_32_BITS(INT80_CALL) PRIVILEGED(INSTRUCTION)
		SOME_VECTORS(VECTOR){ "uretprobe", past_the_filter, ENDS, NULL },
	{ "uprobe", past_the_filter, ENDS, NULL },
	{ "interrupt.03", interrupt_breakpoint, TN_FAULT_BREAKPOINT, NULL },
	{ NULL, NULL, 0, NULL },
};
