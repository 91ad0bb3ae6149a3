/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The callers of a faulting function, by the chain of frame pointers on its stack. Stack and
 * registers are the component's and may hold anything: what is read lies within the thread's own
 * stack, each word is read once, frames only go upwards, and their number is bounded. Whoever
 * forges them misleads the readers of its own report, nobody else.
 */
#include <core/fault.h>
#include <core/services.h>

enum { CALLERS_MAX = 24 };

/* A thread's stack, where it lies in the PD and where core sees it. */
struct stack {
	uint64_t first, end;
	const unsigned char *view;
};

static bool open_stack(struct thread *thread, struct stack *stack)
{
	uint64_t size = thread->stack_size ? thread->stack_size : LAYOUT_STACK_SIZE;
	if (!thread->has_stack)
		return false;
	stack->end = LAYOUT_STACKS + (thread->index + 1ull) * LAYOUT_STACK_SLOT;
	stack->first = stack->end - size;
	stack->view = port_memory_view(&thread->stack);
	return stack->view;
}

static bool contains(const struct stack *stack, uint64_t address, uint64_t size)
{
	return address % sizeof(uint64_t) == 0 && address >= stack->first &&
	       address <= stack->end - size;
}

static uint64_t read(const struct stack *stack, uint64_t address)
{
	const unsigned char *at = stack->view + (address - stack->first);
	return *(const volatile uint64_t *)(const void *)at;
}

static void tell(struct pd *pd, const char *how, uint64_t return_address)
{
	char text[FAULT_PLACE_MAX];
	fault_place(pd, return_address, text);
	core_log("%s:   %scalled from %s", pd->label, how, text);
}

/*
 * A function without a frame of its own has the return address where the stack pointer points:
 * compilers make such of those that call nobody, and who jumps to nowhere has none yet either. In
 * others there lies something else, mostly no address of code.
 */
static void tell_frameless(struct pd *pd, const struct stack *stack, uint64_t at, bool is_sure)
{
	if (!contains(stack, at, 8))
		return;
	uint64_t address = read(stack, at);
	const struct region *region = core_region_find(pd, address);
	if (region && region->rights & TN_RIGHT_EXECUTE)
		tell(pd, is_sure ? "" : "perhaps ", address);
}

/* Each frame: the caller's frame pointer, then the address it goes on at. */
void fault_backtrace(struct pd *pd, struct thread *thread, const struct tn_fault *fault)
{
	struct stack stack;
	struct port_frame frame;
	if (!thread || !port_thread_frame(thread, &frame) || !open_stack(thread, &stack))
		return;
	tell_frameless(pd, &stack, frame.stack_pointer, fault->kind == TN_FAULT_EXECUTE);
	uint64_t at = frame.frame_pointer;
	for (unsigned i = 0; i < CALLERS_MAX && contains(&stack, at, 16); i++) {
		uint64_t caller = read(&stack, at), return_address = read(&stack, at + 8);
		if (!return_address)
			return;
		tell(pd, "", return_address);
		if (caller <= at)
			return;
		at = caller;
	}
}
