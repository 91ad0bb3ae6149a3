/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Instructions that are the kernel's alone, and interrupts by software, x86_64: lists X(name, code)
 * and the functions that make the attacks. For one file of each attacker that enters its kernel by
 * itself.
 */
#pragma once

#include <test/attack/attack.h>

/* Every one of these ends its attacker as an instruction that it must not, or cannot, execute. */
#define PRIVILEGED(X)                                                                      \
	X(cli, "cli")                                                                      \
	X(sti, "sti")                                                                      \
	X(hlt, "hlt")                                                                      \
	X(in, "in $0x60, %%al")                                                            \
	X(out, "out %%al, $0x80")                                                          \
	X(in_dx, "mov $0x3fd, %%edx; in %%dx, %%eax")                                      \
	X(out_exit_device, "mov $0xf4, %%edx; mov $1, %%eax; out %%eax, %%dx")             \
	X(ins, "mov $0x60, %%edx; lea -8(%%rsp), %%rdi; insb")                             \
	X(outs, "mov $0xf4, %%edx; mov %%rsp, %%rsi; outsl")                               \
	X(read_cr0, "mov %%cr0, %%rax")                                                    \
	X(read_cr2, "mov %%cr2, %%rax")                                                    \
	X(read_cr3, "mov %%cr3, %%rax")                                                    \
	X(read_cr4, "mov %%cr4, %%rax")                                                    \
	X(read_cr8, "mov %%cr8, %%rax")                                                    \
	X(write_cr0, "xor %%eax, %%eax; mov %%rax, %%cr0")                                 \
	X(write_cr3, "xor %%eax, %%eax; mov %%rax, %%cr3")                                 \
	X(write_cr4, "xor %%eax, %%eax; mov %%rax, %%cr4")                                 \
	X(write_cr8, "xor %%eax, %%eax; mov %%rax, %%cr8")                                 \
	X(read_dr0, "mov %%dr0, %%rax")                                                    \
	X(read_dr6, "mov %%dr6, %%rax")                                                    \
	X(write_dr0, "mov %%rsp, %%dr0")                                                   \
	X(write_dr7, "mov $0x401, %%eax; mov %%rax, %%dr7")                                \
	X(rdmsr, "mov $0xc0000082, %%ecx; rdmsr")                                          \
	X(wrmsr, "mov $0xc0000082, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr")      \
	X(wrmsr_efer, "mov $0xc0000080, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr") \
	X(lgdt, "lgdt -16(%%rsp)")                                                         \
	X(lidt, "lidt -16(%%rsp)")                                                         \
	X(lldt, "xor %%eax, %%eax; lldt %%ax")                                             \
	X(ltr, "mov $0x30, %%eax; ltr %%ax")                                               \
	X(lmsw, "xor %%eax, %%eax; lmsw %%ax")                                             \
	X(clts, "clts")                                                                    \
	X(invd, "invd")                                                                    \
	X(wbinvd, "wbinvd")                                                                \
	X(invlpg, "invlpg (%%rsp)")                                                        \
	X(invpcid, "xor %%eax, %%eax; invpcid -16(%%rsp), %%rax")                          \
	X(swapgs, "swapgs")                                                                \
	X(sysret, "mov %%rsp, %%rcx; sysretq")                                             \
	X(sysexit, "sysexitl")                                                             \
	X(sysenter, "sysenter")                                                            \
	X(far_jump, "lea 1f(%%rip), %%rax; push $0x08; push %%rax; "                       \
		    ".byte 0x48, 0xff, 0x2c, 0x24; 1:")                                    \
	X(far_call, "lea 1f(%%rip), %%rax; push $0x30; push %%rax; "                       \
		    ".byte 0x48, 0xff, 0x1c, 0x24; 1:")                                    \
	X(ds_of_kernel, "mov $0x10, %%eax; mov %%eax, %%ds")                               \
	X(ds_of_kernel_code, "mov $0x08, %%eax; mov %%eax, %%ds")                          \
	X(fs_of_kernel, "mov $0x10, %%eax; mov %%eax, %%fs")                               \
	X(gs_of_kernel, "mov $0x10, %%eax; mov %%eax, %%gs")                               \
	X(ss_of_kernel, "mov $0x10, %%eax; mov %%eax, %%ss")                               \
	X(ss_null, "xor %%eax, %%eax; mov %%eax, %%ss")                                    \
	X(ds_of_ldt, "mov $0x0f, %%eax; mov %%eax, %%ds")                                  \
	X(ds_beyond, "mov $0xfffb, %%eax; mov %%eax, %%ds")                                \
	X(rdpmc, "xor %%ecx, %%ecx; rdpmc")                                                \
	X(wrfsbase, "wrfsbase %%rsp")                                                      \
	X(rdgsbase, "rdgsbase %%rax")                                                      \
	X(xgetbv, "xor %%ecx, %%ecx; xgetbv")                                              \
	X(xsetbv, "xor %%ecx, %%ecx; mov $7, %%eax; xor %%edx, %%edx; xsetbv")             \
	X(avx, "vzeroall") /* registers that no switch of threads would save */            \
	X(stac, "stac")                                                                    \
	X(clac, "clac")                                                                    \
	X(vmcall, "vmcall")                                                                \
	X(vmmcall, "vmmcall")                                                              \
	X(vmxoff, "vmxoff")                                                                \
	X(vmrun, "vmrun")                                                                  \
	X(stgi, "stgi")                                                                    \
	X(rsm, "rsm")                                                                      \
	X(monitor, "mov %%rsp, %%rax; xor %%ecx, %%ecx; xor %%edx, %%edx; monitor")        \
	X(mwait, "xor %%eax, %%eax; xor %%ecx, %%ecx; mwait")                              \
	X(ud2, "ud2")                                                                      \
	X(into, ".byte 0xce")                                                              \
	X(old_call_gate, ".byte 0x9a, 0, 0, 0, 0, 8, 0")                                   \
	X(lock_without_memory, ".byte 0xf0, 0x90")

