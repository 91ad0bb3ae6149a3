/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The kernel's own entry, used as the runtime never would. */

#include "attacks.h"

static const uint64_t strange[] = {
	0,
	1,
	8,
	0xfff,
	0x1000,
	0x100000,
	0x10000000,
	0x17c00000,
	0x100000000,
	0x0000100000000000,
	0x00007fffffffffff,
	0x0000800000000000,
	0xffff800000000000,
	0xffffffff80000000,
	UINT64_MAX,
};
enum { STRANGE = sizeof(strange) / sizeof(strange[0]) };

void core_only_calls(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	for (uint64_t number = HW_CORE_FIRST; number < HW_SYSCALL_COUNT; number++)
		for (unsigned i = 0; i < STRANGE; i++)
			for (unsigned j = 0; j < STRANGE; j++) {
				struct hw_result r = hw_call6(number, strange[i], strange[j],
							      strange[(i + j) % STRANGE],
							      strange[j], strange[i]);
				REFUSED(r.status == HW_ERR_DENIED);
			}
}

void unknown_calls(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	for (uint64_t number = HW_YIELD + 1; number < HW_CORE_FIRST; number++)
		REFUSED(hw_call2(number, 0, 0).status == HW_ERR_NUMBER);
	for (uint64_t number = HW_SYSCALL_COUNT; number < 5000; number++) {
		uint64_t status = hw_call2(number, 0, 0).status;
		REFUSED(status == HW_ERR_NUMBER || status == HW_ERR_DENIED);
	}
	for (unsigned bit = 13; bit < 64; bit++) {
		uint64_t status = hw_call2((uint64_t)1 << bit, 0, 0).status;
		REFUSED(status == HW_ERR_NUMBER || status == HW_ERR_DENIED);
		status = hw_call2(((uint64_t)1 << bit) | HW_YIELD, 0, 0).status;
		REFUSED(status == HW_ERR_NUMBER || status == HW_ERR_DENIED);
	}
}

/* A handle with another generation, or beyond the table: nothing. */
void forged_handles(struct tn_env *env, uint64_t argument)
{
	const uint64_t tag = hw_tag(0xffff, 0, 0, 0);
	(void)argument;
	tn_handle pd = tn_env_pd(env).handle;
	for (uint64_t generation = 1; generation < 256; generation++) {
		tn_handle forged = pd ^ (tn_handle)(generation << 20);
		REFUSED(hw_call2(HW_CALL, forged, tag).status == HW_ERR_CAP);
		REFUSED(hw_call2(HW_SIGNAL, forged, 0).status == HW_ERR_CAP);
	}
	for (uint64_t index = 256; index < 0x100000; index = index * 3 / 2) {
		REFUSED(hw_call2(HW_CALL, index, tag).status == HW_ERR_CAP);
		REFUSED(hw_call2(HW_SIGNAL, index, 0).status == HW_ERR_CAP);
	}
	REFUSED(hw_call2(HW_CALL, 0, tag).status == HW_ERR_CAP);
	REFUSED(hw_call2(HW_SIGNAL, pd, 0).status == HW_ERR_CAP); /* an object is no signal */
	for (unsigned i = 0; i < STRANGE; i++) {
		if (HW_HANDLE_INDEX(strange[i]) < 256)
			continue;
		REFUSED(hw_call2(HW_CALL, strange[i], tag).status != HW_OK);
		REFUSED(hw_call2(HW_SIGNAL, strange[i], 0).status != HW_OK);
	}
}

void long_tags(struct tn_env *env, uint64_t argument)
{
	tn_handle pd = tn_env_pd(env).handle;
	(void)argument;
	for (uint32_t length = HW_MESSAGE_MAX + 1; length < 0x10000; length += 61)
		REFUSED(hw_call2(HW_CALL, pd, hw_tag(0, length, 0, 0)).status != HW_OK);
	REFUSED(hw_call2(HW_CALL, pd, UINT64_MAX).status != HW_OK);
	/* Numbers of capabilities that cannot be: core looks at them, and refuses by a reply. */
	for (uint32_t caps = 1; caps < 256; caps++) {
		struct hw_result r = hw_call2(HW_CALL, pd, hw_tag(0, 8, caps, 0));
		REFUSED(r.status != HW_OK || HW_TAG_STATUS(r.rsi) != TN_OK);
	}
}

/* The message buffer is full of anything; requests of all kinds go to what the attacker has. */
void garbage_to_core(struct tn_env *env, uint64_t argument)
{
	unsigned char *buffer = (unsigned char *)0x17c00000;
	uint64_t state = argument;
	tn_handle targets[] = { tn_env_pd(env).handle, tn_env_parent(env).handle };
	for (unsigned i = 0; i < 3000; i++) {
		for (unsigned at = 0; at < 256; at += 8) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			uint64_t word = state >> (state >> 58);
			__builtin_memcpy(buffer + at, &word, 8);
		}
		uint32_t opcode = (uint32_t)(state >> 40) % 20;
		uint32_t length = (uint32_t)(state >> 33) % 70;
		uint32_t caps = (uint32_t)(state >> 30) % 4;
		if (targets[i % 2] == targets[1] && opcode == tn_parent_opcode_exit)
			continue;
		(void)hw_call2(HW_CALL, targets[i % 2], hw_tag(opcode, length, caps, 0));
	}
}

void replies_without_request(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	for (uint64_t flags = 0; flags < 64; flags++) {
		uint64_t tag = hw_tag(7, 4096, 8, 0);
		(void)hw_call2(HW_REPLY_WAIT, flags | HW_WAIT_REPLY | HW_WAIT_POLL, tag);
		(void)hw_call2(HW_REPLY_WAIT, flags | HW_WAIT_REPLY | HW_WAIT_POLL, UINT64_MAX);
	}
}

void strange_unparks(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	for (uint64_t id = 1; id < 3000; id++)
		REFUSED(hw_call2(HW_UNPARK, id, 0).status != HW_OK);
	for (unsigned i = 2; i < STRANGE; i++)
		REFUSED(hw_call2(HW_UNPARK, strange[i], 0).status != HW_OK);
}

/* The stack pointer is the component's own affair: the kernel must not use it. */
void strange_registers(struct tn_env *env, uint64_t argument)
{
	(void)env;
	(void)argument;
	for (unsigned i = 0; i < STRANGE; i++) {
		uint64_t number = HW_YIELD;
		__asm__ volatile("movq %%rsp, %%r12; movq %1, %%rsp; syscall; movq %%r12, %%rsp"
				 : "+a"(number)
				 : "b"(strange[i])
				 : "rcx", "r11", "r12", "rdi", "rsi", "rdx", "memory", "cc");
		REFUSED(number == HW_OK);
	}
}
