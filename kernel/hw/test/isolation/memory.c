/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Addresses of the kernel, of core, of others; rights; what is left behind in memory. */
#include "attack.h"

#define KERNEL_IMAGE   0xffffffff80000000ull
#define KERNEL_RAM     0xffff800000000000ull
#define KERNEL_DEVICES 0xffffff0000000000ull
#define USER_END       0x00007ffffffff000ull

/* Neither readable nor writable; the guarded copy survives the page fault. */
static void probe(uint64_t address)
{
	uint64_t word = VICTIM_SECRET;
	HOLDS(tn_guarded_copy(&word, (const void *)address, sizeof(word)) == TN_ERR_FAULT);
	HOLDS(word == VICTIM_SECRET);
	HOLDS(tn_guarded_copy((void *)address, &word, sizeof(word)) == TN_ERR_FAULT);
}

static void probe_range(uint64_t address, uint64_t size, uint64_t step)
{
	for (uint64_t offset = 0; offset < size; offset += step)
		probe(address + offset);
}

static void probe_kernel_image(struct tn_env *env)
{
	(void)env;
	probe_range(KERNEL_IMAGE, 4ull << 20, TN_PAGE_SIZE);
}

static void probe_kernel_ram(struct tn_env *env)
{
	(void)env;
	probe_range(KERNEL_RAM, 4ull << 20, TN_PAGE_SIZE);
	probe_range(KERNEL_RAM, 256ull << 20, 1ull << 20);
}

static void probe_kernel_devices(struct tn_env *env)
{
	(void)env;
	probe_range(KERNEL_DEVICES, 256 * TN_PAGE_SIZE, TN_PAGE_SIZE);
}

static void probe_core_window(struct tn_env *env)
{
	(void)env;
	probe_range(HW_CORE_WINDOW, 4ull << 20, TN_PAGE_SIZE);
	probe_range(HW_CORE_WINDOW, 256ull << 20, 1ull << 20);
}

static void probe_everywhere(struct tn_env *env)
{
	(void)env;
	probe(USER_END);
	probe(USER_END - TN_PAGE_SIZE);
	probe_range(VICTIM_SECRET_AT, 4 * TN_PAGE_SIZE, TN_PAGE_SIZE);
	for (unsigned i = 0; i < 256; i++)
		probe(UINT64_MAX - 0xfff - ((uint64_t)i << 39));
	for (unsigned i = 1; i < 256; i++)
		probe((uint64_t)i << 39 | 0x1000);
	/* Other threads' pages, message frames and stacks, if there were any. */
	probe_range(LAYOUT_THREAD_PAGES + TN_PAGE_SIZE, 511 * TN_PAGE_SIZE, TN_PAGE_SIZE);
	probe_range(LAYOUT_UTCB + TN_PAGE_SIZE, 511 * TN_PAGE_SIZE, TN_PAGE_SIZE);
	probe_range(LAYOUT_STACKS + LAYOUT_STACK_SLOT, 64 * LAYOUT_STACK_SLOT, LAYOUT_STACK_SLOT);
}

static void refuse_write(const void *address)
{
	uint64_t word = 0;
	HOLDS(tn_guarded_copy(&word, address, sizeof(word)) == TN_OK);
	HOLDS(tn_guarded_copy((void *)(uintptr_t)address, &word, sizeof(word)) == TN_ERR_FAULT);
}

static const uint64_t constant[] = { 1, 2, 3 };

static void write_what_is_read_only(struct tn_env *env)
{
	tn_dataspace_cap dataspace;
	void *at = NULL;
	(void)env;
	TN_MUST(tn_dataspace_alloc(TN_PAGE_SIZE, &dataspace));
	TN_MUST(tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &at));
	refuse_write(at);
	refuse_write(constant);
	refuse_write((const void *)(uintptr_t)component_construct);
	refuse_write((const void *)(uintptr_t)tn_guarded_copy);
	refuse_write((const void *)LAYOUT_RUNTIME);
}

