/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Instructions that are the kernel's alone, flags, selectors, exceptions on purpose. */
#include "attack.h"
#include <test/attack/instructions.h>

PRIVILEGED(DO)

/* Where this kernel has it. */
#define OWN(X) X(es_of_tss, "mov $0x30, %%eax; mov %%eax, %%es")
OWN(DO)

/* QEMU reads the stack for these as the kernel would, and finds that it must not (SMAP). */
#define FAR(X)                                                                                     \
	X(iret_to_ring_0, "lea 1f(%%rip), %%rax; push $0x10; push %%rsp; push $0x202; push $0x08;" \
			  "push %%rax; iretq; 1:")                                                 \
	X(iret_to_kernel_stack, "lea 1f(%%rip), %%rax; push $0x10; push %%rsp; push $0x202;"       \
				"push $0x2b; push %%rax; iretq; 1:")                               \
	X(far_return_to_ring_0, "lea 1f(%%rip), %%rax; push $0x08; push %%rax; lretq; 1:")         \
	X(far_return_to_tss, "lea 1f(%%rip), %%rax; push $0x33; push %%rax; lretq; 1:")            \
	X(far_return_ring_1, "lea 1f(%%rip), %%rax; push $0x29; push %%rax; lretq; 1:")
FAR(DO)

/* Where a CPU cannot keep these to the kernel, there is nothing to test. */
static void without_umip(void)
{
	uint32_t eax = 7, ebx, ecx = 0, edx;
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	if (!(ecx & 1u << 2))
		__asm__ volatile("ud2");
}

#define TABLES(X)                  \
	X(sgdt, "sgdt -16(%%rsp)") \
	X(sidt, "sidt -16(%%rsp)") \
	X(sldt, "sldt %%eax")      \
	X(str, "str %%eax")        \
	X(smsw, "smsw %%eax")

#define DO_WITH_UMIP(name, code)                              \
	static void do_##name(struct tn_env *env)             \
	{                                                     \
		(void)env;                                    \
		without_umip();                               \
		__asm__ volatile(code : : : "rax", "memory"); \
	}
TABLES(DO_WITH_UMIP)

VECTORS(INTERRUPT)

static void interrupt_breakpoint(struct tn_env *env)
{
	(void)env;
	interrupt(3);
}

static void int3(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("int3");
}

static void int1(struct tn_env *env)
{
	(void)env;
	__asm__ volatile(".byte 0xf1");
}

/* -- flags -- */

enum { TRAP = 1 << 8, INTERRUPTS = 1 << 9, DIRECTION = 1 << 10, IOPL = 3 << 12 };
enum { NESTED = 1 << 14, RESUME = 1 << 16, ALIGNMENT = 1 << 18, IDENTIFICATION = 1 << 21 };

static uint64_t flags(void)
{
	uint64_t now;
	__asm__ volatile("pushfq; pop %0" : "=r"(now));
	return now;
}

static void set_flags(uint64_t wanted)
{
	__asm__ volatile("push %0; popfq" : : "r"(wanted) : "memory", "cc");
}

static void flags_that_are_the_kernels(struct tn_env *env)
{
	(void)env;
	set_flags(flags() | IOPL);
	HOLDS(!(flags() & IOPL));
	set_flags(flags() & ~(uint64_t)INTERRUPTS);
	HOLDS(flags() & INTERRUPTS);
}

static void flags_by_iret(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov %%rsp, %%rcx; lea 1f(%%rip), %%rax; push $0x23; push %%rcx;"
			 "push $0x3002; push $0x2b; push %%rax; iretq; 1:"
			 :
			 :
			 : "rax", "rcx", "memory", "cc");
	HOLDS((flags() & (IOPL | INTERRUPTS)) == INTERRUPTS);
}