#define DO(name, code)                                                                          \
	static void do_##name(struct tn_env *env)                                               \
	{                                                                                       \
		(void)env;                                                                      \
		__asm__ volatile(code : : : "rax", "rcx", "rdx", "rsi", "rdi", "memory", "cc"); \
	}

/* -- interrupts by software: VECTORS(INTERRUPT) makes interrupt_00() and so on -- */

/* A stub a vector, of four bytes: int n; ret; nop. */
__asm__(".pushsection .text.interrupts, \"ax\", @progbits\n"
	".balign 16\ninterrupt_calls:\n"
	"vector = 0\n.rept 256\n.byte 0xcd, vector, 0xc3, 0x90\nvector = vector + 1\n.endr\n"
	".popsection");
extern const unsigned char interrupt_calls[] __attribute__((visibility("hidden")));

static void interrupt(unsigned vector)
{
	__asm__ volatile("call *%0" : : "r"(interrupt_calls + 4 * vector) : "memory");
}

#define INTERRUPT(n)                                  \
	static void interrupt_##n(struct tn_env *env) \
	{                                             \
		(void)env;                            \
		interrupt(0x##n);                     \
	}
/* A table, sixteen to the row. */
/* clang-format off */
#define ROW(X, h)                                                                                  \
	X(h##0) X(h##1) X(h##2) X(h##3) X(h##4) X(h##5) X(h##6) X(h##7)                            \
	X(h##8) X(h##9) X(h##a) X(h##b) X(h##c) X(h##d) X(h##e) X(h##f)
/* All but 03, the breakpoint. */
#define VECTORS(X)                                                                                 \
	X(00) X(01) X(02)       X(04) X(05) X(06) X(07)                                            \
	X(08) X(09) X(0a) X(0b) X(0c) X(0d) X(0e) X(0f)                                            \
	ROW(X, 1) ROW(X, 2) ROW(X, 3) ROW(X, 4) ROW(X, 5) ROW(X, 6) ROW(X, 7) ROW(X, 8)            \
	ROW(X, 9) ROW(X, a) ROW(X, b) ROW(X, c) ROW(X, d) ROW(X, e) ROW(X, f)
/* clang-format on */
