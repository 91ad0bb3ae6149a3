/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Steps: memory, the heap, region maps and managed dataspaces. */

#include "world.h"

static void say_info(tn_dataspace_cap dataspace)
{
	uint64_t size = 0;
	uint32_t rights = 0;
	if (said_ok(tn_dataspace_info(dataspace, &size, &rights))) {
		say_number(size);
		say_number(rights);
	}
}

OP(memory_alloc)
{
	uint32_t i = free_slot(world.memory_used, MEMORIES, o.a);
	if (i == MEMORIES)
		return;
	if (!said_ok(tn_dataspace_alloc(size_of(o.b), &world.memory[i])))
		return;
	world.memory_used[i] = true;
	say_info(world.memory[i]);
}

OP(memory_free)
{
	uint32_t i = used_slot(world.memory_used, MEMORIES, o.a);
	tn_dataspace_free(world.memory[i]);
	if (!world.memory_used[i])
		return;
	world.memory_used[i] = false;
	for (uint32_t j = 0; j < VIEWS; j++) /* it is detached, too */
		if (world.view[j].from == world.memory[i].handle)
			world.view_used[j] = false;
	make_stale(world.memory[i].handle);
	say_info(world.memory[i]);
}

/* What is not the component's to free, is not there, or is none. */
OP(memory_free_wrong)
{
	uint64_t at, size;
	tn_dataspace_cap cap = { any_handle(o.a % 16 == 3 ? 0 : o.a) };
	for (uint32_t i = 0; i < MEMORIES; i++)
		if (cap.handle == world.memory[i].handle)
			cap.handle = 0;
	say_error(tn_pd_free(tn_env_pd(world.env), cap, &at, &size));
}

OP(memory_attach)
{
	uint64_t length = length_of(o.d / 16), offset = offset_of(o.d), size = 0;
	void *at = o.b % 4 ? NULL : (void *)(uintptr_t)place_of(o.b / 4);
	uint32_t rights = 0;
	tn_dataspace_cap cap = dataspace_at(o.a);
	if (!said_ok(tn_attach(cap, offset, length, rights_of(o.c), &at)))
		return;
	say_number((uintptr_t)at);
	if (!length && tn_dataspace_info(cap, &size, &rights) == TN_OK)
		length = size - offset;
	add_view(at, length ? length : PAGE, cap);
}

/* Where there is none, something else may be by now. */
static const struct view *view_at(uint32_t k)
{
	static const struct view none = { NULL, 0, 0 };
	uint32_t i = used_slot(world.view_used, VIEWS, k);
	return world.view_used[i] ? &world.view[i] : &none;
}

OP(memory_detach)
{
	const struct view *view = view_at(o.a);
	uintptr_t at = (uintptr_t)view->at;
	if (o.b % 8 == 7)
		at = place_of(o.c); /* perhaps another view's */
	else if (view->size)
		at += o.b % view->size;
	if (said_ok(tn_detach((const void *)at)))
		forget_views(at);
}

OP(memory_read)
{
	const struct view *view = view_at(o.a);
	uint64_t word = 0, offset = view->size ? (uint64_t)o.b * 8 % view->size : 0;
	const char *from = view->at ? view->at : (const char *)(uintptr_t)place_of(1);
	if (said_ok(tn_guarded_copy(&word, from + offset, sizeof(word))))
		say_number(word);
}

OP(memory_write)
{
	const struct view *view = view_at(o.a);
	uint64_t word = (uint64_t)o.c << 16 | o.d;
	uint64_t offset = view->size ? (uint64_t)o.b * 8 % view->size : 0;
	char *to = view->at ? view->at : (char *)(uintptr_t)place_of(1);
	say_error(tn_guarded_copy(to + offset, &word, sizeof(word)));
}

OP(memory_seal)
{
	tn_dataspace_cap cap = dataspace_at(o.a);
	say_error(tn_dataspace_seal(cap));
	say_info(cap);
}

OP(memory_info)
{
	tn_dataspace_cap any = { any_handle(o.b) };
	say_info(o.a % 4 ? dataspace_at(o.a / 4) : any);
}

/* What compilers call: overlapping, empty, at any alignment. */
OP(memory_functions)
{
	unsigned char bytes[256], copy[256];
	uint32_t from = o.a % 100, to = o.b % 100, n = o.c % 120, sum = 0;
	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7 + o.d);
	memcpy(copy, bytes, sizeof(copy));
	memmove(bytes + to, bytes + from, n);
	memset(bytes + o.d % 200, (int)o.c, o.d % 50);
	for (uint32_t i = 0; i < sizeof(bytes); i++)
		sum = sum * 31 + bytes[i];
	int order = memcmp(bytes, copy, sizeof(copy));
	say("%d %x", order < 0 ? -1 : order > 0, sum);
}

/* -- the heap -- */

OP(heap_alloc)
{
	static const size_t sizes[] = { 1,     24,     100, 1000,      4000,
					20000, 300000, 0,   1ul << 30, SIZE_MAX };
	uint32_t i = free_slot(world.block_used, BLOCKS, o.a);
	if (i == BLOCKS)
		return;
	size_t size = sizes[o.b % (sizeof(sizes) / sizeof(sizes[0]))];
	unsigned char *at = tn_heap_alloc(size);
	say("%s %u", at ? "a block" : "none", (uint32_t)((uintptr_t)at % 16));
	if (!at)
		return;
	world.block_used[i] = true;
	world.block[i] = (struct block){ at, size };
	memset(at, (int)i, size);
}

