/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Faults, as the kernel tells them: a message by the thread's own capability. A component can send
 * the same by itself; that is a fault of the thread whose capability it is, and of nobody else.
 * Source of the exceptions' numbers: Intel SDM, volume 3, 6.15.
 */
#include <core/work.h>
#include <sel4_core.h>

enum {
	VECTOR_DIVIDE = 0,
	VECTOR_DEBUG = 1,
	VECTOR_BREAKPOINT = 3,
	VECTOR_UNDEFINED = 6,
	VECTOR_PROTECTION = 13,
	VECTOR_X87 = 16,
	VECTOR_SIMD = 19
};
enum { PAGE_WRITE = 2 };
/* Words of the messages. */
enum { WORD_IP, WORD_ADDRESS, WORD_IS_FETCH, WORD_STATUS, WORD_VECTOR = 3 };

static enum tn_fault_kind kind_of(uint64_t vector)
{
	switch (vector) {
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

/* Where the kernel never forbids to execute, it does not tell fetching from reading either. */
static enum tn_fault_kind memory_kind(const uint64_t *words)
{
	if (words[WORD_IS_FETCH] || words[WORD_ADDRESS] == words[WORD_IP])
		return TN_FAULT_EXECUTE;
	return words[WORD_STATUS] & PAGE_WRITE ? TN_FAULT_WRITE : TN_FAULT_READ;
}

/* The page is the component's: where it says nonsense, the fault is one. */
static uint64_t guard(struct thread *thread, uint64_t instruction)
{
	const volatile struct tn_thread_page *page = port_thread_page(thread);
	if (!page || instruction < page->guard_begin || instruction >= page->guard_end)
		return 0;
	return page->guard_recover;
}

/* What is mapped goes from the page of the fault to where the piece ends, or a few pages. */
enum { AROUND = 16 };

static bool map(struct thread *thread, const struct core_piece *piece, uint64_t address)
{
	if (piece->region->memory) { /* not all of it was mapped yet */
		tn_error error = core_region_settle(piece->region);
		return error == TN_OK || error == TN_ERR_AGAIN;
	}
	uint64_t page = address & ~(uint64_t)(SEL4_PAGE_SIZE - 1);
	uint64_t end = (page | (AROUND * SEL4_PAGE_SIZE - 1)) + 1;
	if (end > piece->address + piece->size)
		end = piece->address + piece->size;
	uint64_t from = (piece->offset + (page - piece->address)) / SEL4_PAGE_SIZE;
	return space_map_absent(thread->pd, page, piece->memory, from,
				(end - page) / SEL4_PAGE_SIZE, piece->rights);
}

static void end(struct thread *thread, const struct tn_fault *fault)
{
	core_fault_report(thread->pd, thread, fault);
}

static void settle(struct thread *thread, const struct tn_fault *fault, uint64_t recover)
{
	struct core_piece piece;
	switch (core_fault(thread->pd, thread, fault, !recover, &piece)) {
	case CORE_FAULT_MAP:
		if (map(thread, &piece, fault->address))
			domain_resume(thread, NULL, 0);
		else
			end(thread, fault);
		break;
	case CORE_FAULT_AGAIN:
		domain_resume(thread, NULL, 0);
		break;
	case CORE_FAULT_WAIT:
		break;
	case CORE_FAULT_END:
		if (recover) /* the instruction pointer is the first register */
			domain_resume(thread, &recover, 1);
		else
			end(thread, fault);
		break;
	}
}

/* Only those wait that do not recover. */
void port_thread_retry(struct thread *thread)
{
	const struct tn_fault fault = thread->waits_for;
	settle(thread, &fault, 0);
}

void fault_handle(uint64_t badge, uint64_t label, const uint64_t *words)
{
	struct thread *thread = domain_thread(badge);
	struct tn_fault fault = { .kind = TN_FAULT_OTHER, .instruction = words[WORD_IP] };
	uint64_t registers[REGISTER_COUNT];
	if (!thread || !thread->port.running || thread->port.faulted)
		return;
	work_begin();
	thread->port.faulted = true;
	if (label == SEL4_FAULT_MEMORY) {
		fault.kind = memory_kind(words);
		fault.address = words[WORD_ADDRESS];
		settle(thread, &fault, guard(thread, fault.instruction));
		return;
	}
	if (label == SEL4_FAULT_EXCEPTION)
		fault.kind = kind_of(words[WORD_VECTOR]);
	else if (label == SEL4_FAULT_CAP || label == SEL4_FAULT_SYSCALL)
		fault.kind = TN_FAULT_KERNEL_ENTRY;
	if (label == SEL4_FAULT_SYSCALL && domain_registers(thread, false, registers))
		fault.instruction = registers[REGISTER_RIP];
	end(thread, &fault);
}
