/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* System calls: numbers, arguments, registers. */
#include "attack.h"

enum { NUMBERS = 201, ROUNDS = 64, RAM_FRAMES = 65536 };

static const uint64_t huge[] = {
	0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000000 | HW_SHUTDOWN,
	1ull << 63, UINT64_MAX,
};

static uint64_t enter_randomly(uint64_t number)
{
	uint64_t rdi = attack_random();
	if (number == HW_REPLY_WAIT)
		rdi |= HW_WAIT_POLL;
	if (number == HW_PARK)
		raw(HW_UNPARK, 0, 0);
	return hw_call6(number, rdi, attack_random(), attack_random(), attack_random(),
			attack_random())
		.status;
}

static void every_number(struct tn_env *env)
{
	(void)env;
	for (uint64_t number = 0; number < NUMBERS; number++)
		for (unsigned round = 0; round < ROUNDS; round++)
			enter_randomly(number);
}

static void unknown_numbers(struct tn_env *env)
{
	(void)env;
	for (uint64_t number = HW_YIELD + 1; number < NUMBERS; number++)
		if (number < HW_CORE_FIRST || number >= HW_SYSCALL_COUNT)
			HOLDS(enter_randomly(number) == HW_ERR_NUMBER);
	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++)
		HOLDS(enter_randomly(huge[i]) == HW_ERR_NUMBER);
	for (unsigned bit = 8; bit < 64; bit++)
		HOLDS(enter_randomly(1ull << bit | HW_SHUTDOWN) == HW_ERR_NUMBER);
}

static void core_only(struct tn_env *env)
{
	(void)env;
	for (uint64_t number = HW_CORE_FIRST; number < HW_SYSCALL_COUNT; number++) {
		for (unsigned round = 0; round < ROUNDS; round++)
			HOLDS(enter_randomly(number) == HW_ERR_DENIED);
		HOLDS(raw(number, 0, 0) == HW_ERR_DENIED);
	}
}

/* Any frame of RAM may be anybody's thread or PD. */
static void core_only_with_real_names(struct tn_env *env)
{
	static const uint64_t numbers[] = { HW_PD_DESTROY, HW_THREAD_DESTROY, HW_THREAD_ABORT,
					    HW_THREAD_REGISTERS, HW_FAULT_HANDLER };
	(void)env;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		for (uint64_t frame = 0; frame < RAM_FRAMES; frame += 7)
			HOLDS(raw(numbers[i], frame * HW_PAGE_SIZE, 0) == HW_ERR_DENIED);
}

static void map_other_memory(struct tn_env *env)
{
	(void)env;
	for (uint64_t frame = 0; frame < RAM_FRAMES; frame += 64)
		for (uint64_t rights = 0; rights < 8; rights++)
			HOLDS(hw_call6(HW_MAP, frame * HW_PAGE_SIZE, LAYOUT_ATTACH, 0, 1, rights)
				      .status == HW_ERR_DENIED);
}

/* Results and lost registers bring nothing of the kernel's. */
static void registers_keep_no_secrets(struct tn_env *env)
{
	(void)env;
	for (uint64_t number = HW_YIELD; number < NUMBERS; number++) {
		uint64_t rcx = 0, r11 = 0, rdx = 0x1111;
		register uint64_t r8 __asm__("r8") = 0x8888, r9 __asm__("r9") = 0x9999;
		register uint64_t r10 __asm__("r10") = 0x1010, r12 __asm__("r12") = 0x1212;
		uint64_t rax = number, rdi = 0x2222, rsi = 0x3333;
		__asm__ volatile("syscall; mov %%r11, %[r11]"
				 : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx),
				   "=c"(rcx), [r11] "=&b"(r11), "+r"(r8), "+r"(r9), "+r"(r10),
				   "+r"(r12)
				 :
				 : "r11", "memory");
		HOLDS(rdi == 0x2222 && rsi == 0x3333 && rdx == 0x1111);
		HOLDS(r8 == 0x8888 && r9 == 0x9999 && r10 == 0x1010 && r12 == 0x1212);
		HOLDS(rcx < LAYOUT_ATTACH_END && r11 <= UINT32_MAX && rax <= HW_ERR_NUMBER);
	}
}

/* The stack pointer is nothing that the kernel uses. */
static void enter_with_stack(uint64_t stack, uint64_t number)
{
	uint64_t rax = number;
	__asm__ volatile("mov %%rsp, %%r12; mov %[stack], %%rsp; syscall; mov %%r12, %%rsp"
			 : "+a"(rax)
			 : [stack] "r"(stack), "D"(0ull)
			 : "rcx", "r11", "r12", "rdx", "rsi", "memory");
	HOLDS(rax <= HW_ERR_NUMBER);
}

