/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Address spaces. The kernel wants one capability for each mapping of a frame. Beside the page
 * tables there is, for each 64 KiB in which something is mapped, a small table of capabilities: it
 * is found by the address, like a page table, and pages are unmapped by deleting what is there. All
 * of them are nodes of one tree, which count what is in them and go when nothing is.
 */
#include <sel4_core.h>

enum level { LEVEL_SLOTS, LEVEL_TABLE, LEVEL_DIRECTORY, LEVEL_PDPT, LEVELS };

static const struct {
	int type, map;
	unsigned shift;
} levels[LEVELS] = {
	[LEVEL_SLOTS] = { 0, 0, 16 },
	[LEVEL_TABLE] = { SEL4_TYPE_TABLE, SEL4_TABLE_MAP, 21 },
	[LEVEL_DIRECTORY] = { SEL4_TYPE_DIRECTORY, SEL4_DIRECTORY_MAP, 30 },
	[LEVEL_PDPT] = { SEL4_TYPE_PDPT, SEL4_PDPT_MAP, 39 },
};

struct node {
	struct tn_tree_node in_space;
	uint64_t key;
	uint64_t object; /* capability of the small table; page of a page table */
	uint32_t used;   /* LEVEL_SLOTS: one bit a page; else: nodes below it */
};

static uint64_t key_of(uint64_t address, enum level level)
{
	return address >> levels[level].shift << levels[level].shift | (uint64_t)level;
}

static int order(const void *key, const struct tn_tree_node *node)
{
	uint64_t k = *(const uint64_t *)key;
	const struct node *n = TN_CONTAINER_OF_CONST(node, struct node, in_space);
	return (k > n->key) - (k < n->key);
}

static struct node *find(struct pd *pd, uint64_t address, enum level level)
{
	uint64_t key = key_of(address, level);
	struct tn_tree_node *node = tn_tree_find(&pd->port.nodes, &key);
	return node ? TN_CONTAINER_OF(node, struct node, in_space) : NULL;
}

static void release(struct pd *pd, struct node *node)
{
	enum level level = (enum level)(node->key & 15);
	if (level == LEVEL_SLOTS)
		small_table_give(node->object);
	else
		pages_free(node->object, 1);
	tn_tree_remove(&pd->port.nodes, &node->in_space);
	core_free(node, sizeof(*node));
}

/* One less in it: it goes if it is empty, and so on upwards. Of a space that ends, upper ones may
 * be gone before. */
static void put(struct pd *pd, uint64_t address, enum level level)
{
	for (; level < LEVELS; level++) {
		struct node *node = find(pd, address, level);
		if (!node || (level != LEVEL_SLOTS && --node->used) ||
		    (level == LEVEL_SLOTS && node->used))
			return;
		release(pd, node);
	}
}

static bool make_object(struct pd *pd, struct node *node, uint64_t address, enum level level)
{
	struct kernel_call call = {
		.word = { address >> levels[level].shift << levels[level].shift },
		.words = 2,
		.caps = { page_cap(pd->port.space) },
		.cap_count = 1,
	};
	if (level == LEVEL_SLOTS) {
		node->object = small_table_take();
		return node->object;
	}
	node->object = page_object((uint64_t)levels[level].type, 0);
	if (!node->object)
		return false;
	if (!kernel_invoke(page_cap(node->object), (uint64_t)levels[level].map, &call))
		return true;
	pages_free(node->object, 1);
	return false;
}

/* From the top downwards; what is made counts at once in what it hangs in. */
static struct node *get(struct pd *pd, uint64_t address, enum level wanted)
{
	struct node *above = NULL, *node = find(pd, address, wanted);
	if (node)
		return node;
	for (enum level level = LEVEL_PDPT;; level--) {
		node = find(pd, address, level);
		if (!node) {
			node = core_alloc(sizeof(*node));
			if (!node || !make_object(pd, node, address, level)) {
				core_free(node, sizeof(*node));
				break;
			}
			node->key = key_of(address, level);
			tn_tree_add(&pd->port.nodes, &node->key, &node->in_space);
			if (above)
				above->used++;
		}
		if (level == wanted)
			return node;
		above = node;
	}
	/* What was made on the way is empty. */
	for (enum level level = LEVEL_SLOTS; above && level < LEVELS; level++)
		if (key_of(address, level) == above->key && !above->used) {
			above->used = 1;
			put(pd, address, level);
			break;
		}
	return NULL;
}

