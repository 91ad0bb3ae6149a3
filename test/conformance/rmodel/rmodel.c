/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Random operations on managed dataspaces, each compared with a model: maps that show memory and
 * each other, seen through attachments; what is attached, taken away, destroyed, and touched where
 * nothing is. A digest of all results ends up in the transcript, which is the same on each kernel.
 */
#include <tenon/config.h>
#include <tenon/rm.h>
#include <tenon/thread.h>

enum { PAGE = 4096, READ = TN_RIGHT_READ, WRITE = TN_RIGHT_WRITE };
enum { MAPS = 5, MEMORIES = 4, MAP_PAGES = 24, MEMORY_PAGES = 8, VIEWS = 6, NOTHING = -1 };

/* -- the model: what is at each page of a map, as attached there -- */

struct cell {
	int memory, map; /* one of them, or NOTHING */
	unsigned page;   /* of that */
	unsigned first;  /* where the attachment begins, in this map */
	uint32_t rights;
};

struct map {
	tn_region_map_cap map;
	tn_dataspace_cap dataspace;
	struct tn_signal signal;
	struct cell cells[MAP_PAGES];
};

struct memory {
	tn_dataspace_cap dataspace;
	volatile uint32_t *at;
	uint32_t words[MEMORY_PAGES]; /* the first one of each page */
};

struct view {
	volatile uint32_t *at; /* NULL: none */
	int map;
	unsigned first, count;
	uint32_t rights;
};

static struct map maps[MAPS];
static struct memory memories[MEMORIES];
static struct view views[VIEWS];
static tn_rm_cap rm;
static uint64_t state, digest = 0xcbf29ce484222325u;
static unsigned failures, faults_told, step;
static struct tn_region_fault told;
static unsigned filled_memory;

static uint32_t random_below(uint32_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % n;
}

static void note(uint64_t value)
{
	digest = (digest ^ value) * 0x100000001b3u;
}

static void expect(bool holds, const char *what, uint64_t a, uint64_t b)
{
	if (holds)
		return;
	if (!failures++)
		tn_transcript("not ok model: step %u: %s: %llx, expected %llx", step, what,
			      (unsigned long long)a, (unsigned long long)b);
}

static void expect_error(tn_error error, tn_error expected, const char *what)
{
	note(tn_error_number(error));
	expect(error == expected, what, tn_error_number(error), tn_error_number(expected));
}

static void must(tn_error error, const char *what)
{
	if (error == TN_OK)
		return;
	tn_transcript("not ok model: %s: %s", what, tn_error_text(error));
	tn_exit(1);
}

static bool empty(const struct cell *cell)
{
	return cell->memory == NOTHING && cell->map == NOTHING;
}

static void clear(struct cell *cell)
{
	*cell = (struct cell){ .memory = NOTHING, .map = NOTHING };
}

/* The cell that decides about a page of a map: memory, or where nothing is. */
static struct cell *walk(int map, unsigned page, uint32_t rights, int *where, unsigned *offset)
{
	for (;;) {
		struct cell *cell = &maps[map].cells[page];
		*where = map;
		*offset = page;
		if (empty(cell) || rights & ~cell->rights || cell->memory != NOTHING)
			return cell;
		map = cell->map;
		page = cell->page;
	}
}

static bool reaches(const struct cell *cell, uint32_t rights)
{
	return cell->memory != NOTHING && !(rights & ~cell->rights);
}

/* -- operations -- */

/* Maps show only those of lower numbers: no loops. */
static void attach(void)
{
	int target = (int)random_below(MAPS), inner = NOTHING, memory = NOTHING;
	unsigned source_pages = MEMORY_PAGES;
	if (random_below(3) == 0 && target > 0) {
		inner = (int)random_below((uint32_t)target);
		source_pages = MAP_PAGES;
	} else {
		memory = (int)random_below(MEMORIES);
	}
	unsigned page = random_below(source_pages);
	unsigned count = 1 + random_below(source_pages - page);
	unsigned at = random_below(MAP_PAGES);
	uint32_t rights = random_below(3) ? READ | WRITE : READ;
	tn_error expected = at + count > MAP_PAGES ? TN_ERR_ARGUMENT : TN_OK;
	for (unsigned i = 0; expected == TN_OK && i < count; i++)
		if (!empty(&maps[target].cells[at + i]))
			expected = TN_ERR_CONFLICT;
	uint64_t where, size;
	tn_dataspace_cap from =
		inner != NOTHING ? maps[inner].dataspace : memories[memory].dataspace;
	tn_error error = tn_region_map_attach(maps[target].map, from, (uint64_t)at * PAGE,
					      (uint64_t)page * PAGE, (uint64_t)count * PAGE, rights,
					      &where, &size);
	expect_error(error, expected, "attach");
	for (unsigned i = 0; error == TN_OK && i < count; i++)
		maps[target].cells[at + i] = (struct cell){ memory, inner, page + i, at, rights };
}

