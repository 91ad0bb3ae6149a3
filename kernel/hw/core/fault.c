/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Exceptions of components, as the kernel delivers them. Source of the numbers: Intel SDM, volume
 * 3, 6.15. */
#include <fault.h>
#include <core/work.h>
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
enum { PAGE_WRITE = 2, PAGE_USER = 4, PAGE_FETCH = 16 };

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
static uint64_t guard(struct thread *thread, uint64_t instruction)
{
	const volatile struct tn_thread_page *page = port_thread_page(thread);
	if (!page || instruction < page->guard_begin || instruction >= page->guard_end)
		return 0;
	return page->guard_recover;
}

static bool resume(const struct thread *thread, uint64_t to)
{
	return hw_call2(HW_THREAD_RESUME, thread->port.thread, to).status == HW_OK;
}

/* What is mapped goes from the page of the fault to where the piece or its page table ends. */
enum { AROUND = 16 };

static bool map(struct thread *thread, const struct core_piece *piece, uint64_t address)
{
	if (piece->region->memory) { /* not all of it was mapped yet */
		tn_error error = core_region_settle(piece->region);
		return error == TN_OK || error == TN_ERR_AGAIN;
	}
	uint64_t page = address & ~(uint64_t)(HW_PAGE_SIZE - 1);
	uint64_t end = (page | (LAYOUT_TABLE_SPAN_1 - 1)) + 1;
	if (end > piece->address + piece->size)
		end = piece->address + piece->size;
	uint64_t pages = (end - page) / HW_PAGE_SIZE;
	uint64_t physical = piece->memory->base + piece->offset + (page - piece->address);
	return space_map_absent(thread->pd, page, physical, pages < AROUND ? pages : AROUND,
				space_rights(piece->rights, piece->memory));
}

static void settle(struct thread *thread, const struct tn_fault *fault, uint64_t recover)
{
	struct core_piece piece;
	switch (core_fault(thread->pd, thread, fault, !recover, &piece)) {
	case CORE_FAULT_MAP:
		if (map(thread, &piece, fault->address))
			resume(thread, 0);
		else
			core_fault_report(thread->pd, thread, fault);
		break;
	case CORE_FAULT_AGAIN:
		resume(thread, 0);
		break;
	case CORE_FAULT_WAIT:
		break;
	case CORE_FAULT_END:
		if (!recover || !resume(thread, recover))
			core_fault_report(thread->pd, thread, fault);
		break;
	}
}

/* Only those wait that do not recover. */
void port_thread_retry(struct thread *thread)
{
	const struct tn_fault fault = thread->waits_for;
	settle(thread, &fault, 0);
}

void fault_handle(uint64_t name, uint32_t vector, uint32_t code, uint64_t address,
		  uint64_t instruction)
{
	struct thread *thread = domain_thread(name);
	if (!thread)
		return;
	work_begin();
	struct tn_fault fault = {
		.kind = kind_of(vector, code),
		.address = vector == VECTOR_PAGE ? address : 0,
		.instruction = instruction,
	};
	/* What the CPU does by itself for an instruction it may do in the kernel's name. */
	if (vector == VECTOR_PAGE && !(code & PAGE_USER))
		core_fault_report(thread->pd, thread, &fault);
	else
		settle(thread, &fault, vector == VECTOR_PAGE ? guard(thread, instruction) : 0);
}
