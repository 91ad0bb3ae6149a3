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
