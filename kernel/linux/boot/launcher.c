/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What a process executes before it becomes a component: maps what core says, gives up everything
 * that the kernel gave it, lets core police its mappings from now on, and enters the runtime, which
 * closes the sandbox. It runs on the kernel's initial stack, then on the component's.
 */
#include <filter.h>
#include <linux/prctl.h>
#include <linux_call.h>
#include <plan.h>

enum { AUXV_VDSO = 33, SIGNAL_KILL = 9, SIGNAL_STOP = 19, VDSO_REACH = 0x20000 };

/* Exit values tell core, and so whoever debugs this, how far it came. */
enum { FAIL_PLAN = 101, FAIL_MAP, FAIL_PROCESS, FAIL_STACK, FAIL_FILTER, FAIL_HANDOVER };

_Noreturn static void fail(int value)
{
	for (;;)
		linux_call1(__NR_exit_group, value);
}

static void check(long result, int value)
{
	if (result < 0)
		fail(value);
}

/* The control message is in `control`: wanted descriptors, neither more nor less. */
static void receive(struct plan *plan, struct plan_control *control)
{
	struct plan_vector vector = { plan, sizeof(*plan) };
	struct plan_header header = {
		.vector = &vector,
		.vector_count = 1,
		.control = control,
		.control_length = sizeof(*control),
	};
	long n = linux_call3(__NR_recvmsg, PLAN_SOCKET, &header, 0);
	uint32_t wanted = plan->count ? plan->count : 2;
	if (n != sizeof(*plan) || wanted > PLAN_MAPS || header.flags & 8 /* MSG_CTRUNC */ ||
	    control->length != 16 + 4 * wanted)
		fail(FAIL_PLAN);
}

static void map_all(const struct plan *plan, const struct plan_control *control)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct plan_map *map = &plan->map[i];
		if (linux_map((void *)map->address, map->size, map->protection, map->flags,
			      control->fd[i], map->offset) != (void *)map->address)
			fail(FAIL_MAP);
		linux_close(control->fd[i]);
	}
}

static uint64_t find_vdso(const uint64_t *stack)
{
	const uint64_t *p = stack + 1 + stack[0] + 1; /* argc, argv, NULL */
	while (*p++)
		;
	for (; p[0]; p += 2)
		if (p[0] == AUXV_VDSO)
			return p[1];
	return 0;
}

/*
 * Everything above what components attach: stack, vdso. Newer kernels may refuse to unmap the vdso,
 * and then anything around it; it is code without authority, so that it can stay.
 */
static void give_up_above(uint64_t vdso)
{
	const uint64_t from = LINUX_LINK_HIGH, to = 0x7ffffffff000;
	if (linux_call2(__NR_munmap, from, to - from) == 0)
		return;
	if (vdso < from + VDSO_REACH || vdso > to - VDSO_REACH)
		fail(FAIL_STACK);
	vdso &= ~0xfffull;
	check(linux_call2(__NR_munmap, from, vdso - VDSO_REACH - from), FAIL_STACK);
	check(linux_call2(__NR_munmap, vdso + VDSO_REACH, to - vdso - VDSO_REACH), FAIL_STACK);
	for (uint64_t at = vdso - VDSO_REACH; at < vdso + VDSO_REACH; at += TN_PAGE_SIZE)
		linux_call2(__NR_munmap, at, TN_PAGE_SIZE);
}

/* Core hears of these from now on. What is allowed at all is the runtime's filter's to say. */
static long install_filter(void)
{
	struct sock_filter code[sizeof(linux_core_filter) / sizeof(linux_core_filter[0])];
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	__builtin_memcpy(code, linux_core_filter, sizeof(code));
	return linux_call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER |
				   SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			   &program);
}

static void hand_over(int listener)
{
	char byte = 0;
	struct plan_control control = { 20, PLAN_SOL_SOCKET, PLAN_SCM_RIGHTS, { listener } };
	struct plan_vector vector = { &byte, 1 };
	struct plan_header header = {
		.vector = &vector,
		.vector_count = 1,
		.control = &control,
		.control_length = PLAN_CONTROL(1),
	};
	check(linux_call3(__NR_sendmsg, PLAN_SOCKET, &header, PLAN_MSG_NOSIGNAL), FAIL_HANDOVER);
}

/* Ends with these descriptors at their numbers, and no others. */
static void place(int epoll, int event)
{
	check(linux_call3(__NR_fcntl, epoll, 0 /* F_DUPFD */, 64), FAIL_HANDOVER);
	check(linux_call3(__NR_fcntl, event, 0, 65), FAIL_HANDOVER);
	check(linux_call3(__NR_close_range, 0, 63, 0), FAIL_HANDOVER);
	check(linux_call3(__NR_dup3, 64, LINUX_FD_EPOLL, 0x80000), FAIL_HANDOVER);
	check(linux_call3(__NR_dup3, 65, LINUX_FD_EVENTS, 0x80000), FAIL_HANDOVER);
	check(linux_call3(__NR_close_range, LINUX_FD_EPOLL + 1, LINUX_FD_EVENTS - 1, 0),
	      FAIL_HANDOVER);
	check(linux_call3(__NR_close_range, LINUX_FD_EVENTS + 1, ~0u, 0), FAIL_HANDOVER);
}

/* Whoever attaches lets it go on. Where Yama lets parents alone debug, it lets anybody debug it. */
static void wait_for_debugger(void)
{
	linux_call2(__NR_prctl, PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	linux_call2(__NR_kill, linux_call0(__NR_getpid), SIGNAL_STOP);
}

/* On the component's stack. */
__attribute__((used)) _Noreturn void launcher_finish(const struct plan *on_old_stack, uint64_t vdso,
						     int epoll, int event)
{
	uint64_t entry = on_old_stack->entry, argument = on_old_stack->argument;
	uint64_t stack_pointer = on_old_stack->stack_pointer;
	bool debug = on_old_stack->debug;
	give_up_above(vdso);
	long listener = install_filter();
	check(listener, FAIL_FILTER);
	hand_over((int)listener);
	place(epoll, event);
	if (debug)
		wait_for_debugger();
	__asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tjmp *%1"
			 :
			 : "r"(stack_pointer), "a"(entry), "D"(argument)
			 : "memory");
	__builtin_unreachable();
}

__attribute__((used)) _Noreturn void launcher_start(const uint64_t *stack)
{
	struct plan plan;
	struct plan_control control;
	check(linux_call2(__NR_prctl, PR_SET_PDEATHSIG, SIGNAL_KILL), FAIL_PROCESS);
	linux_call0(__NR_setsid);
	for (;;) {
		receive(&plan, &control);
		if (!plan.count)
			break;
		map_all(&plan, &control);
	}
	linux_call2(__NR_prctl, PR_SET_NAME, plan.name);
	check(linux_call5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), FAIL_PROCESS);
	__asm__ volatile("mov %0, %%rsp\n\tcall launcher_finish"
			 :
			 : "r"(plan.stack_pointer & ~15ull), "D"(&plan), "S"(find_vdso(stack)),
			   "d"(control.fd[0]), "c"(control.fd[1])
			 : "memory");
	__builtin_unreachable();
}

__asm__(".text\n"
	".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"and $-16, %rsp\n\t"
	"call launcher_start\n");
