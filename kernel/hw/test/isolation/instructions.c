/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Instructions that only a kernel may execute, and addresses that are none of a component's. */

#include "attacks.h"

#define INSTRUCTION_FUNCTION(name, text)                                    \
	static void do_##name(void)                                         \
	{                                                                   \
		__asm__ volatile(text : : : "rax", "rcx", "rdx", "memory"); \
	}
INSTRUCTIONS(INSTRUCTION_FUNCTION)
RETURNS(INSTRUCTION_FUNCTION)

void execute(struct tn_env *env, uint64_t which)
{
#define INSTRUCTION_ENTRY(name, text) do_##name,
	static void (*const instructions[])(void) = { INSTRUCTIONS(INSTRUCTION_ENTRY)
							      RETURNS(INSTRUCTION_ENTRY) };
	(void)env;
	instructions[which]();
	tn_log("instruction %u was executed", (unsigned)which);
	tn_exit(1);
}

void read_address(struct tn_env *env, uint64_t address)
{
	(void)env;
	(void)*(volatile uint64_t *)address;
}

void write_address(struct tn_env *env, uint64_t address)
{
	(void)env;
	*(volatile uint64_t *)address = 0;
}

void jump_to(struct tn_env *env, uint64_t address)
{
	(void)env;
	__asm__ volatile("jmp *%0" : : "r"(address));
}

void copy_from_forbidden(struct tn_env *env, uint64_t argument)
{
	static const uint64_t forbidden[] = {
		0xffff800000000000, 0xffffff0000000000, 0xffffffff80000000, 0xffffffff80100000,
		0xfffffffffffffff8, 0x0000100000000000, 0x00007ffffffff000, 0x00007fffffffeff8,
	};
	uint64_t word = 0;
	(void)env;
	(void)argument;
	for (unsigned i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		void *there = (void *)forbidden[i];
		REFUSED(tn_guarded_copy(&word, there, sizeof(word)) == TN_ERR_FAULT);
		REFUSED(tn_guarded_copy(there, &word, sizeof(word)) == TN_ERR_FAULT);
	}
}

/* Looks at a word of every 64th KiB of the lowest gigabyte, and where others attach. */
void search_secret(struct tn_env *env, uint64_t argument)
{
	uint64_t word;
	(void)env;
	(void)argument;
	for (uint64_t at = 0; at < 0x48000000; at += 0x10000) {
		if (tn_guarded_copy(&word, (void *)at, sizeof(word)) == TN_OK)
			REFUSED(word != SECRET + 1);
	}
}

/* Flags that a kernel must not take over: direction, nested task, alignment check, I/O level. */
void flags(struct tn_env *env, uint64_t argument)
{
	static const uint64_t bits[] = { 1 << 10, 1 << 14, 1 << 18, 3 << 12, 1 << 21 };
	(void)env;
	(void)argument;
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		uint64_t number = HW_YIELD, after;
		__asm__ volatile("pushfq; orq %2, (%%rsp); popfq; syscall; pushfq; popq %1;"
				 "pushfq; andq %3, (%%rsp); popfq"
				 : "+a"(number), "=&b"(after)
				 : "r"(bits[i]), "r"(~bits[i])
				 : "rcx", "r11", "rdi", "rsi", "rdx", "memory", "cc");
		REFUSED(!(after & (3 << 12)));
		REFUSED(after & (1 << 9));
	}
}

void spin(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	tn_actor_post("spinning");
	for (;;)
		__asm__ volatile("");
}