OP(heap_free)
{
	uint32_t i = used_slot(world.block_used, BLOCKS, o.a);
	struct block *block = &world.block[i];
	size_t wrong = 0;
	if (!world.block_used[i]) {
		tn_heap_free(NULL);
		return;
	}
	for (size_t j = 0; j < block->size; j++)
		wrong += block->at[j] != i;
	tn_heap_free(block->at);
	world.block_used[i] = false;
	say("%zu", wrong);
}

OP(heap_usage)
{
	struct tn_heap_usage usage;
	tn_heap_usage(&usage);
	say("usage");
	say_number(usage.held);
	say_number(usage.used);
	say_number(usage.blocks);
}

/* -- region maps -- */

/* On the pager's entrypoint: what is missing is the filler's page, whatever was there. */
static void fill(struct managed *map, const struct tn_region_fault *fault)
{
	uint64_t at, size;
	map->faults++;
	tn_error error = tn_region_map_detach(map->map, fault->offset, &at, &size);
	error = tn_region_map_attach(map->map, world.filler, fault->offset, 0, PAGE, READ | WRITE,
				     &at, &size);
	if (error == TN_OK)
		return;
	map->broken = true; /* nobody may wait for it for ever */
	while (tn_rm_destroy(world.rm, map->map) == TN_ERR_AGAIN)
		;
}

static void fill_pages(void *argument)
{
	struct managed *map = argument;
	struct tn_region_fault fault;
	while (tn_region_map_fault_next(map->map, &fault) == TN_OK)
		fill(map, &fault);
}

static tn_error equip(struct managed *map)
{
	map->faulted.handler = fill_pages;
	map->faulted.argument = map;
	tn_error error = tn_signal_create(world.pager, &map->faulted);
	if (error == TN_OK)
		error = tn_region_map_fault_signal(map->map, map->faulted.cap);
	return error;
}

OP(map_create)
{
	uint32_t i = free_slot(world.map_used, MAPS, o.a);
	tn_rm_cap wrong = { any_handle(o.c / 8) };
	if (i == MAPS)
		return;
	struct managed *map = &world.map[i];
	*map = (struct managed){ .faults = 0 };
	if (!said_ok(tn_rm_create(o.c % 8 ? world.rm : wrong, size_of(o.b), &map->map,
				  &map->dataspace)))
		return;
	say_info(map->dataspace);
	world.map_used[i] = true;
	if (!said_ok(equip(map)))
		free_map(i);
}

OP(map_destroy)
{
	uint32_t i = used_slot(world.map_used, MAPS, o.a);
	tn_region_map_cap wrong = { any_handle(o.c % 16 == 9 ? 0 : o.c) };
	if (o.b % 4 == 0)
		say_error(tn_rm_destroy(world.rm, wrong));
	else if (world.map_used[i])
		free_map(i);
}

/* In the own address space by fixed places alone, which are no others' than views'. */
static bool own_space(tn_region_map_cap map)
{
	return map.handle == world.space.handle;
}

OP(map_attach)
{
	tn_region_map_cap map = map_at(o.a);
	uint64_t at = 0, size = 0, address = own_space(map) ? place_of(o.c) : offset_of(o.c);
	if (o.c % 5 == 0)
		address = TN_ANYWHERE;
	tn_dataspace_cap from = dataspace_at(o.b);
	if (!said_ok(tn_region_map_attach(map, from, address, offset_of(o.d), length_of(o.d / 10),
					  rights_of(o.d / 120), &at, &size)))
		return;
	say_number(at);
	say_number(size);
	if (own_space(map))
		add_view((void *)(uintptr_t)at, size, from);
}

OP(map_detach)
{
	tn_region_map_cap map = map_at(o.a);
	uint64_t at = 0, size = 0, address = own_space(map) ? place_of(o.b) : offset_of(o.b);
	tn_error error;
	do
		error = tn_region_map_detach(map, address, &at, &size);
	while (error == TN_ERR_AGAIN);
	if (!said_ok(error))
		return;
	say_number(at);
	say_number(size);
	if (own_space(map))
		forget_views(at);
}

OP(map_reserve)
{
	tn_region_map_cap map = map_at(o.a);
	uint64_t at = 0, address = own_space(map) ? place_of(o.b) : offset_of(o.b);
	if (o.b % 5 == 0)
		address = TN_ANYWHERE;
	if (said_ok(tn_region_map_reserve(map, address, length_of(o.c), &at)))
		say_number(at);
}

OP(map_unreserve)
{
	tn_region_map_cap map = map_at(o.a);
	uint64_t address = own_space(map) ? place_of(o.b) : offset_of(o.b);
	say_error(tn_region_map_unreserve(map, address));
}

OP(map_find)
{
	tn_region_map_cap map = map_at(o.a);
	uint64_t at = 0, size = 0, address = own_space(map) ? place_of(o.b) : offset_of(o.b);
	uint32_t reserved = 0;
	if (!said_ok(tn_region_map_find(map, address, length_of(o.c), &at, &size, &reserved)))
		return;
	say_number(at);
	say_number(size);
	say_number(reserved);
}

/* Maps keep their pager: a signal is set where there is to be none, or a wrong one. */
OP(map_fault_signal)
{
	tn_signal_cap wrong = { any_handle(o.b % 16 == 5 ? 0 : o.b) };
	say_error(o.a % 2 ? tn_region_map_fault_signal(world.space, signal_at(o.b))
			  : tn_region_map_fault_signal(map_at(o.a / 2), wrong));
}

OP(map_fault_next)
{
	struct tn_region_fault fault;
	say_error(tn_region_map_fault_next(map_at(o.a), &fault));
}
