/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Exceptions of the processor, and refused system calls: told to core, unless expected. */
#include "local.h"
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <tenon/pd.h>

/* Numbers of exceptions, and bits of a page fault's error code. Source: Intel SDM, volume 3. */
enum {
	DIVIDE = 0,
	DEBUG = 1,
	BREAKPOINT = 3,
	BAD_OPCODE = 6,
	PROTECTION = 13,
	PAGE = 14,
	FLOATING = 16,
	SIMD = 19
};
enum { PAGE_WRITE = 2, PAGE_USER = 4, PAGE_EXECUTE = 16 };

static uint32_t kind_of(int signal, const struct sigcontext *context)
{
	if (signal == SIGSYS)
		return TN_FAULT_KERNEL_ENTRY;
	switch (context->trapno) {
	case DIVIDE:
	case FLOATING:
	case SIMD:
		return TN_FAULT_ARITHMETIC;
	case DEBUG:
	case BREAKPOINT:
		return TN_FAULT_BREAKPOINT;
	case BAD_OPCODE:
	case PROTECTION:
		return TN_FAULT_INSTRUCTION;
	case PAGE:
		if (context->err & PAGE_EXECUTE)
			return TN_FAULT_EXECUTE;
		return context->err & PAGE_WRITE ? TN_FAULT_WRITE : TN_FAULT_READ;
	default:
		return TN_FAULT_OTHER;
	}
}

/* Sleeps afterwards, where a debugger can find it: it could not attach to a waiting trap. */
_Noreturn void fault_report(uint32_t kind, uint64_t address, uint64_t instruction,
			    uint64_t stack_pointer, uint64_t frame_pointer)
{
	static const uint32_t never;
	core_call(LINUX_TRAP, LINUX_TRAP_FAULT, kind, address, instruction, stack_pointer,
		  frame_pointer);
	for (;;)
		futex_wait(&never, 0, NULL, 0);
}

/* What core has told; the mapping is refused if that is true no more. */
static bool map_told(const struct linux_fault *told)
{
	long result =
		port_map(told->address, told->size, told->protection, told->flags, told->offset);
	return result == (long)told->address || (result != -ENOMEM && result != -EMFILE);
}

/*
 * Core knows what is at the address. True: the access is made again. It waits where the creator of
 * a managed dataspace has to say first what is there; a guarded one does not.
 */
static bool resolve(uint32_t kind, uint64_t address, uint64_t instruction)
{
	struct linux_fault *told = thread_fault(current_thread());
	for (;;) {
		uint32_t seen = __atomic_load_n(&told->changes, __ATOMIC_ACQUIRE);
		switch (port_trap(LINUX_TRAP_ACCESS, kind, address, instruction)) {
		case LINUX_ACCESS_MAP:
			return map_told(told);
		case LINUX_ACCESS_AGAIN:
			return true;
		case LINUX_ACCESS_WAIT:
			futex_wait(&told->changes, seen, NULL, 0);
			if (__atomic_load_n(&told->changes, __ATOMIC_ACQUIRE) != seen &&
			    told->ready)
				return map_told(told);
			break;
		default:
			return false;
		}
	}
}

static bool guarded(uint64_t instruction)
{
	const struct tn_thread_page *page = thread_page(current_thread());
	return instruction >= page->guard_begin && instruction < page->guard_end;
}

/* Channels: true if execution goes on. */
static bool recover(int signal, const siginfo_t *info, struct sigcontext *context)
{
	if (signal != SIGSEGV && signal != SIGBUS)
		return false;
	if (context->rip == (uint64_t)linux_probe) {
		context->rip = (uint64_t)linux_probe_absent;
		return true;
	}
	if (context->rip == (uint64_t)linux_peek) {
		context->rip = (uint64_t)linux_peek_absent;
		return true;
	}
	/* What another thread has taken away is as good as what core has. */
	bool ours = context->rip >= LAYOUT_RUNTIME && context->rip < LAYOUT_RUNTIME_END;
	return (signal == SIGBUS || ours) && link_bury((uint64_t)info->si_addr);
}