static void forget(struct map *map, unsigned first)
{
	for (unsigned i = first; i < MAP_PAGES; i++)
		if (!empty(&map->cells[i]) && map->cells[i].first == first)
			clear(&map->cells[i]);
}

static void detach(void)
{
	struct map *map = &maps[random_below(MAPS)];
	unsigned page = random_below(MAP_PAGES);
	uint64_t at = 0, size = 0;
	bool nothing = empty(&map->cells[page]);
	uint64_t first = (uint64_t)map->cells[page].first * PAGE;
	tn_error error = tn_region_map_detach(map->map, (uint64_t)page * PAGE, &at, &size);
	expect_error(error, nothing ? TN_ERR_NOT_FOUND : TN_OK, "detach");
	if (error != TN_OK)
		return;
	expect(at == first, "detached at", at, first);
	note(size);
	forget(map, (unsigned)(first / PAGE));
}

static void find(void)
{
	struct map *map = &maps[random_below(MAPS)];
	unsigned page = random_below(MAP_PAGES), count = 1 + random_below(MAP_PAGES);
	unsigned i = page;
	uint64_t at = 0, size = 0;
	uint32_t reserved = 0;
	while (i < MAP_PAGES && i < page + count && empty(&map->cells[i]))
		i++;
	bool nothing = i == MAP_PAGES || i == page + count;
	tn_error error = tn_region_map_find(map->map, (uint64_t)page * PAGE, (uint64_t)count * PAGE,
					    &at, &size, &reserved);
	expect_error(error, nothing ? TN_ERR_NOT_FOUND : TN_OK, "find");
	if (error == TN_OK)
		expect(at == (uint64_t)map->cells[i].first * PAGE, "found at", at,
		       (uint64_t)map->cells[i].first * PAGE);
}

static void view(void)
{
	struct view *view = &views[random_below(VIEWS)];
	void *at = NULL;
	if (view->at) {
		expect_error(tn_detach((const void *)(uintptr_t)view->at), TN_OK, "detach view");
		view->at = NULL;
		return;
	}
	view->map = (int)random_below(MAPS);
	view->first = random_below(MAP_PAGES);
	view->count = 1 + random_below(MAP_PAGES - view->first);
	view->rights = random_below(4) ? READ | WRITE : READ;
	tn_error error = tn_attach(maps[view->map].dataspace, (size_t)view->first * PAGE,
				   (size_t)view->count * PAGE, view->rights, &at);
	expect_error(error, TN_OK, "view");
	note((uintptr_t)at);
	view->at = at;
}

static void free_memory(struct memory *memory)
{
	tn_dataspace_free(memory->dataspace);
	for (unsigned m = 0; m < MAPS; m++)
		for (unsigned i = 0; i < MAP_PAGES; i++)
			if (maps[m].cells[i].memory == (int)(memory - memories))
				clear(&maps[m].cells[i]);
}

static void make_memory(struct memory *memory)
{
	void *at = NULL;
	must(tn_dataspace_alloc(MEMORY_PAGES * PAGE, &memory->dataspace), "allocation");
	must(tn_attach(memory->dataspace, 0, 0, READ | WRITE, &at), "own attachment");
	memory->at = at;
	for (unsigned i = 0; i < MEMORY_PAGES; i++)
		memory->words[i] = 0;
}

static void destroy_memory(void)
{
	struct memory *memory = &memories[random_below(MEMORIES)];
	free_memory(memory);
	make_memory(memory);
}

/* Without anybody's pager: it fails where nothing is. */
static void copy(struct view *view, unsigned page, uint32_t access)
{
	int where;
	unsigned offset;
	const struct cell *cell = walk(view->map, view->first + page, access, &where, &offset);
	bool there = !(access & ~view->rights) && reaches(cell, access);
	uint32_t word = (uint32_t)random_below(1u << 30);
	void *at = (void *)(uintptr_t)(view->at + page * (PAGE / 4));
	tn_error error = access == WRITE ? tn_guarded_copy(at, &word, sizeof(word))
					 : tn_guarded_copy(&word, at, sizeof(word));
	expect_error(error, there ? TN_OK : TN_ERR_FAULT, "copy");
	if (error != TN_OK || !there)
		return;
	struct memory *memory = &memories[cell->memory];
	if (access == WRITE)
		memory->words[cell->page] = word;
	expect(word == memory->words[cell->page], "word", word, memory->words[cell->page]);
	expect(memory->at[cell->page * (PAGE / 4)] == word, "memory's word",
	       memory->at[cell->page * (PAGE / 4)], word);
}

