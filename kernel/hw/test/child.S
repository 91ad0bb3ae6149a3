/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What runs in the test's PDs: position matters, all of it is copied there. rdi: the slot. */

#define CALL       0
#define REPLY_WAIT 1
#define SIGNAL     2
#define PARK       3
#define YIELD      5

#define SIGNALS_ONLY 2

#define SLOT_RESULT  48
#define SLOT_DONE    80
#define SLOT_COUNTER 88
#define SLOT_START   96
#define SLOT_END     104

	.section .child, "ax"

	.globl child_puppet
child_puppet:
	mov %rdi, %rbx
1:	mov $REPLY_WAIT, %eax
	mov $SIGNALS_ONLY, %edi
	syscall
	mov 0(%rbx), %rax
	mov 8(%rbx), %rdi
	mov 16(%rbx), %rsi
	mov 24(%rbx), %rdx
	mov 32(%rbx), %r10
	mov 40(%rbx), %r8
	syscall
	mov %rax, SLOT_RESULT(%rbx)
	mov %rdi, SLOT_RESULT + 8(%rbx)
	mov %rsi, SLOT_RESULT + 16(%rbx)
	mov %rdx, SLOT_RESULT + 24(%rbx)
	incq SLOT_DONE(%rbx)
	jmp 1b

	/* Replies to whatever comes with the same message. */
	.globl child_echo
child_echo:
	xor %edi, %edi
1:	mov $REPLY_WAIT, %eax
	syscall
	mov $1, %edi
	jmp 1b

	/* The same, after a while. */
	.globl child_slow_echo
child_slow_echo:
	xor %edi, %edi
1:	mov $REPLY_WAIT, %eax
	syscall
	mov $100000, %ecx
2:	dec %ecx
	jnz 2b
	mov $1, %edi
	jmp 1b

	/* Submits the signal of the slot's rdi, and waits for one, for ever. */
	.globl child_ping
child_ping:
	mov %rdi, %rbx
1:	mov $SIGNAL, %eax
	mov 8(%rbx), %rdi
	syscall
	mov $REPLY_WAIT, %eax
	mov $SIGNALS_ONLY, %edi
	syscall
	incq SLOT_COUNTER(%rbx)
	jmp 1b

	/* As many calls as the slot's counter says, through capability 1; notes the time. */
	.globl child_caller
child_caller:
	mov %rdi, %rbx
	mov SLOT_COUNTER(%rbx), %r12
	mov 16(%rbx), %r13
	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	mov %rax, SLOT_START(%rbx)
1:	mov $CALL, %eax
	mov $1, %edi
	mov %r13, %rsi
	syscall
	test %rax, %rax
	jnz 2f
	dec %r12
	jnz 1b
2:	mov %rax, SLOT_RESULT(%rbx)
	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	mov %rax, SLOT_END(%rbx)
	incq SLOT_DONE(%rbx)
3:	mov $PARK, %eax
	syscall
	jmp 3b

	/* Calls with all flags set that a user can set: direction, nested task, alignment. */
	.globl child_flags
child_flags:
	mov %rdi, %rbx
	pushfq
	orq $0x244400, (%rsp)
	popfq
1:	mov $CALL, %eax
	mov $1, %edi
	mov 16(%rbx), %rsi
	syscall
	add %rax, SLOT_RESULT(%rbx)
	incq SLOT_COUNTER(%rbx)
	jmp 1b

	/* System calls at random, for ever; the slot's `start` is the seed. */
	.globl child_random
child_random:
	mov %rdi, %rbx
	mov SLOT_START(%rbx), %r12
1:	mov %r12, %rax
	shl $13, %rax
	xor %rax, %r12
	mov %r12, %rax
	shr $7, %rax
	xor %rax, %r12
	mov %r12, %rax
	shl $17, %rax
	xor %rax, %r12
	mov %r12, %rax
	and $7, %eax
	mov %r12, %rdi
	shr $8, %rdi
	and $31, %edi
	mov %r12, %rsi
	shr $16, %rsi
	and $0x11ffffff, %esi
	mov %r12, %rdx
	syscall
	incq SLOT_COUNTER(%rbx)
	jmp 1b

	.globl child_spin
child_spin:
	incq SLOT_COUNTER(%rdi)
	jmp child_spin

	/* Do all registers survive system calls and preemption? r12: a number of one's own. */
	.globl child_preserve
