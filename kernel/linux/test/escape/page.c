/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Lies in what a component shares with core, and writes to what core lets it read alone. */
#include "attack.h"

enum { CALLS = 3000 };

static volatile uint32_t *own_page(void)
{
	return (volatile uint32_t *)LAYOUT_THREAD_PAGES;
}

/* Which capability is being called through, what ends the call, what is on its way. */
static void lie_in_the_page(void *argument)
{
	(void)argument;
	for (;;)
		for (unsigned word = 0; word < sizeof(struct tn_thread_page) / 4; word++)
			own_page()[word] = (uint32_t)attack_random() % 512;
}

static void thread_page_is_a_lie(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	tn_actor_post("thread-page-is-a-lie");
	attack_beside(lie_in_the_page, NULL);
	for (;;) {
		(void)!victim_echo(victim, 1, &back);
		(void)!victim_hold(victim, (tn_any_cap){ victim.handle });
	}
}

/* What core says about a fault, and whether the thread lives. */
static void fault_words_are_lies(struct tn_env *env)
{
	volatile uint64_t *words = (volatile uint64_t *)(LAYOUT_THREAD_PAGES + LINUX_FAULT_OFFSET);
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	for (unsigned i = 0; i < CALLS; i++) {
		for (unsigned word = 0; word < sizeof(struct linux_fault) / 8; word++)
			words[word] = attack_random();
		HOLDS(victim_echo(victim, i, &back) == TN_OK && back == i);
	}
}

/* Held by itself alone: no peer waits, and it can be killed. */
static void waits_for_nothing(struct tn_env *env)
{
	static const uint32_t word;
	struct futex_waitv waiting = { .val = 0, .uaddr = (uintptr_t)&word, .flags = FUTEX_32 };
	(void)env;
	tn_actor_post("waits-for-nothing");
	for (;;)
		linux_call5(__NR_futex_waitv, &waiting, 1, 0, 0, 0);
}

static void write_capabilities(struct tn_env *env)
{
	(void)env;
	*(volatile uint32_t *)LINUX_CAPS = 1;
}

static void write_grants(struct tn_env *env)
{
	(void)env;
	*(volatile uint32_t *)LINUX_GRANTS = 1;
}

static void write_the_runtime(struct tn_env *env)
{
	(void)env;
	*(volatile uint32_t *)LAYOUT_RUNTIME = 1;
}

static void write_own_text(struct tn_env *env)
{
	(void)env;
	*(volatile uint32_t *)(uintptr_t)write_own_text = 1;
}

/* No more of a table than core has written. */
static void read_behind_the_table(struct tn_env *env)
{
	(void)env;
	HOLDS(*(volatile uint32_t *)(LINUX_CAPS + LINUX_CAPS_SIZE - 64) == 1);
}

static void read_a_channel_of_nobody(struct tn_env *env)
{
	(void)env;
	HOLDS(*(volatile uint32_t *)linux_link_address(LINUX_CLIENT, 900) == 1);
}

static void read_the_secret(struct tn_env *env)
{
	(void)env;
	HOLDS(*(volatile uint64_t *)VICTIM_SECRET_AT == 1);
}

static void execute_data(struct tn_env *env)
{
	static unsigned char code[16] = { 0xc3 };
	(void)env;
	((void (*)(void))(uintptr_t)code)();
}

static void jump_to_linux(struct tn_env *env)
{
	(void)env;
	((void (*)(void))0xffffffff81000000u)();
}

static void jump_not_canonical(struct tn_env *env)
{
	(void)env;
	((void (*)(void))0x800000000000u)();
}

static void stack_gone(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("xor %%esp, %%esp\n\tpush %%rax" : : : "memory");
}

static void privileged(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("hlt");
}

static void out_to_a_port(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("out %al, $0x80");
}

static void debug_register(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %%rax, %%dr7" : : "a"(1ull));
}

static void single_step(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("pushf\n\torl $0x100, (%%rsp)\n\tpopf\n\tnop" : : : "memory", "cc");
}

static void wild_selector(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %0, %%ds" : : "r"(0xfff8));
}

const struct attack page_attacks[] = {
	{ "thread-page-is-a-lie", thread_page_is_a_lie, KILLED, NULL },
	{ "fault-words-are-lies", fault_words_are_lies, SURVIVES, NULL },
	{ "waits-for-nothing", waits_for_nothing, KILLED, NULL },
	{ "write-capabilities", write_capabilities, TN_FAULT_WRITE, NULL },
	{ "write-grants", write_grants, TN_FAULT_WRITE, NULL },
	{ "write-the-runtime", write_the_runtime, TN_FAULT_WRITE, NULL },
	{ "write-own-text", write_own_text, TN_FAULT_WRITE, NULL },
	{ "read-behind-the-table", read_behind_the_table, TN_FAULT_READ, NULL },
	{ "read-a-channel-of-nobody", read_a_channel_of_nobody, TN_FAULT_READ, NULL },
	{ "read-the-secret", read_the_secret, TN_FAULT_READ, NULL },
	{ "execute-data", execute_data, TN_FAULT_EXECUTE, NULL },
	{ "jump-to-linux", jump_to_linux, TN_FAULT_EXECUTE, NULL },
	{ "jump-not-canonical", jump_not_canonical, FAULTS, NULL },
	{ "stack-gone", stack_gone, FAULTS, NULL },
	{ "privileged", privileged, TN_FAULT_INSTRUCTION, NULL },
	{ "out-to-a-port", out_to_a_port, TN_FAULT_INSTRUCTION, NULL },
	{ "debug-register", debug_register, TN_FAULT_INSTRUCTION, NULL },
	{ "single-step", single_step, TN_FAULT_BREAKPOINT, NULL },
	{ "wild-selector", wild_selector, TN_FAULT_INSTRUCTION, NULL },
	{ NULL, NULL, 0, NULL },
};