static void wild_stacks(struct tn_env *env)
{
	static const uint64_t stacks[] = { 0,
					   1,
					   8,
					   HW_CORE_WINDOW,
					   0x7fffffffffff,
					   0x800000000000,
					   0x8000000000000000,
					   0xffff800000000000,
					   0xffffffff80000000,
					   UINT64_MAX };
	(void)env;
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
		for (unsigned round = 0; round < ROUNDS; round++) {
			enter_with_stack(stacks[i], HW_YIELD);
			enter_with_stack(stacks[i], HW_UNPARK);
			enter_with_stack(stacks[i], HW_SHUTDOWN);
			enter_with_stack(stacks[i], 77);
		}
}

/* Whatever a component may call takes no address: none of these is one to it. */
static void kernel_addresses_as_arguments(struct tn_env *env)
{
	static const uint64_t addresses[] = { 0xffffffff80100000, 0xffff800000000000,
					      0xffffff0000000000, 0x800000000000,
					      0xffff7fffffffffff, HW_CORE_WINDOW,
					      UINT64_MAX - 7 };
	(void)env;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint64_t a = addresses[i];
		HOLDS(hw_call6(HW_CALL, a, a, a, a, a).status == HW_ERR_CAP);
		HOLDS(hw_call6(HW_SIGNAL, a, a, a, a, a).status == HW_ERR_CAP);
		HOLDS(hw_call6(HW_UNPARK, a, a, a, a, a).status == HW_ERR_ARGUMENT);
		hw_call6(HW_REPLY_WAIT, a | HW_WAIT_POLL, a, a, a, a);
		for (uint64_t number = HW_CORE_FIRST; number < HW_SYSCALL_COUNT; number++)
			HOLDS(hw_call6(number, a, a, a, a, a).status == HW_ERR_DENIED);
	}
}

static void garbage_flags_of_wait(struct tn_env *env)
{
	(void)env;
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t flags = 1ull << bit | HW_WAIT_POLL;
		HOLDS(raw(HW_REPLY_WAIT, flags, UINT64_MAX) != HW_EVENT_REQUEST);
		HOLDS(raw(HW_REPLY_WAIT, ~0ull ^ flags ^ HW_WAIT_POLL, attack_random()) !=
		      HW_EVENT_FAULT);
	}
}

static void reply_without_request(struct tn_env *env)
{
	(void)env;
	for (unsigned round = 0; round < 1000; round++) {
		uint64_t event = raw(HW_REPLY_WAIT, HW_WAIT_REPLY | HW_WAIT_POLL, attack_random());
		HOLDS(event == HW_EVENT_NONE || event == HW_EVENT_SIGNAL);
	}
}

static void unpark_others(struct tn_env *env)
{
	(void)env;
	for (uint64_t id = 1; id < 5000; id++)
		HOLDS(raw(HW_UNPARK, id, 0) == HW_ERR_ARGUMENT);
	for (unsigned bit = 12; bit < 64; bit++)
		HOLDS(raw(HW_UNPARK, 1ull << bit, 0) == HW_ERR_ARGUMENT);
	HOLDS(raw(HW_UNPARK, 0, 0) == HW_OK);
	HOLDS(raw(HW_PARK, 0, 0) == HW_OK);
}

static void park_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("park-for-good");
	for (;;)
		raw(HW_PARK, 0, 0);
}

static void wait_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("wait-for-good");
	for (;;)
		raw(HW_REPLY_WAIT, ~(uint64_t)HW_WAIT_POLL, UINT64_MAX);
}

static void spin_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("spin-for-good");
	for (;;)
		__asm__ volatile("pause");
}

static void yield_for_good(struct tn_env *env)
{
	(void)env;
	tn_actor_post("yield-for-good");
	for (;;)
		raw(HW_YIELD, 0, 0);
}

const struct attack entry_attacks[] = {
	{ "every-number", every_number, SURVIVES, NULL },
	{ "unknown-numbers", unknown_numbers, SURVIVES, NULL },
	{ "core-only", core_only, SURVIVES, NULL },
	{ "core-only-with-real-names", core_only_with_real_names, SURVIVES, NULL },
	{ "map-other-memory", map_other_memory, SURVIVES, NULL },
	{ "registers-keep-no-secrets", registers_keep_no_secrets, SURVIVES, NULL },
	{ "wild-stacks", wild_stacks, SURVIVES, NULL },
	{ "kernel-addresses-as-arguments", kernel_addresses_as_arguments, SURVIVES, NULL },
	{ "garbage-flags-of-wait", garbage_flags_of_wait, SURVIVES, NULL },
	{ "reply-without-request", reply_without_request, SURVIVES, NULL },
	{ "unpark-others", unpark_others, SURVIVES, NULL },
	{ "park-for-good", park_for_good, KILLED, NULL },
	{ "wait-for-good", wait_for_good, KILLED, NULL },
	{ "spin-for-good", spin_for_good, KILLED, NULL },
	{ "yield-for-good", yield_for_good, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