/* The frames that the victim has just given back hold its secret no more. */
static void read_what_is_left(struct tn_env *env)
{
	victim_cap victim = attack_victim();
	uint64_t heard;
	(void)env;
	for (unsigned round = 0; round < 8; round++) {
		tn_dataspace_cap dataspace;
		void *at = NULL;
		TN_MUST(victim_examine(victim, &heard));
		TN_MUST(tn_dataspace_alloc(24 * TN_PAGE_SIZE, &dataspace));
		TN_MUST(tn_attach(dataspace, 0, 0, TN_RIGHT_READ, &at));
		for (size_t i = 0; i < 24 * TN_PAGE_SIZE / sizeof(uint64_t); i++)
			HOLDS(((const volatile uint64_t *)at)[i] == 0);
	}
}

/* Behind the reply the message frame is as it was. */
static void read_behind_the_reply(struct tn_env *env)
{
	const unsigned char mark = 0xa5;
	tn_handle victim = attack_victim().handle;
	const unsigned char *frame = message_frame();
	(void)env;
	memset(message_frame(), mark, HW_MESSAGE_MAX);
	HOLDS(raw_message(victim, victim_opcode_echo, 8, 0) == TN_OK);
	for (size_t i = 8; i < HW_MESSAGE_MAX; i++)
		HOLDS(frame[i] == mark);
	HOLDS(raw_message(tn_env_pd(env).handle, tn_pd_opcode_accounts, 0, 0) == TN_OK);
	for (size_t i = sizeof(struct tn_accounts); i < HW_MESSAGE_MAX; i++)
		HOLDS(frame[i] == mark);
}

static void touch(uint64_t address)
{
	(void)*(volatile uint64_t *)address;
}

static void read_null(struct tn_env *env)
{
	uint64_t null = 0;
	(void)env;
	__asm__("" : "+r"(null));
	touch(null);
}

static void read_kernel(struct tn_env *env)
{
	(void)env;
	touch(KERNEL_IMAGE + 0x100000);
}

static void write_kernel(struct tn_env *env)
{
	(void)env;
	*(volatile uint64_t *)KERNEL_RAM = 0;
}

static void read_not_canonical(struct tn_env *env)
{
	(void)env;
	touch(0x800000000000);
}

static void write_not_canonical(struct tn_env *env)
{
	(void)env;
	*(volatile uint64_t *)0x7fffffffffffffff = 0;
}

static void read_core_window(struct tn_env *env)
{
	(void)env;
	touch(HW_CORE_WINDOW);
}

static void write_core_window(struct tn_env *env)
{
	(void)env;
	*(volatile uint64_t *)(HW_CORE_WINDOW + 0x200000) = 0;
}

static void read_secret(struct tn_env *env)
{
	(void)env;
	touch(VICTIM_SECRET_AT);
}

static void write_text(struct tn_env *env)
{
	(void)env;
	*(volatile unsigned char *)(uintptr_t)component_construct = 0xcc;
}

static void write_runtime(struct tn_env *env)
{
	(void)env;
	*(volatile unsigned char *)(uintptr_t)tn_exit = 0xcc;
}

static void jump(uint64_t address)
{
	__asm__ volatile("jmp *%0" : : "r"(address) : "memory");
}

static void jump_to_null(struct tn_env *env)
{
	(void)env;
	jump(0);
}

/* The entry code of the kernel is mapped in all page tables. */
static void jump_to_kernel(struct tn_env *env)
{
	(void)env;
	jump(KERNEL_IMAGE + 0x101000);
}

static void jump_to_core(struct tn_env *env)
{
	(void)env;
	jump(HW_CORE_WINDOW);
}

static void jump_beyond_user(struct tn_env *env)
{
	(void)env;
	jump(USER_END);
}

static void jump_not_canonical(struct tn_env *env)
{
	(void)env;
	jump(0x800000000000);
}

static void return_not_canonical(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("push %0; ret" : : "r"(0xffff700000000000ull) : "memory");
}

/* A single return instruction, were it executed. */
static unsigned char data[16] = { 0xc3 };

