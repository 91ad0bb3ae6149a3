/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include "pager.h"
#include <tenon/text.h>

enum { MAPS = 24 };

static struct map {
	bool used;
	uint64_t size;
	enum pager_mode mode;
	tn_region_map_cap map;
	tn_dataspace_cap dataspace, backing, copies;
	unsigned char *at, *copies_at;
	uint32_t faults, post_at;
	char event[32];
	struct tn_region_fault last;
	struct tn_signal signal;
} maps[MAPS];

static struct tn_env *own_env;
static tn_rm_cap rm;

static struct map *find(uint32_t i)
{
	return i < MAPS && maps[i].used ? &maps[i] : NULL;
}

static tn_error put(struct map *map, tn_dataspace_cap from, uint64_t offset, uint64_t size,
		    uint32_t rights)
{
	uint64_t at, attached;
	return tn_region_map_attach(map->map, from, offset, offset, size, rights, &at, &attached);
}

static void take(struct map *map, uint64_t offset)
{
	uint64_t at, size;
	tn_error error = tn_region_map_detach(map->map, offset, &at, &size);
	(void)error; /* nothing may be there */
}

static void copy(struct map *map, uint64_t offset)
{
	memcpy(map->copies_at + offset, map->at + offset, PAGE);
	take(map, offset);
	TN_MUST(put(map, map->copies, offset, PAGE, READ | WRITE));
}

static void resolve(struct map *map, const struct tn_region_fault *fault)
{
	switch (map->mode) {
	case PAGER_HOLDS:
		break;
	case PAGER_FILLS:
		TN_MUST(put(map, map->backing, fault->offset, PAGE, READ | WRITE));
		break;
	case PAGER_FILLS_READ_ONLY:
		TN_MUST(put(map, map->backing, fault->offset, PAGE, READ));
		break;
	case PAGER_COPIES:
		if (fault->access == WRITE)
			copy(map, fault->offset);
		else
			TN_MUST(put(map, map->backing, fault->offset, PAGE, READ));
		break;
	}
}

static void faulted(void *argument)
{
	struct map *map = argument;
	while (tn_region_map_fault_next(map->map, &map->last) == TN_OK) {
		map->faults++;
		resolve(map, &map->last);
		if (map->faults == map->post_at)
			tn_actor_post(map->event);
	}
}

static tn_error backing(struct map *map, tn_dataspace_cap *dataspace, unsigned char **at)
{
	void *address = NULL;
	tn_error error = tn_dataspace_alloc(map->size, dataspace);
	if (error == TN_OK)
		error = tn_attach(*dataspace, 0, 0, READ | WRITE, &address);
	*at = address;
	return error;
}

static tn_error create(void *self, struct tn_request *request, uint64_t size, uint32_t *number,
		       tn_dataspace_cap *dataspace)
{
	uint32_t i = 0;
	(void)self;
	(void)request;
	while (i < MAPS && maps[i].used)
		i++;
	if (i == MAPS)
		return TN_ERR_LIMIT;
	struct map *map = &maps[i];
	*map = (struct map){ .used = true, .size = size };
	TN_MUST(tn_rm_create(rm, size, &map->map, &map->dataspace));
	TN_MUST(backing(map, &map->backing, &map->at));
	map->signal.handler = faulted;
	map->signal.argument = map;
	TN_MUST(tn_signal_create(tn_env_entrypoint(own_env), &map->signal));
	TN_MUST(tn_region_map_fault_signal(map->map, map->signal.cap));
	*number = i;
	*dataspace = map->dataspace;
	return TN_OK;
}

static tn_error mode(void *self, struct tn_request *request, uint32_t i, uint32_t value)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map)
		return TN_ERR_ARGUMENT;
	map->mode = (enum pager_mode)value;
	if (value == PAGER_COPIES && !map->copies_at)
		return backing(map, &map->copies, &map->copies_at);
	return TN_OK;
}

static tn_error faults(void *self, struct tn_request *request, uint32_t i, uint32_t *count,
		       struct tn_region_fault *last)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map)
		return TN_ERR_ARGUMENT;
	*count = map->faults;
	*last = map->last;
	return TN_OK;
}

