/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Pieces that are taken away are jobs, in rounds: a round takes all jobs that are there when it
 * begins. Each map that something is taken from is in the queue, once, with the range of it all;
 * from there it goes on to whatever attaches the map, other maps among them. So in one round an
 * attachment is looked at once for each of the few levels of maps, however many jobs there are, and
 * a job takes two rounds at most: others can make it wait for what is attached, and no longer.
 *
 * Mappings are only a cache of what maps say. To flush too much costs faults: what lies between two
 * ranges of a map goes with them.
 */
#include <core/paging.h>
#include <core/region.h>
#include <core/revoke.h>
#include <core/work.h>
#include <tenon/list.h>

/* A step of unmapping, which ends where a page table does, and its price. */
enum { STEP = LAYOUT_TABLE_SPAN_1, PAGES_PER_UNIT = 16, FLUSH_UNITS = 4 };

static struct tn_list jobs, queue;
static uint64_t last_job, round_end, done; /* numbers of jobs */

/* The map under way: what is taken from it, and the attachment that is next. */
static struct {
	struct region_map *map; /* NULL: none */
	struct region *next;
	uint64_t low, high;
	uint64_t passed; /* bytes of what `next` shows of it are done */
	bool destroyed, nested;
} now;

static struct region *region_of(struct tn_list_node *node)
{
	return node ? TN_CONTAINER_OF(node, struct region, in_dataspace) : NULL;
}

static struct region *next_attached(struct region_map *map, struct region *region)
{
	struct tn_list *regions = &map->dataspace->regions;
	return region_of(region ? tn_list_next(regions, &region->in_dataspace)
				: tn_list_first(regions));
}

static void add(struct region_map *map, uint64_t low, uint64_t high, bool destroyed, bool nested)
{
	if (!map->in_queue.next) {
		tn_list_append(&queue, &map->in_queue);
		map->low = low;
		map->high = high;
		map->taken_destroyed = destroyed;
		map->taken_nested = nested;
		return;
	}
	map->low = low < map->low ? low : map->low;
	map->high = high > map->high ? high : map->high;
	map->taken_destroyed = map->taken_destroyed && destroyed;
	map->taken_nested = map->taken_nested || nested;
}

static void begin_map(struct region_map *map)
{
	tn_list_remove(&map->in_queue);
	if (!map->dataspace)
		return; /* it ends, and nobody shows it any more */
	now.map = map;
	now.next = next_attached(map, NULL);
	now.low = map->low;
	now.high = map->high;
	now.passed = 0;
	now.destroyed = map->taken_destroyed;
	now.nested = map->taken_nested;
}

/* True: all of [address, address + size) of the attachment is done, of which *passed is. */
static bool flush(struct region *region, uint64_t address, uint64_t size, uint64_t *passed,
		  bool destroyed)
{
	uint64_t at = address + *passed, left = size - *passed, step = STEP - at % STEP;
	step = step < left ? step : left;
	*passed += step;
	work_spend((unsigned)(FLUSH_UNITS + step / TN_PAGE_SIZE / PAGES_PER_UNIT));
	port_region_flush(region, at, step, destroyed);
	return step == left;
}

static void pass_over(void)
{
	now.next = next_attached(now.map, now.next);
	now.passed = 0;
}

/* To one attachment. */
static void pass_on(struct region *region)
{
	uint64_t low = now.low > region->offset ? now.low : region->offset;
	uint64_t end = region->offset + region->size;
	uint64_t high = now.high < end ? now.high : end;
	uint64_t at = low - region->offset + region->address;
	work_spend(1);
	if (low >= high) {
		pass_over();
	} else if (!region->map->pd) {
		add(region->map, at, at + high - low, now.destroyed, now.nested);
		pass_over();
	} else if (flush(region, at, high - low, &now.passed, now.destroyed)) {
		if (now.nested)
			paging_retry_pd(region->map->pd, at, high - low);
		if (now.next == region)
			pass_over();
	}
}

static void begin_job(struct region *region)
{
	work_spend(1);
	tn_list_remove(&region->in_jobs);
	add(region->map, region->address, region_end(region), region->taken_destroyed,
	    region->dataspace->map != NULL);
}

/* Of the next round, if it is not of this one. */
static struct region *next_job(void)
{
	struct tn_list_node *node = tn_list_first(&jobs);
	struct region *region = node ? TN_CONTAINER_OF(node, struct region, in_jobs) : NULL;
	return region && region->job <= round_end ? region : NULL;
}

static void step(void)
{
	struct region *job;
	if (now.map && now.next)
		pass_on(now.next);
	else if (!tn_list_empty(&queue))
		begin_map(TN_CONTAINER_OF(tn_list_first(&queue), struct region_map, in_queue));
	else if ((now.map = NULL, job = next_job()))
		begin_job(job);
	else {
		done = round_end;
		round_end = last_job;
	}
}

bool revoke_piece(struct region *region, bool destroyed)
{
	if (!jobs.head.next) {
		tn_list_init(&jobs);
		tn_list_init(&queue);
	}
	if (!region->job) {
		region->job = ++last_job;
		region->leaving = true;
		region->taken_destroyed = destroyed;
		tn_list_append(&jobs, &region->in_jobs);
	}
	while (region->job > done) {
		if (!work_left())
			return false;
		step();
	}
	return true;
}

bool revoke_attachment(struct region *region)
{
	bool all = false;
	while (!all) {
		if (!work_left())
			return false;
		all = flush(region, region->address, region->size, &region->passed, false);
	}
	return true;
}

void revoke_forget_region(struct region *region)
{
	if (now.map && now.next == region)
		pass_over();
	tn_list_remove(&region->in_jobs);
}

void revoke_forget_map(struct region_map *map)
{
	tn_list_remove(&map->in_queue);
	if (now.map == map)
		now.map = NULL;
}