/* On the pager's entrypoint: fills the page, whatever was there before. */
static void faulted(void *argument)
{
	struct map *map = argument;
	struct tn_region_fault fault;
	uint64_t at, size;
	while (tn_region_map_fault_next(map->map, &fault) == TN_OK) {
		unsigned page = (unsigned)(fault.offset / PAGE);
		struct cell *cell = &map->cells[page];
		told = fault;
		faults_told++;
		if (!empty(cell)) { /* not with this right */
			must(tn_region_map_detach(map->map, fault.offset, &at, &size), "evict");
			forget(map, (unsigned)(at / PAGE));
		}
		/* First the model: with the page the other thread goes on. */
		*cell = (struct cell){ (int)filled_memory, NOTHING, page % MEMORY_PAGES, page,
				       READ | WRITE };
		must(tn_region_map_attach(map->map, memories[filled_memory].dataspace, fault.offset,
					  page % MEMORY_PAGES * PAGE, PAGE, READ | WRITE, &at,
					  &size),
		     "fill");
	}
}

/* For real: one fault if nothing is there, at the place that the model says. */
static void touch(struct view *view, unsigned page, uint32_t access)
{
	int where;
	unsigned offset;
	const struct cell *cell = walk(view->map, view->first + page, access, &where, &offset);
	if (access & ~view->rights)
		return; /* that would be our own fault */
	unsigned before = faults_told, expected = !reaches(cell, access);
	volatile uint32_t *at = view->at + page * (PAGE / 4);
	uint32_t word = (uint32_t)random_below(1u << 30);
	filled_memory = random_below(MEMORIES);
	if (access == WRITE)
		*at = word;
	else
		word = *at;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* the pager's thread has been here */
	expect(faults_told - before == expected, "faults", faults_told - before, expected);
	if (expected) {
		expect(told.offset == (uint64_t)offset * PAGE, "fault at", told.offset,
		       (uint64_t)offset * PAGE);
		expect(told.access == access, "access", told.access, access);
		note(told.offset + told.access);
	}
	cell = walk(view->map, view->first + page, access, &where, &offset);
	if (!reaches(cell, access)) {
		expect(false, "reached", 0, 1);
		return;
	}
	struct memory *memory = &memories[cell->memory];
	if (access == WRITE)
		memory->words[cell->page] = word;
	expect(word == memory->words[cell->page], "word", word, memory->words[cell->page]);
	note(word);
}

static void use(bool for_real)
{
	struct view *view = &views[random_below(VIEWS)];
	uint32_t access = random_below(2) ? WRITE : READ;
	unsigned page = random_below(MAP_PAGES);
	if (!view->at || page >= view->count)
		return;
	if (for_real)
		touch(view, page, access);
	else
		copy(view, page, access);
}

static void any(void)
{
	uint32_t which = random_below(100);
	if (which < 15)
		attach();
	else if (which < 30)
		detach();
	else if (which < 35)
		find();
	else if (which < 42)
		view();
	else if (which < 44)
		destroy_memory();
	else
		use(which < 70);
}

static void start(struct tn_entrypoint *entrypoint)
{
	static struct tn_session session;
	const struct tn_quota none = { 0, 0 };
	must(tn_session_open("RM", "", none, &tn_rm_interface, &session), "RM session");
	rm.handle = session.cap;
	for (unsigned i = 0; i < MEMORIES; i++)
		make_memory(&memories[i]);
	for (unsigned i = 0; i < MAPS; i++) {
		struct map *map = &maps[i];
		must(tn_rm_create(rm, MAP_PAGES * PAGE, &map->map, &map->dataspace), "map");
		for (unsigned page = 0; page < MAP_PAGES; page++)
			clear(&map->cells[page]);
		map->signal.handler = faulted;
		map->signal.argument = map;
		must(tn_signal_create(entrypoint, &map->signal), "signal");
		must(tn_region_map_fault_signal(map->map, map->signal.cap), "fault signal");
	}
}

static void end(void)
{
	for (unsigned i = 0; i < VIEWS; i++)
		if (views[i].at)
			(void)tn_detach((const void *)(uintptr_t)views[i].at);
	for (unsigned i = 0; i < MAPS; i++) {
		must(tn_rm_destroy(rm, maps[i].map), "destroy");
		tn_signal_destroy(&maps[i].signal);
		tn_cap_release(maps[i].map.handle);
		tn_cap_release(maps[i].dataspace.handle);
	}
	for (unsigned i = 0; i < MEMORIES; i++)
		tn_dataspace_free(memories[i].dataspace);
}

void component_construct(struct tn_env *env)
{
	struct tn_config config;
	struct tn_kdl_node node;
	struct tn_entrypoint *entrypoint;
	(void)env;
	tn_config_read(&config, "config", &node);
	uint64_t operations = tn_config_u64(&config, &node, "operations", 1000, 1, UINT32_MAX);
	state = tn_config_u64(&config, &node, "seed", 1, 0, UINT64_MAX);
	tn_config_end(&config);
	must(tn_entrypoint_create("pager", TN_PRIORITY_DEFAULT, &entrypoint), "entrypoint");
	start(entrypoint);
	for (step = 0; step < operations && !failures; step++)
		any();
	tn_transcript("%u operations, %u faults, digest %llx", step, faults_told,
		      (unsigned long long)digest);
	end();
	if (!failures)
		tn_transcript("ok model");
	tn_exit(failures != 0);
}