/* Enters with the flag set, and comes back with it. */
static uint64_t enter_with(uint64_t flag, uint64_t number, uint64_t rdi, uint64_t rsi)
{
	uint64_t before = flags() | flag;
	__asm__ volatile("push %[before]; popfq; syscall; pushfq; cld; pop %[before]"
			 : "+a"(number), "+D"(rdi), "+S"(rsi), [before] "+r"(before)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	set_flags(flags() & ~(flag | DIRECTION));
	HOLDS(before & flag);
	return number;
}

/* A message that the kernel copies by a string instruction. */
static void send_bytes_with(uint64_t flag, tn_handle victim)
{
	const uint32_t length = SUM_BYTES;
	memset(message_frame(), 1, length + sizeof(length));
	memcpy(message_frame(), &length, sizeof(length));
	uint64_t tag = hw_tag(victim_opcode_sum, length + (uint32_t)sizeof(length), 0, 0);
	HOLDS(enter_with(flag, HW_CALL, victim, tag) == HW_OK);
	HOLDS(*(const volatile uint64_t *)LAYOUT_UTCB == length);
}

static void flag_across_entry(uint64_t flag)
{
	tn_handle victim = attack_victim().handle;
	for (unsigned i = 0; i < 200; i++) {
		HOLDS(enter_with(flag, HW_YIELD, 0, 0) == HW_OK);
		HOLDS(enter_with(flag, HW_SHUTDOWN, 0, 0) == HW_ERR_DENIED);
		HOLDS(enter_with(flag, HW_CALL, victim, hw_tag(victim_opcode_echo, 8, 0, 0)) ==
		      HW_OK);
		send_bytes_with(flag, victim);
	}
}

static void direction_flag(struct tn_env *env)
{
	(void)env;
	flag_across_entry(DIRECTION);
}

static void nested_task_flag(struct tn_env *env)
{
	(void)env;
	flag_across_entry(NESTED);
}

static void identification_flag(struct tn_env *env)
{
	(void)env;
	flag_across_entry(IDENTIFICATION);
}

static void alignment_flag(struct tn_env *env)
{
	(void)env;
	flag_across_entry(ALIGNMENT);
	set_flags(flags() | ALIGNMENT);
	uint64_t words[2] = { 0, 0 }, word;
	__asm__ volatile("mov 1(%1), %0" : "=r"(word) : "r"(words), "m"(words));
	set_flags(flags() & ~(uint64_t)ALIGNMENT);
}

static void single_step(struct tn_env *env)
{
	(void)env;
	set_flags(flags() | TRAP);
}

static void single_step_across_entry(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; syscall"
			 :
			 : "a"((uint64_t)HW_YIELD)
			 : "rcx", "r11", "rdi", "rsi", "rdx", "memory", "cc");
}

/* The trap that a stack switch holds back until after the next instruction: CVE-2018-8897. */
static void single_step_behind_ss(struct tn_env *env)
{
	(void)env;
	__asm__ volatile(
		"mov $0x23, %%ecx; pushfq; orq $0x100, (%%rsp); popfq; mov %%ecx, %%ss; syscall"
		:
		: "a"((uint64_t)HW_YIELD)
		: "rcx", "r11", "rdi", "rsi", "rdx", "memory", "cc");
}

static void breakpoint_behind_ss(struct tn_env *env)
{
	(void)env;
	__asm__ volatile(
		"mov $0x23, %%ecx; pushfq; orq $0x100, (%%rsp); popfq; mov %%ecx, %%ss; int3"
		:
		:
		: "rcx", "memory", "cc");
}

/* -- selectors that may be loaded, and mean nothing -- */

static void selectors_of_users(struct tn_env *env)
{
	(void)env;
	for (unsigned i = 0; i < 1000; i++) {
		__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs"
				 :
				 : "r"(0x23));
		HOLDS(raw(HW_YIELD, 0, 0) == HW_OK);
		__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs"
				 :
				 : "r"(0));
		HOLDS(raw(HW_YIELD, 0, 0) == HW_OK);
	}
}

static void look_at_selectors(struct tn_env *env)
{
	(void)env;
	for (unsigned selector = 0; selector <= UINT16_MAX; selector++) {
		bool valid;
		__asm__ volatile("verw %w1; setz %0" : "=q"(valid) : "r"(selector) : "cc");
		HOLDS(!valid || (selector | 3) == 0x23);
	}
}

/* -- floating point -- */

static void fpu_left_unmasked(struct tn_env *env)
{
	const uint16_t control = 0x0040;
	const uint32_t mxcsr = 0;
	(void)env;
	tn_handle victim = attack_victim().handle;
	__asm__ volatile("fninit; fldcw %0; ldmxcsr %1" : : "m"(control), "m"(mxcsr));
	for (unsigned i = 0; i < 100; i++)
		HOLDS(raw_message(victim, victim_opcode_examine, 0, 0) == TN_OK);
}

