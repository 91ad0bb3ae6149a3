/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Slots of core's own space, in groups of eight, cut from tables of 128 that are made as needed;
 * and small tables, which are eight to a page and live in such groups. */
#include <sel4_core.h>

enum {
	TABLES = 1024,
	TABLE_BITS = 7,
	GROUPS_PER_TABLE = 128 / SLOTS_PER_GROUP,
	SMALL_BITS = 4,
	SMALL_SIZE = 1 << (SMALL_BITS + 5),
};
_Static_assert(SEL4_PAGE_SIZE / SMALL_SIZE == SLOTS_PER_GROUP, "a page's tables are a group");

static uint16_t used[TABLES]; /* one bit a group */
static uint32_t table_count, hint;

static bool add_table(void)
{
	const struct slot area = { core_root, AREA_SLOTS, AREA_DEPTH };
	uint64_t page = table_count < TABLES ? pages_take(1) : 0;
	if (!page)
		return false;
	page_strip(page);
	if (kernel_retype(page_untyped(page), SEL4_TYPE_CNODE, TABLE_BITS, &area, table_count, 1)) {
		pages_free(page, 1);
		return false;
	}
	table_count++;
	return true;
}

uint64_t slots_take(void)
{
	for (; hint < table_count && used[hint] == 0xffff; hint++)
		;
	if (hint == table_count && !add_table())
		return 0;
	unsigned i = (unsigned)__builtin_ctz(~(unsigned)used[hint]);
	used[hint] = (uint16_t)(used[hint] | 1u << i);
	uint64_t slot = (hint * GROUPS_PER_TABLE + i) * (uint64_t)SLOTS_PER_GROUP;
	return (uint64_t)AREA_SLOTS << AREA_SHIFT | slot << SLOT_SHIFT;
}

void slots_give(uint64_t group)
{
	uint64_t number = (group & ((1ull << AREA_SHIFT) - 1)) >> SLOT_SHIFT;
	uint32_t table = (uint32_t)(number / 128);
	used[table] = (uint16_t)(used[table] & ~(1u << number % 128 / SLOTS_PER_GROUP));
	if (table < hint)
		hint = table;
}

uint64_t slots_make(uint64_t first, uint64_t page, uint64_t type, uint64_t bits, uint64_t count)
{
	const struct slot table = { core_root, first >> (SLOT_SHIFT + TABLE_BITS),
				    64 - SLOT_SHIFT - TABLE_BITS };
	return kernel_retype(page_untyped(page), type, bits, &table, first >> SLOT_SHIFT & 127,
			     count);
}

/* A page of small tables. */
struct small_page {
	struct tn_tree_node by_group;
	struct tn_list_node in_room; /* if some are free */
	uint64_t page, group;
	uint8_t used;
};

static int order(const void *key, const struct tn_tree_node *node)
{
	uint64_t group = *(const uint64_t *)key;
	const struct small_page *p = TN_CONTAINER_OF_CONST(node, struct small_page, by_group);
	return (group > p->group) - (group < p->group);
}

static struct tn_tree small_pages = TN_TREE_INIT(order);
static struct tn_list room;

static void free_small_page(struct small_page *p)
{
	if (p->page)
		pages_free(p->page, 1);
	if (p->group)
		slots_give(p->group);
	core_free(p, sizeof(*p));
}

static struct small_page *make_small_page(void)
{
	struct small_page *p = core_alloc(sizeof(*p));
	if (!p)
		return NULL;
	p->group = slots_take();
	p->page = p->group ? pages_take(1) : 0;
	if (p->page)
		page_strip(p->page);
	if (!p->page ||
	    slots_make(p->group, p->page, SEL4_TYPE_CNODE, SMALL_BITS, SLOTS_PER_GROUP)) {
		free_small_page(p);
		return NULL;
	}
	tn_tree_add(&small_pages, &p->group, &p->by_group);
	tn_list_append(&room, &p->in_room);
	return p;
}

uint64_t small_table_take(void)
{
	if (!room.head.next)
		tn_list_init(&room);
	struct small_page *p = tn_list_empty(&room) ? make_small_page()
						    : TN_CONTAINER_OF(tn_list_first(&room),
								      struct small_page, in_room);
	if (!p)
		return 0;
	unsigned i = (unsigned)__builtin_ctz(~(unsigned)p->used);
	p->used = (uint8_t)(p->used | 1u << i);
	if (p->used == 0xff)
		tn_list_remove(&p->in_room);
	return slot_cap(p->group, i);
}

void small_table_give(uint64_t table)
{
	uint64_t size = (uint64_t)SLOTS_PER_GROUP << SLOT_SHIFT, group = table & ~(size - 1);
	struct tn_tree_node *node = tn_tree_find(&small_pages, &group);
	struct small_page *p = TN_CONTAINER_OF(node, struct small_page, by_group);
	if (!node)
		return;
	if (p->used == 0xff)
		tn_list_append(&room, &p->in_room);
	p->used = (uint8_t)(p->used & ~(1u << (table - group) / (1u << SLOT_SHIFT)));
	if (p->used)
		return;
	tn_list_remove(&p->in_room);
	tn_tree_remove(&small_pages, node);
	free_small_page(p);
}