static tn_error fill(void *self, struct tn_request *request, uint32_t i, uint64_t offset,
		     uint64_t size, uint32_t rights)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	return map ? put(map, map->backing, offset, size, rights) : TN_ERR_ARGUMENT;
}

static tn_error evict(void *self, struct tn_request *request, uint32_t i, uint64_t offset)
{
	uint64_t at, size;
	struct map *map = find(i);
	(void)self;
	(void)request;
	return map ? tn_region_map_detach(map->map, offset, &at, &size) : TN_ERR_ARGUMENT;
}

static tn_error nest(void *self, struct tn_request *request, uint32_t i, uint32_t inner,
		     uint64_t at)
{
	uint64_t attached_at, size;
	struct map *map = find(i), *other = find(inner);
	(void)self;
	(void)request;
	if (!map || !other)
		return TN_ERR_ARGUMENT;
	return tn_region_map_attach(map->map, other->dataspace, at, 0, 0, READ | WRITE | EXECUTE,
				    &attached_at, &size);
}

static tn_error peek(void *self, struct tn_request *request, uint32_t i, uint64_t offset,
		     uint32_t *word)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map || offset > map->size - sizeof(*word))
		return TN_ERR_ARGUMENT;
	memcpy(word, map->at + offset, sizeof(*word));
	return TN_OK;
}

static tn_error poke(void *self, struct tn_request *request, uint32_t i, uint64_t offset,
		     uint32_t word)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map || offset > map->size - sizeof(word))
		return TN_ERR_ARGUMENT;
	memcpy(map->at + offset, &word, sizeof(word));
	return TN_OK;
}

static tn_error free_backing(void *self, struct tn_request *request, uint32_t i)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map)
		return TN_ERR_ARGUMENT;
	tn_dataspace_free(map->backing);
	return backing(map, &map->backing, &map->at);
}

static tn_error destroy(void *self, struct tn_request *request, uint32_t i)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map)
		return TN_ERR_ARGUMENT;
	tn_error error;
	do
		error = tn_rm_destroy(rm, map->map);
	while (error == TN_ERR_AGAIN);
	tn_signal_destroy(&map->signal);
	tn_cap_release(map->map.handle);
	tn_cap_release(map->dataspace.handle);
	tn_dataspace_free(map->backing);
	if (map->copies_at)
		tn_dataspace_free(map->copies);
	map->used = false;
	return error;
}

static tn_error echo(void *self, struct tn_request *request, const void *in, size_t in_length,
		     void *out, size_t *out_length)
{
	(void)self;
	(void)request;
	memcpy(out, in, in_length);
	*out_length = in_length;
	return TN_OK;
}

static tn_error post_at(void *self, struct tn_request *request, uint32_t i, uint32_t count,
			const char *event)
{
	struct map *map = find(i);
	(void)self;
	(void)request;
	if (!map)
		return TN_ERR_ARGUMENT;
	if (map->faults >= count) {
		tn_actor_post(event);
		return TN_OK;
	}
	map->post_at = count;
	tn_text_copy_cut(map->event, sizeof(map->event), event);
	return TN_OK;
}

void play_pager(struct tn_env *env)
{
	static const struct pager_ops ops = {
		.create = create,
		.mode = mode,
		.faults = faults,
		.fill = fill,
		.evict = evict,
		.nest = nest,
		.peek = peek,
		.poke = poke,
		.free_backing = free_backing,
		.destroy = destroy,
		.echo = echo,
		.post_at = post_at,
	};
	static struct tn_object object;
	static struct tn_session session;
	const struct tn_quota none = { 0, 0 };
	pager_cap cap;
	own_env = env;
	TN_MUST(tn_session_open("RM", "", none, &tn_rm_interface, &session));
	rm.handle = session.cap;
	TN_MUST(pager_serve(tn_env_entrypoint(env), &object, &ops, NULL, &cap));
	tn_actor_put(tn_env_name(env), cap.handle);
}
