/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Lies in the pages that a component shares with core. */
#include "attack.h"

#define NOWHERE 0x345678ull

enum { HANDLES = 4096 };

static void call_on(victim_cap victim)
{
	uint64_t back = 0;
	HOLDS(victim_echo(victim, 5, &back) == TN_OK && back == 5);
}

/* Core must take the word of the kernel for who calls whom. */
static void calling_is_a_lie(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	tn_signal_cap alarm = attack_alarm();
	(void)env;
	for (uint32_t i = 0; i < HANDLES; i++) {
		tn_handle handle = i < 256 ? i : (tn_handle)attack_random();
		own_thread_page()->calling = handle;
		HOLDS(raw_message(victim.handle, victim_opcode_echo, 8, 0) == TN_OK);
		own_thread_page()->calling = victim.handle;
		TN_MUST(tn_cap_retain(alarm.handle)); /* no message of its own */
		tn_cap_release(alarm.handle);
	}
	own_thread_page()->calling = 0;
	call_on(victim);
}

static void aborted_is_a_lie(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	(void)env;
	for (unsigned round = 0; round < 1000; round++) {
		own_thread_page()->aborted = (uint32_t)attack_random();
		HOLDS(raw_message(victim.handle, victim_opcode_echo, 8, 0) == TN_OK);
	}
	own_thread_page()->aborted = 0;
	call_on(victim);
}

/* A reply that nobody has sent, with handles made up: whatever comes of it is the attacker's own.
 */
static void reply_is_a_lie(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t back;
	(void)env;
	for (unsigned round = 0; round < 100; round++) {
		volatile struct tn_transfer *reply = &own_thread_page()->reply;
		reply->handles.count = (uint32_t)attack_random();
		for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
			reply->handles.handle[i] = (tn_handle)attack_random();
		reply->origin = round % 2 ? victim.handle : (uint32_t)attack_random();
		reply->state = (uint32_t)attack_random();
		(void)!victim_echo(victim, 5, &back);
	}
}

/* While a real one is under way: core keeps its own record of what it has sent. */
static void reply_is_overwritten(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	(void)env;
	for (unsigned round = 0; round < 100; round++) {
		volatile struct tn_transfer *reply = &own_thread_page()->reply;
		own_thread_page()->calling = victim.handle;
		HOLDS(raw_message(victim.handle, victim_opcode_alarm, 0, 0) == TN_OK);
		reply->handles.count = UINT32_MAX;
		for (unsigned i = 0; i < TN_MESSAGE_CAPS_MAX; i++)
			reply->handles.handle[i] = UINT32_MAX;
		reply->state = (uint32_t)(round % 5); /* EMPTY, and numbers of others */
	}
	own_thread_page()->reply.state = TN_TRANSFER_EMPTY;
	own_thread_page()->calling = 0;
	call_on(victim);
}

static void fill_at_random(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	volatile uint64_t *words = (volatile uint64_t *)LAYOUT_THREAD_PAGES;
	(void)env;
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < TN_PAGE_SIZE / sizeof(uint64_t); i++)
			words[i] = attack_random();
		raw(HW_CALL, victim.handle, hw_tag(victim_opcode_alarm, 0, 0, 0));
		raw(HW_CALL, tn_env_pd(env).handle, hw_tag(tn_pd_opcode_accounts, 0, 0, 0));
	}
	(void)*(volatile uint64_t *)NOWHERE;
}

static void recover_at(uint64_t address)
{
	volatile struct tn_thread_page *page = own_thread_page();
	page->guard_begin = 0;
	page->guard_end = UINT64_MAX;
	page->guard_recover = address;
	(void)*(volatile uint64_t *)NOWHERE;
}

static void recover_in_kernel(struct tn_env *env)
{
	(void)env;
	recover_at(0xffffffff80101000);
}

static void recover_beyond_user(struct tn_env *env)
{
	(void)env;
	recover_at(0x7ffffffff000);
}

static void recover_not_canonical(struct tn_env *env)
{
	(void)env;
	recover_at(0x800000000000);
}

static void recover_nowhere(struct tn_env *env)
{
	(void)env;
	recover_at(0);
}

/* Faults, is resumed where it faults, and so on; core and the kernel have to bear it. */
static void recover_into_the_fault(struct tn_env *env)
{
	volatile struct tn_thread_page *page = own_thread_page();
	(void)env;
	tn_actor_post("recover-into-the-fault");
	page->guard_begin = 0;
	page->guard_end = UINT64_MAX;
	__asm__ volatile("lea 1f(%%rip), %%rax; mov %%rax, (%0); 1: mov %1, %%rax"
			 :
			 : "r"(&page->guard_recover), "m"(*(volatile uint64_t *)NOWHERE)
			 : "rax", "memory");
}

const struct attack page_attacks[] = {
	{ "calling-is-a-lie", calling_is_a_lie, SURVIVES, NULL },
	{ "aborted-is-a-lie", aborted_is_a_lie, SURVIVES, NULL },
	{ "reply-is-a-lie", reply_is_a_lie, ENDS, NULL },
	{ "reply-is-overwritten", reply_is_overwritten, ENDS, NULL },
	{ "fill-at-random", fill_at_random, ENDS, NULL },
	{ "recover-in-kernel", recover_in_kernel, TN_FAULT_READ, NULL },
	{ "recover-beyond-user", recover_beyond_user, TN_FAULT_READ, NULL },
	{ "recover-not-canonical", recover_not_canonical, TN_FAULT_READ, NULL },
	{ "recover-nowhere", recover_nowhere, TN_FAULT_READ, NULL },
	{ "recover-into-the-fault", recover_into_the_fault, KILLED, NULL },
	{ NULL, NULL, 0, NULL },
};