/* Address space numbers come from pools of 512. The first one is there; others are made when
 * needed, and stay. */
enum { ASID_POOLS = 8 };

static uint64_t make_pool(void)
{
	uint64_t page = pages_take(1), slot = page ? boot_slot() : 0;
	struct kernel_call call = {
		.word = { slot, 64 },
		.words = 2,
		.caps = { page_untyped(page), core_root },
		.cap_count = 2,
	};
	if (!slot)
		return 0;
	page_strip(page);
	return kernel_invoke(SEL4_CAP_ASIDS, SEL4_MAKE_ASID_POOL, &call) ? 0 : slot;
}

static bool take_number(uint64_t space)
{
	static uint64_t pools[ASID_POOLS] = { SEL4_CAP_ASID_POOL };
	for (unsigned i = 0; i < ASID_POOLS; i++) {
		struct kernel_call call = { .caps = { page_cap(space) }, .cap_count = 1 };
		if (!pools[i])
			pools[i] = make_pool();
		if (pools[i] && !kernel_invoke(pools[i], SEL4_ASSIGN_ASID, &call))
			return true;
	}
	return false;
}

tn_error space_create(struct pd *pd)
{
	tn_tree_init(&pd->port.nodes, order);
	pd->port.space = page_object(SEL4_TYPE_PML4, 0);
	if (!pd->port.space)
		return TN_ERR_OUT_OF_RAM;
	if (take_number(pd->port.space))
		return TN_OK;
	pages_free(pd->port.space, 1);
	pd->port.space = 0;
	return TN_ERR_LIMIT;
}

static struct slot slot_of(const struct node *node, uint64_t address)
{
	return (struct slot){ core_root, node->object | (address >> SEL4_PAGE_SHIFT & 15), 64 };
}

static void clear(const struct node *node)
{
	for (unsigned i = 0; i < 16; i++)
		if (node->used >> i & 1)
			kernel_delete(slot_of(node, (uint64_t)i << SEL4_PAGE_SHIFT));
}

bool space_destroy(struct pd *pd)
{
	struct tn_tree_node *first = tn_tree_first(&pd->port.nodes);
	if (first) { /* upper ones need not be empty: the whole space goes */
		struct node *node = TN_CONTAINER_OF(first, struct node, in_space);
		if ((node->key & 15) == LEVEL_SLOTS)
			clear(node);
		release(pd, node);
		return false;
	}
	if (pd->port.space)
		pages_free(pd->port.space, 1);
	pd->port.space = 0;
	return true;
}

static uint64_t kernel_rights(uint32_t rights)
{
	return RIGHT_RECEIVE | (rights & TN_RIGHT_WRITE ? RIGHT_SEND : 0); /* read, write */
}

tn_error space_map(struct pd *pd, uint64_t address, uint64_t frame, uint32_t rights,
		   uint64_t attributes)
{
	struct node *node = frame ? get(pd, address, LEVEL_SLOTS) : NULL;
	unsigned i = address >> SEL4_PAGE_SHIFT & 15;
	if (!node)
		return TN_ERR_OUT_OF_RAM;
	if (node->used >> i & 1)
		return TN_ERR_CONFLICT;
	struct kernel_call call = {
		.word = { address, kernel_rights(rights), attributes },
		.words = 3,
		.caps = { page_cap(pd->port.space) },
		.cap_count = 1,
	};
	struct slot slot = slot_of(node, address);
	uint64_t failed = kernel_copy(slot, slot_at(frame));
	if (!failed && kernel_invoke(slot.index, SEL4_PAGE_MAP, &call)) {
		kernel_delete(slot);
		failed = 1;
	}
	if (!failed)
		node->used |= 1u << i;
	else
		put(pd, address, LEVEL_SLOTS);
	return failed ? TN_ERR_OUT_OF_RAM : TN_OK;
}

