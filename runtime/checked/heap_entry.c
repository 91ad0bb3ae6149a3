/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The heap of a checked build (make CHECKED=1): each block lies between guards and is on a list.
 *
 * Looked at when a block is freed, and all of them when the component exits. What is wrong is
 * logged, with the block's address and size and who has allocated it; then this thread has a fault,
 * like any other: core's report names who has called. What a list or a header says is looked at
 * with care from then on, as somebody has written over memory.
 *
 * A freed block is known as such until its memory is used again.
 */
#include <runtime/linker.h>
#include <runtime/runtime.h>

enum { GUARD = 16, GUARD_BYTE = 0xf5, FREED_BYTE = 0xdd, FREED_MAX = 4096, LIST_MAX = 1 << 20 };

#define LIVE  0x6c6976656c697665ull /* with the address added: a copy elsewhere is no block */
#define FREED 0x6672656564667265ull

struct block {
	uint64_t mark;
	struct block *next, *previous; /* of those that are not freed */
	uint64_t size;
	uint64_t allocated_by, freed_by; /* return addresses */
	unsigned char guard[GUARD];
};
_Static_assert(sizeof(struct block) % 16 == 0, "blocks stay aligned to 16");

static struct block *blocks;
static struct tn_mutex lock; /* of the list */

static unsigned char *memory_of(const struct block *block)
{
	return (unsigned char *)(uintptr_t)(block + 1);
}

static uint64_t mark_of(const struct block *block, uint64_t state)
{
	return state + (uintptr_t)block;
}

/* -- what is said -- */

static TN_NO_RETURN void fault(void)
{
	__builtin_trap();
}

/* "0x18003a91 (hello+0x3a91)" */
static const char *place(uint64_t address, char text[128])
{
	uint64_t offset = 0;
	const char *name = linker_find(address, &offset);
	if (name)
		tn_format(text, 128, "0x%llx (%s+0x%llx)", (unsigned long long)address, name,
			  (unsigned long long)offset);
	else
		tn_format(text, 128, "0x%llx", (unsigned long long)address);
	return text;
}

static void tell(const struct block *block, const struct block *copy, const char *what)
{
	char by[128];
	tn_log("heap: block 0x%llx of %llu bytes, allocated from %s, %s",
	       (unsigned long long)(uintptr_t)memory_of(block), (unsigned long long)copy->size,
	       place(copy->allocated_by, by), what);
}

/* -- what is looked at -- */

static bool is_guard(const unsigned char *bytes)
{
	for (unsigned i = 0; i < GUARD; i++)
		if (bytes[i] != GUARD_BYTE)
			return false;
	return true;
}

/* NULL: the block, of which this is a copy, is as it should be. */
static const char *damage(const struct block *block, const struct block *copy)
{
	unsigned char behind[GUARD];
	if (!is_guard(copy->guard))
		return "was written to before its beginning";
	if (tn_guarded_copy(behind, memory_of(block) + copy->size, GUARD) != TN_OK)
		return "has a header that was written over";
	return is_guard(behind) ? NULL : "was written to beyond its end";
}

/* The live block that the address is in or beside; copied, as it may be damaged. */
static const struct block *find_around(uint64_t address, struct block *copy)
{
	const struct block *block = blocks;
	for (unsigned i = 0; block && i < LIST_MAX; i++) {
		if (tn_guarded_copy(copy, block, sizeof(*copy)) != TN_OK ||
		    copy->mark != mark_of(block, LIVE))
			return NULL; /* the list ends here: it was written over */
		if (address - (uintptr_t)block < sizeof(*block) + copy->size + GUARD)
			return block;
		block = copy->next;
	}
	return NULL;
}

static TN_NO_RETURN void refuse(uint64_t address)
{
	struct block copy;
	const struct block *block = find_around(address, &copy);
	uint64_t within = block ? address - (uintptr_t)memory_of(block) : 0;
	tn_log("heap: 0x%llx is freed, which is no block", (unsigned long long)address);
	if (block && within < copy.size) {
		char what[64];
		tn_format(what, sizeof(what), "is around it: it is at offset %llu",
			  (unsigned long long)within);
		tell(block, &copy, what);
	}
	fault();
}

static TN_NO_RETURN void freed_twice(const struct block *block, const struct block *copy)
{
	char by[128], what[192];
	tn_format(what, sizeof(what), "is freed again; it was freed from %s",
		  place(copy->freed_by, by));
	tell(block, copy, what);
	fault();
}

static void check(const struct block *block, const struct block *copy)
{
	const char *wrong = damage(block, copy);
	if (!wrong)
		return;
	tell(block, copy, wrong);
	fault();
}

void heap_check(void)
{
	struct block copy;
	const struct block *block = blocks;
	for (unsigned i = 0; block && i < LIST_MAX; i++) {
		if (tn_guarded_copy(&copy, block, sizeof(copy)) != TN_OK ||
		    copy.mark != mark_of(block, LIVE)) {
			tn_log("heap: the header of block 0x%llx was written over",
			       (unsigned long long)(uintptr_t)memory_of(block));
			fault();
		}
		check(block, &copy);
		block = copy.next;
	}
}

/* -- the list -- */

static void link_block(struct block *block)
{
	tn_mutex_lock(&lock);
	block->previous = NULL;
	block->next = blocks;
	if (blocks)
		blocks->previous = block;
	blocks = block;
	tn_mutex_unlock(&lock);
}

static void unlink_block(struct block *block)
{
	tn_mutex_lock(&lock);
	if (block->next)
		block->next->previous = block->previous;
	if (block->previous)
		block->previous->next = block->next;
	else
		blocks = block->next;
	tn_mutex_unlock(&lock);
}

/* -- what components call -- */

ABI void *tn_heap_alloc(size_t size)
{
	if (size > SIZE_MAX - sizeof(struct block) - GUARD)
		return NULL;
	struct block *block = heap_take(sizeof(struct block) + size + GUARD);
	if (!block)
		return NULL;
	block->mark = mark_of(block, LIVE);
	block->size = size;
	block->allocated_by = (uintptr_t)__builtin_return_address(0);
	block->freed_by = 0;
	memset(block->guard, GUARD_BYTE, GUARD);
	memset(memory_of(block) + size, GUARD_BYTE, GUARD);
	link_block(block);
	return memory_of(block);
}

ABI void tn_heap_free(void *memory)
{
	struct block *block = (struct block *)memory - 1, copy;
	if (!memory)
		return;
	if ((uintptr_t)memory % 16 || tn_guarded_copy(&copy, block, sizeof(copy)) != TN_OK)
		refuse((uintptr_t)memory);
	if (copy.mark == mark_of(block, FREED))
		freed_twice(block, &copy);
	if (copy.mark != mark_of(block, LIVE))
		refuse((uintptr_t)memory);
	check(block, &copy);
	unlink_block(block);
	block->mark = mark_of(block, FREED);
	block->freed_by = (uintptr_t)__builtin_return_address(0);
	memset(memory, FREED_BYTE, copy.size < FREED_MAX ? copy.size : FREED_MAX);
	heap_give(block);
}
