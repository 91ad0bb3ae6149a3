/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What people are told of a component that faults, and its parent with them. */
#include <core/cap.h>
#include <core/fault.h>
#include <core/services.h>
#include <tenon/format.h>
#include <tenon/component.h>

enum { EXIT_INIT_FAULTED = 125 };

static const char *verb(enum tn_fault_kind kind)
{
	switch (kind) {
	case TN_FAULT_READ:
		return "read from";
	case TN_FAULT_WRITE:
		return "write to";
	case TN_FAULT_EXECUTE:
		return "jump to";
	case TN_FAULT_INSTRUCTION:
		return "undefined or privileged instruction";
	case TN_FAULT_ARITHMETIC:
		return "arithmetic error";
	case TN_FAULT_BREAKPOINT:
		return "breakpoint";
	case TN_FAULT_KERNEL_ENTRY:
		return "forbidden kernel entry";
	case TN_FAULT_STACK:
		return "stack overflow at";
	case TN_FAULT_UNMAP:
		return "did not give up memory that was taken away";
	case TN_FAULT_NONE:
	case TN_FAULT_OTHER:
	case TN_FAULT_KIND_COUNT:
		break;
	}
	return "exception";
}

void fault_place(struct pd *pd, uint64_t address, char *text)
{
	struct region *region = core_region_find(pd, address);
	const char *name = "";
	if (region && region->dataspace)
		name = region->dataspace->name;
	else if (address >= LAYOUT_RUNTIME && address < LAYOUT_RUNTIME_END)
		name = "runtime";
	else if (address >= LAYOUT_STACKS && address < LAYOUT_STACKS_END)
		name = region ? "stack" : "stack guard";
	if (!name[0]) {
		tn_format(text, FAULT_PLACE_MAX, "0x%llx", (unsigned long long)address);
		return;
	}
	uint64_t base =
		region ? region->address - region->offset : address & ~(LAYOUT_STACK_SLOT - 1);
	tn_format(text, FAULT_PLACE_MAX, "0x%llx (%s+0x%llx)", (unsigned long long)address, name,
		  (unsigned long long)(address - base));
}

static bool has_address(enum tn_fault_kind kind)
{
	return kind == TN_FAULT_READ || kind == TN_FAULT_WRITE || kind == TN_FAULT_EXECUTE ||
	       kind == TN_FAULT_STACK;
}

/* Access to the guard of the thread's own stack. */
static bool overflows(struct pd *pd, const struct thread *thread, const struct tn_fault *fault)
{
	uint64_t slot = (fault->address - LAYOUT_STACKS) / LAYOUT_STACK_SLOT;
	return thread && (fault->kind == TN_FAULT_READ || fault->kind == TN_FAULT_WRITE) &&
	       fault->address >= LAYOUT_STACKS && slot == thread->index &&
	       !core_region_find(pd, fault->address);
}

static void report(struct pd *pd, struct thread *thread, const struct tn_fault *fault)
{
	char address[FAULT_PLACE_MAX] = "", instruction[FAULT_PLACE_MAX];
	bool further = thread && thread != &pd->thread, addressed = has_address(fault->kind);
	if (addressed)
		fault_place(pd, fault->address, address);
	fault_place(pd, fault->instruction, instruction);
	core_log("%s: fault%s%s: %s%s%s, instruction %s", pd->label, further ? " of thread " : "",
		 further ? thread->name : "", verb(fault->kind), addressed ? " " : "", address,
		 instruction);
	fault_backtrace(pd, thread, fault);
}

void fault_tell(struct pd *pd, struct thread *thread, const struct tn_fault *fault)
{
	if (pd->state != TN_PD_RUNNING)
		return;
	pd->state = TN_PD_FAULTED;
	pd->fault = *fault;
	if (overflows(pd, thread, fault))
		pd->fault.kind = TN_FAULT_STACK;
	report(pd, thread, &pd->fault);
	if (pd->object.payer == &core_pd) {
		measure_all_end();
		core_log("init is gone, and the system with it");
		port_exit(EXIT_INIT_FAULTED);
	}
	cap_submit(pd->watch);
}

void core_pd_ended(struct pd *pd, const struct tn_fault *fault)
{
	fault_tell(pd, NULL, fault);
}