child_preserve:
	mov %rdi, %rbx
	lea 1(%rdi), %r12
	lea 2(%rdi), %r13
	lea 3(%rdi), %r14
	lea 4(%rdi), %r15
	lea 5(%rdi), %rbp
	lea 6(%rdi), %r8
	lea 7(%rdi), %r9
	lea 8(%rdi), %r10
	movq %r12, %xmm3
	movq %r13, %xmm15
1:	mov $YIELD, %eax
	lea 9(%rbx), %rdx
	lea 10(%rbx), %rsi
	lea 11(%rbx), %rdi
	syscall
	xor %ecx, %ecx
	.macro same register, offset
	lea \offset(%rbx), %rax
	cmp %rax, \register
	setne %al
	movzbl %al, %eax
	or %rax, %rcx
	.endm
	same %r12, 1
	same %r13, 2
	same %r14, 3
	same %r15, 4
	same %rbp, 5
	same %r8, 6
	same %r9, 7
	same %r10, 8
	same %rdx, 9
	same %rsi, 10
	same %rdi, 11
	movq %xmm3, %r11
	same %r11, 1
	movq %xmm15, %r11
	same %r11, 2
	add %rcx, SLOT_RESULT(%rbx)
	incq SLOT_COUNTER(%rbx)
	jmp 1b

	/* One way to fault each, 32 bytes apart; rdi: slot. */
	.macro fault
	ud2 /* the one before did not */
	.balign 32
	.endm
	.balign 32
	.globl child_fault_table
child_fault_table:
	xor %ecx, %ecx; div %ecx		/* 0 */
	fault; pushfq; orq $0x100, (%rsp); popfq; nop		/* 1 */
	fault; int3		/* 2 */
	fault; int $4		/* 3 */
	fault; nop; ud2		/* 4 */
	fault; movabs $0x800000001000, %rsp; push %rax		/* 5: stack, not canonical */
	fault; movabs $0x8000000000000000, %rax; mov (%rax), %rax		/* 6 */
	fault; mov $0x1000, %eax; mov (%rax), %rax		/* 7: nothing there */
	fault; movabs $0xffffffff80101000, %rax; mov (%rax), %rax		/* 8: kernel's entry code */
	fault; movabs $0xffff800000100000, %rax; mov %rax, (%rax)		/* 9: all RAM */
	fault; lea child_puppet(%rip), %rax; mov %eax, (%rax)		/* 10: write to code */
	fault; jmp *%rdi		/* 11: execute data */
	fault; cli		/* 12 */
	fault; hlt		/* 13 */
	fault; out %al, $0x80		/* 14 */
	fault; in $0x60, %al		/* 15 */
	fault; mov %cr3, %rax		/* 16 */
	fault; wrmsr		/* 17 */
	fault; int $0x20		/* 18: the timer's vector */
	fault; int $0x80		/* 19 */
	fault; int $2		/* 20 */
	fault; int $8		/* 21 */
	fault; sgdt (%rsp)		/* 22: UMIP */
	fault; mov %rax, %dr7		/* 23 */
	fault; lgdt (%rdi)		/* 24 */
	fault; sysretq		/* 25 */
	fault; sysenter		/* 26 */
	fault; rdfsbase %rax		/* 27 */
	fault; mov $0x30, %eax; mov %ax, %ds		/* 28 */
	fault; invlpg (%rdi)		/* 29 */
	fault; fninit; fldcw 0x78(%rdi); fld1; fldz; fdivrp; fwait		/* 30: divide by zero, unmasked */
	fault; ldmxcsr 0x7c(%rdi); xorps %xmm0, %xmm0; divss %xmm0, %xmm0		/* 31: likewise, SSE */
	fault; pushq $0x08; lea child_puppet(%rip), %rax; push %rax; lretq		/* 32: kernel's segment */
	fault; movabs $0xffffffff80100000, %rax; jmp *%rax		/* 33 */
	fault; xor %eax, %eax; xgetbv		/* 34: no XSAVE */
	fault; swapgs		/* 35 */
	fault; movabs $0x7ffffffff000, %rax; jmp *%rax		/* 36: the last page */
	fault; movabs $0x800000000000, %rax; jmp *%rax		/* 37: not canonical */
	fault; .byte 0xf1		/* 38 */
	fault; clac		/* 39 */
	fault; vzeroupper		/* 40: AVX is off */
	fault; pushfq; orq $0x100, (%rsp); popfq; syscall /* 41: step into the kernel */

	ud2

	.section .note.GNU-stack, "", @progbits