bool space_map_absent(struct pd *pd, uint64_t address, const struct port_memory *memory,
		      uint64_t from, uint64_t pages, uint32_t rights)
{
	for (uint64_t i = 0; i < pages; i++) {
		tn_error error =
			space_map(pd, address + i * SEL4_PAGE_SIZE, memory_frame(memory, from + i),
				  rights, memory->attributes);
		if (error != TN_OK)
			return error == TN_ERR_CONFLICT || i;
	}
	return true;
}

/* Nodes that are not there are passed over by what they span. */
void space_unmap(struct pd *pd, uint64_t address, uint64_t pages)
{
	uint64_t end = address + pages * SEL4_PAGE_SIZE;
	if (!pd->port.space)
		return;
	while (address < end) {
		uint64_t next = ((address >> 16) + 1) << 16;
		struct node *node = find(pd, address, LEVEL_SLOTS);
		if (!node && !find(pd, address, LEVEL_TABLE))
			next = (address | (LAYOUT_TABLE_SPAN_1 - 1)) + 1;
		for (; node && address < end && address < next; address += SEL4_PAGE_SIZE) {
			unsigned i = address >> SEL4_PAGE_SHIFT & 15;
			if (!(node->used >> i & 1))
				continue;
			kernel_delete(slot_of(node, address));
			node->used &= ~(1u << i);
			if (!node->used) {
				put(pd, address, LEVEL_SLOTS);
				break;
			}
		}
		address = next;
	}
}

/* A region is mapped and unmapped in pieces of what one lowest page table holds, at most. */
enum { PIECE_PAGES = 32, MANAGED_PIECE_PAGES = LAYOUT_TABLE_SPAN_1 / SEL4_PAGE_SIZE };

static uint64_t address_of(const struct region *region, uint64_t page)
{
	return region->address + page * SEL4_PAGE_SIZE;
}

/* The last piece that is mapped. False: nothing was left after it. */
static bool unmap_piece(struct pd *pd, struct region *region)
{
	uint64_t pages = region->port.mapped < PIECE_PAGES ? region->port.mapped : PIECE_PAGES;
	if (!pages)
		return false;
	region->port.mapped -= pages;
	space_unmap(pd, address_of(region, region->port.mapped), pages);
	return region->port.mapped;
}

tn_error port_region_map(struct pd *pd, struct region *region)
{
	uint64_t end = region->size / SEL4_PAGE_SIZE, from = region->port.mapped;
	uint64_t to = end - from < PIECE_PAGES ? end : from + PIECE_PAGES;
	uint64_t offset = region->offset / SEL4_PAGE_SIZE;
	for (uint64_t i = from; i < to; i++) {
		tn_error error = space_map(pd, address_of(region, i),
					   memory_frame(region->memory, offset + i), region->rights,
					   region->memory->attributes);
		if (error != TN_OK) {
			while (unmap_piece(pd, region))
				;
			return error;
		}
		region->port.mapped++;
	}
	return to < end ? TN_ERR_AGAIN : TN_OK;
}

/* Of a managed dataspace anything may be mapped; `mapped` counts what was looked at. */
static bool unmap_managed(struct pd *pd, struct region *region)
{
	uint64_t from = region->port.mapped, left = region->size / SEL4_PAGE_SIZE - from;
	uint64_t in_table = MANAGED_PIECE_PAGES -
			    address_of(region, from) / SEL4_PAGE_SIZE % MANAGED_PIECE_PAGES;
	uint64_t pages = left < in_table ? left : in_table;
	space_unmap(pd, address_of(region, from), pages);
	region->port.mapped += pages;
	return region->port.mapped < region->size / SEL4_PAGE_SIZE;
}

enum port_progress port_region_unmap(struct pd *pd, struct region *region)
{
	if (region->dataspace && region->dataspace->map)
		return unmap_managed(pd, region) ? PORT_MORE : PORT_DONE;
	return unmap_piece(pd, region) ? PORT_MORE : PORT_DONE;
}

bool port_region_revoke(struct pd *pd, struct region *region)
{
	return !unmap_piece(pd, region);
}

void port_region_flush(struct region *region, uint64_t address, uint64_t size, bool destroyed)
{
	(void)destroyed;
	space_unmap(region->map->pd, address, size / SEL4_PAGE_SIZE);
}