static void call_address(void *at)
{
	*(volatile unsigned char *)at = 0xc3;
	__asm__ volatile("call *%0" : : "r"(at) : "memory");
}

static void execute_data(struct tn_env *env)
{
	(void)env;
	call_address(data);
}

static void execute_stack(struct tn_env *env)
{
	unsigned char here[16];
	(void)env;
	call_address(here);
}

static void execute_message(struct tn_env *env)
{
	(void)env;
	call_address((void *)LAYOUT_UTCB);
}

static void execute_thread_page(struct tn_env *env)
{
	(void)env;
	call_address((void *)(LAYOUT_THREAD_PAGES + 2048));
}

static void execute_heap(struct tn_env *env)
{
	(void)env;
	call_address(tn_heap_alloc(64));
}

static void fault_without_stack(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %0, %%rsp; push %%rax" : : "r"(KERNEL_IMAGE + 0x180000) : "memory");
}

static void fault_with_wild_stack(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %0, %%rsp; ud2" : : "r"(0x8000000000000000ull) : "memory");
}

static void push_not_canonical(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %0, %%rsp; push %%rax" : : "r"(0x800000000000ull) : "memory");
}

const struct attack memory_attacks[] = {
	{ "probe-kernel-image", probe_kernel_image, SURVIVES, NULL },
	{ "probe-kernel-ram", probe_kernel_ram, SURVIVES, NULL },
	{ "probe-kernel-devices", probe_kernel_devices, SURVIVES, NULL },
	{ "probe-core-window", probe_core_window, SURVIVES, NULL },
	{ "probe-everywhere", probe_everywhere, SURVIVES, NULL },
	{ "write-what-is-read-only", write_what_is_read_only, SURVIVES, NULL },
	{ "read-what-is-left", read_what_is_left, SURVIVES, NULL },
	{ "read-behind-the-reply", read_behind_the_reply, SURVIVES, NULL },
	{ "read-null", read_null, TN_FAULT_READ, NULL },
	{ "read-kernel", read_kernel, TN_FAULT_READ, NULL },
	{ "write-kernel", write_kernel, TN_FAULT_WRITE, NULL },
	{ "read-not-canonical", read_not_canonical, FAULTS, NULL },
	{ "write-not-canonical", write_not_canonical, FAULTS, NULL },
	{ "read-core-window", read_core_window, TN_FAULT_READ, NULL },
	{ "write-core-window", write_core_window, TN_FAULT_WRITE, NULL },
	{ "read-secret", read_secret, TN_FAULT_READ, NULL },
	{ "write-text", write_text, TN_FAULT_WRITE, NULL },
	{ "write-runtime", write_runtime, TN_FAULT_WRITE, NULL },
	{ "jump-to-null", jump_to_null, TN_FAULT_EXECUTE, NULL },
	{ "jump-to-kernel", jump_to_kernel, TN_FAULT_EXECUTE, NULL },
	{ "jump-to-core", jump_to_core, TN_FAULT_EXECUTE, NULL },
	{ "jump-beyond-user", jump_beyond_user, TN_FAULT_EXECUTE, NULL },
	{ "jump-not-canonical", jump_not_canonical, FAULTS, NULL },
	{ "return-not-canonical", return_not_canonical, FAULTS, NULL },
	{ "execute-data", execute_data, TN_FAULT_EXECUTE, NULL },
	{ "execute-stack", execute_stack, TN_FAULT_EXECUTE, NULL },
	{ "execute-message", execute_message, TN_FAULT_EXECUTE, NULL },
	{ "execute-thread-page", execute_thread_page, TN_FAULT_EXECUTE, NULL },
	{ "execute-heap", execute_heap, TN_FAULT_EXECUTE, NULL },
	{ "fault-without-stack", fault_without_stack, TN_FAULT_WRITE, NULL },
	{ "fault-with-wild-stack", fault_with_wild_stack, TN_FAULT_INSTRUCTION, NULL },
	{ "push-not-canonical", push_not_canonical, FAULTS, NULL },
	{ NULL, NULL, 0, NULL },
};