/* What the CPU does by itself for an instruction it may do in the kernel's name: that is final. */
static bool recover_page(uint32_t kind, struct sigcontext *context)
{
	if (!(context->err & PAGE_USER))
		return false;
	if (!guarded(context->rip))
		return resolve(kind, context->cr2, context->rip);
	if (!resolve(kind | LINUX_ACCESS_GUARDED, context->cr2, context->rip))
		context->rip = thread_page(current_thread())->guard_recover;
	return true;
}

static void handle(int signal, const siginfo_t *info, struct ucontext *interrupted)
{
	struct sigcontext *context = &interrupted->uc_mcontext;
	uint32_t kind = kind_of(signal, context);
	uint64_t address = 0;
	if (recover(signal, info, context))
		return;
	if (signal == SIGSYS) {
		address = (uint64_t)info->si_syscall;
	} else if (context->trapno == PAGE) {
		address = context->cr2;
		if (recover_page(kind, context))
			return;
	}
	fault_report(kind, address, context->rip, context->rsp, context->rbp);
}

/*
 * Core wants memory back, on whatever thread. What is asked for last has been done by then. The
 * signal is blocked meanwhile.
 */
static void give_up(int signal)
{
	uint64_t next;
	(void)signal;
	while ((next = (uint64_t)linux_call1(LINUX_TRAP, LINUX_TRAP_UNMAP)) &&
	       next < (uint64_t)-4096)
		linux_call2(__NR_munmap, LINUX_UNMAP_ADDRESS(next),
			    LINUX_UNMAP_PAGES(next) * TN_PAGE_SIZE);
}

__asm__(".text\n"
	".hidden linux_probe\n.globl linux_probe\n.type linux_probe, @function\n"
	"linux_probe:\n\t"
	"movb (%rdi), %al\n\t"
	"movl $1, %eax\n\t"
	"ret\n"
	".hidden linux_probe_absent\n.globl linux_probe_absent\n"
	"linux_probe_absent:\n\t"
	"xorl %eax, %eax\n\t"
	"ret\n"
	".hidden linux_peek\n.globl linux_peek\n.type linux_peek, @function\n"
	"linux_peek:\n\t"
	"movl (%rdi), %eax\n\t"
	"ret\n"
	".hidden linux_peek_absent\n.globl linux_peek_absent\n"
	"linux_peek_absent:\n\t"
	"xorl %eax, %eax\n\t"
	"ret\n"
	".hidden __restore_rt\n.globl __restore_rt\n"
	"__restore_rt:\n\t"
	"movq $15, %rax\n\t" /* rt_sigreturn: debuggers know it by this form and this name */
	"syscall\n");
extern void linux_signal_return(void) __asm__("__restore_rt");

void faults_init(void)
{
	static const unsigned char signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS };
	uint64_t slot = LAYOUT_STACKS + current_thread() * LAYOUT_STACK_SLOT;
	stack_t stack = {
		.ss_sp = (void *)(slot + LINUX_SIGNAL_STACK_OFFSET),
		.ss_size = LINUX_SIGNAL_STACK_PAGES * TN_PAGE_SIZE,
	};
	struct sigaction action = {
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER,
		.sa_restorer = linux_signal_return,
	};
	void (*handler)(int, const siginfo_t *, struct ucontext *) = handle;
	__builtin_memcpy(&action.sa_handler, &handler, sizeof(handler));
	linux_call2(__NR_sigaltstack, &stack, NULL);
	for (size_t i = 0; i < sizeof(signals); i++)
		linux_call4(__NR_rt_sigaction, signals[i], &action, NULL, 8);
	action.sa_handler = give_up;
	action.sa_flags = SA_ONSTACK | SA_RESTART | SA_RESTORER;
	linux_call4(__NR_rt_sigaction, LINUX_UNMAP_SIGNAL, &action, NULL, 8);
}
