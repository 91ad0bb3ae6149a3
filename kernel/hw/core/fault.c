/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Exceptions of components, as the kernel delivers them. Source of the numbers: Intel SDM, volume
 * 3, 6.15. */
#include <fault.h>
#include <hw_core.h>

enum {
	VECTOR_DIVIDE = 0,
	VECTOR_DEBUG = 1,
	VECTOR_BREAKPOINT = 3,
	VECTOR_UNDEFINED = 6,
	VECTOR_PROTECTION = 13,
	VECTOR_PAGE = 14,
	VECTOR_X87 = 16,
	VECTOR_SIMD = 19
};
enum { PAGE_WRITE = 2, PAGE_FETCH = 16 };

static enum tn_fault_kind kind_of(uint32_t vector, uint32_t code)
{
	switch (vector) {
	case VECTOR_PAGE:
		if (code & PAGE_FETCH)
			return TN_FAULT_EXECUTE;
		return code & PAGE_WRITE ? TN_FAULT_WRITE : TN_FAULT_READ;
	case VECTOR_UNDEFINED:
	case VECTOR_PROTECTION:
		return TN_FAULT_INSTRUCTION;
	case VECTOR_DIVIDE:
	case VECTOR_X87:
	case VECTOR_SIMD:
		return TN_FAULT_ARITHMETIC;
	case VECTOR_DEBUG:
	case VECTOR_BREAKPOINT:
		return TN_FAULT_BREAKPOINT;
	default:
		return TN_FAULT_OTHER;
	}
}

/* The page is the component's: where it says nonsense, the fault is one. */
static bool recover(struct thread *thread, uint64_t instruction)
{
	const volatile struct tn_thread_page *page = port_thread_page(thread);
	if (!page || instruction < page->guard_begin || instruction >= page->guard_end)
		return false;
	uint64_t to = page->guard_recover;
	return to && hw_call2(HW_THREAD_RESUME, thread->port.thread, to).status == HW_OK;
}

void fault_handle(uint64_t name, uint32_t vector, uint32_t code, uint64_t address)
{
	struct thread *thread = domain_thread(name);
	if (!thread)
		return;
	/* Core's UTCB is free for use: no request is being served. */
	hw_call2(HW_THREAD_REGISTERS, name, 0);
	const struct hw_registers *registers = (const struct hw_registers *)HW_CORE_UTCB;
	struct tn_fault fault = {
		.kind = kind_of(vector, code),
		.address = vector == VECTOR_PAGE ? address : 0,
		.instruction = registers->rip,
	};
	if (vector == VECTOR_PAGE && recover(thread, fault.instruction))
		return;
	core_fault(thread->pd, thread, &fault);
}
