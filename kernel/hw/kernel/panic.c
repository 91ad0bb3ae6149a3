/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "panic.h"
#include "console.h"
#include "cpu.h"
#include "debugger.h"
#include "thread.h"

/* As entry.S pushes it. */
struct exception {
	uint64_t registers[15]; /* in the order of struct registers, down to r15 */
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

_Noreturn void panic_exception(const struct exception *exception);

static const char *const names[15] = {
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8 ",
	"r9 ", "r10", "r11", "r12", "r13", "r14", "r15",
};

void machine_shutdown(uint8_t value)
{
	enum { DEBUG_EXIT = 0xf4 };

	/* Turned round, so that value 0 is not the 1 that QEMU's own failures have. */
	cpu_out32(DEBUG_EXIT, value ^ PANIC_KERNEL);
	cpu_halt();
}

void panic(const char *reason)
{
	console_text("hw: cannot start: ");
	console_text(reason);
	console_text("\n");
	machine_shutdown(PANIC_KERNEL);
}

static void show(const char *name, uint64_t value)
{
	console_text(" ");
	console_text(name);
	console_text(" ");
	console_hex(value);
}

static void show_registers(const uint64_t *registers)
{
	for (unsigned i = 0; i < 15; i++) {
		show(names[i], registers[i]);
		if (i % 4 == 3 || i == 14)
			console_text("\n");
	}
}

void panic_exception(const struct exception *exception)
{
	uint64_t address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	console_text("hw: exception in the kernel\n");
	show("vec", exception->vector);
	show("err", exception->error);
	show("cr2", address);
	console_text("\n");
	show("rip", exception->rip);
	show("cs ", exception->cs);
	show("rsp", exception->rsp);
	show("flg", exception->rflags);
	console_text("\n");
	show_registers(exception->registers);
	debugger_enter("the kernel cannot go on");
	machine_shutdown(PANIC_KERNEL);
}

void panic_core_fault(const struct thread *thread, uint64_t vector, uint64_t error,
		      uint64_t address)
{
	console_text("hw: core has faulted\n");
	show("vec", vector);
	show("err", error);
	show("cr2", address);
	console_text("\n");
	show("rip", thread->registers.rip);
	show("rsp", thread->registers.rsp);
	show("flg", thread->registers.rflags);
	console_text("\n");
	show_registers((const uint64_t *)&thread->registers);
	debugger_enter("core cannot go on");
	machine_shutdown(PANIC_CORE);
}
