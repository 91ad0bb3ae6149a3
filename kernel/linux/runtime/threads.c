/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Further threads. Core makes them, the process lets them run, as core lets it.
 *
 * A thread begins by returning from a signal that never came: that sets its signal stack together
 * with its registers, so that nothing runs without a place for its faults, and without one more
 * system call to allow.
 */
#include "local.h"
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/ucontext.h>

enum { CODE_SEGMENT = 0x33, STACK_SEGMENT = 0x2b, FLAGS = 0x202, ALIGNMENT = 16 };

static uint64_t page_address(uint32_t thread)
{
	return LAYOUT_THREAD_PAGES + thread * TN_PAGE_SIZE;
}

static uint64_t message_address(uint32_t thread)
{
	return LAYOUT_UTCB + thread * TN_PAGE_SIZE;
}

static uint64_t signal_stack(uint32_t thread)
{
	return LAYOUT_STACKS + thread * LAYOUT_STACK_SLOT + LINUX_SIGNAL_STACK_OFFSET;
}

static bool map(uint64_t address, uint64_t pages, uint64_t page)
{
	return port_map(address, pages * TN_PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED_NOREPLACE, page * TN_PAGE_SIZE) == (long)address;
}

tn_error port_thread_prepare(uint32_t thread)
{
	link_locks_needed();
	if (map(page_address(thread), 1, LINUX_PRIVATE_THREAD) &&
	    map(message_address(thread), 1, LINUX_PRIVATE_MESSAGE) &&
	    map(signal_stack(thread), LINUX_SIGNAL_STACK_PAGES, LINUX_PRIVATE_SIGNAL_STACK))
		return TN_OK;
	return TN_ERR_OUT_OF_RAM;
}

/* Stack and word as clone() takes them; the new thread returns from a signal at once. */
long linux_clone(uint64_t flags, struct ucontext *stack, uint64_t word, uint64_t same_word);
__asm__(".text\n"
	".hidden linux_clone\n.globl linux_clone\n.type linux_clone, @function\n"
	"linux_clone:\n\t"
	"movq %rcx, %r10\n\t"
	"movl $56, %eax\n\t" /* clone */
	"syscall\n\t"
	"testq %rax, %rax\n\t"
	"jnz 1f\n\t"
	"movl $15, %eax\n\t" /* rt_sigreturn */
	"syscall\n"
	"1:\tret\n");

tn_error port_thread_launch(uint32_t thread, uint64_t entry, uint64_t stack_pointer,
			    uint64_t argument)
{
	uint64_t at = (stack_pointer - sizeof(struct ucontext)) & ~(uint64_t)(ALIGNMENT - 1);
	struct ucontext *context = (struct ucontext *)at;
	*context = (struct ucontext){
		.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS,
		.uc_stack = { .ss_sp = (void *)signal_stack(thread),
			      .ss_size = LINUX_SIGNAL_STACK_PAGES * TN_PAGE_SIZE },
		.uc_mcontext = { .rip = entry,
				 .rsp = stack_pointer,
				 .rdi = argument,
				 .eflags = FLAGS,
				 .cs = CODE_SEGMENT,
				 .ss = STACK_SEGMENT },
	};
	uint64_t word = linux_alive_address(thread);
	uint64_t before = unmap_signal_block(); /* see core_call(); the thread begins without */
	long result = linux_clone(LINUX_THREAD_FLAGS, context, word, word);
	unmap_signal_restore(before);
	return result > 0 ? TN_OK : TN_ERR_LIMIT;
}

/* Core must know who it is before it decides about a mapping of its own. */
void port_thread_begin(void)
{
	port_trap(LINUX_TRAP_THREAD, current_thread(), 0, 0);
}

void port_thread_leave(void)
{
	for (;;)
		linux_call1(__NR_exit, 0);
}

void port_thread_await_end(uint32_t thread)
{
	const uint32_t *word = (const uint32_t *)linux_alive_address(thread);
	uint32_t alive;
	while ((alive = __atomic_load_n(word, __ATOMIC_ACQUIRE)))
		futex_wait(word, alive, NULL, 0);
}

void port_thread_ended(uint32_t thread)
{
	port_unmap(page_address(thread), TN_PAGE_SIZE);
	port_unmap(message_address(thread), TN_PAGE_SIZE);
	port_unmap(signal_stack(thread), LINUX_SIGNAL_STACK_PAGES * TN_PAGE_SIZE);
}
