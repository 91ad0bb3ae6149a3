/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The kernel's operations on objects: messages to the objects' capabilities. */
#include <sel4_core.h>

uint64_t core_root;

uint64_t kernel_invoke(uint64_t object, uint64_t label, struct kernel_call *call)
{
	struct sel4_ipc_buffer *buffer = boot_info->ipc_buffer;
	struct sel4_message m = {
		.cap = object,
		.info = SEL4_INFO(label, call->words) | (uint64_t)call->cap_count << 7,
	};
	for (uint32_t i = 0; i < call->words; i++)
		if (i < SEL4_WORDS_IN_REGISTERS)
			m.word[i] = call->word[i];
		else
			buffer->words[i] = call->word[i];
	for (uint32_t i = 0; i < call->cap_count; i++)
		buffer->caps[i] = call->caps[i];
	sel4_enter(SEL4_CALL, &m);
	for (uint32_t i = 0; i < SEL4_WORDS_IN_REGISTERS; i++)
		call->word[i] = m.word[i];
	return SEL4_INFO_LABEL(m.info);
}

uint64_t kernel_do(uint64_t object, uint64_t label, uint64_t a, uint64_t b)
{
	struct sel4_message m = { object, SEL4_INFO(label, 2), { a, b } };
	sel4_enter(SEL4_CALL, &m);
	return SEL4_INFO_LABEL(m.info);
}

uint64_t kernel_retype(uint64_t untyped, uint64_t type, uint64_t bits, const struct slot *table,
		       uint64_t offset, uint64_t count)
{
	struct kernel_call call = {
		.word = { type, bits, table->index, table->depth, offset, count },
		.words = 6,
		.caps = { table->table },
		.cap_count = 1,
	};
	return kernel_invoke(untyped, SEL4_RETYPE, &call);
}

uint64_t kernel_mint(struct slot to, struct slot from, uint64_t rights, uint64_t badge)
{
	struct kernel_call call = {
		.word = { to.index, to.depth, from.index, from.depth, rights, badge },
		.words = 6,
		.caps = { from.table },
		.cap_count = 1,
	};
	return kernel_invoke(to.table, SEL4_MINT, &call);
}

uint64_t kernel_copy(struct slot to, struct slot from)
{
	struct kernel_call call = {
		.word = { to.index, to.depth, from.index, from.depth, RIGHT_ALL },
		.words = 5,
		.caps = { from.table },
		.cap_count = 1,
	};
	return kernel_invoke(to.table, SEL4_COPY, &call);
}

void kernel_delete(struct slot slot)
{
	kernel_do(slot.table, SEL4_DELETE, slot.index, slot.depth);
}

void kernel_revoke(struct slot slot)
{
	kernel_do(slot.table, SEL4_REVOKE, slot.index, slot.depth);
}