static void fpu_x87_exception(struct tn_env *env)
{
	const uint16_t control = 0x0040;
	(void)env;
	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(control));
}

/* Pending when the kernel is entered, and when threads are switched. */
static void fpu_exception_pending(struct tn_env *env)
{
	const uint16_t control = 0x0040;
	tn_handle victim = attack_victim().handle;
	(void)env;
	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp" : : "m"(control));
	for (unsigned i = 0; i < 100; i++) {
		raw(HW_YIELD, 0, 0);
		raw(HW_CALL, victim, hw_tag(victim_opcode_examine, 0, 0, 0));
	}
	__asm__ volatile("fwait");
}

static void fpu_sse_exception(struct tn_env *env)
{
	const uint32_t mxcsr = 0;
	(void)env;
	__asm__ volatile("ldmxcsr %0; xorps %%xmm0, %%xmm0; divss %%xmm0, %%xmm0"
			 :
			 : "m"(mxcsr)
			 : "xmm0");
}

static void fpu_bad_mxcsr(struct tn_env *env)
{
	const uint32_t mxcsr = UINT32_MAX;
	(void)env;
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

static void divide_overflow(struct tn_env *env)
{
	(void)env;
	__asm__ volatile("mov $0x80000000, %%eax; cltd; mov $-1, %%ecx; idivl %%ecx"
			 :
			 :
			 : "rax", "rcx", "rdx", "cc");
}

#define ATTACK(name, code)     { "instruction." #name, do_##name, TN_FAULT_INSTRUCTION, NULL },
#define FAR_ATTACK(name, code) { "instruction." #name, do_##name, FAULTS, NULL },
#define INTERRUPT_ATTACK(n)    { "interrupt." #n, interrupt_##n, TN_FAULT_INSTRUCTION, NULL },

const struct attack instruction_attacks[] = {
	PRIVILEGED(ATTACK) OWN(ATTACK) FAR(FAR_ATTACK) TABLES(ATTACK) VECTORS(INTERRUPT_ATTACK){
		"interrupt.03", interrupt_breakpoint, TN_FAULT_BREAKPOINT, NULL },
	{ "int3", int3, TN_FAULT_BREAKPOINT, NULL },
	{ "int1", int1, FAULTS, NULL },
	{ "flags-that-are-the-kernels", flags_that_are_the_kernels, SURVIVES, NULL },
	{ "flags-by-iret", flags_by_iret, ENDS, NULL }, /* see FAR */
	{ "direction-flag", direction_flag, SURVIVES, NULL },
	{ "nested-task-flag", nested_task_flag, SURVIVES, NULL },
	{ "identification-flag", identification_flag, SURVIVES, NULL },
	{ "alignment-flag", alignment_flag, SURVIVES, NULL },
	{ "single-step", single_step, TN_FAULT_BREAKPOINT, NULL },
	{ "single-step-across-entry", single_step_across_entry, TN_FAULT_BREAKPOINT, NULL },
	{ "single-step-behind-ss", single_step_behind_ss, TN_FAULT_BREAKPOINT, NULL },
	{ "breakpoint-behind-ss", breakpoint_behind_ss, TN_FAULT_BREAKPOINT, NULL },
	{ "selectors-of-users", selectors_of_users, SURVIVES, NULL },
	{ "look-at-selectors", look_at_selectors, SURVIVES, NULL },
	{ "fpu-left-unmasked", fpu_left_unmasked, SURVIVES, NULL },
	{ "fpu-x87-exception", fpu_x87_exception, TN_FAULT_ARITHMETIC, NULL },
	{ "fpu-exception-pending", fpu_exception_pending, TN_FAULT_ARITHMETIC, NULL },
	{ "fpu-sse-exception", fpu_sse_exception, ENDS, NULL }, /* QEMU raises none */
	{ "fpu-bad-mxcsr", fpu_bad_mxcsr, ENDS, NULL },         /* the same */
	{ "divide-overflow", divide_overflow, TN_FAULT_ARITHMETIC, NULL },
	{ NULL, NULL, 0, NULL },
};
