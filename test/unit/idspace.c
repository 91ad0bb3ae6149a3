/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdlib.h>
#include <example/idspace.h>
#include <test/unit/check.h>
#include <tenon/idspace.h>

enum { IDS = 4000, LARGEST = 64 };

/* Every id that was ever given, and what it should find. */
static struct given {
	tn_id id;
	void *object;
} given[IDS];
static unsigned count, used;
static int objects[IDS];

static void check_all_ids(const struct tn_idspace *space)
{
	unsigned n = 0;
	tn_id id = 0;
	for (unsigned i = 0; i < count; i++)
		CHECK(tn_idspace_find(space, given[i].id) == given[i].object);
	for (void *object = tn_idspace_next(space, &id); object;
	     object = tn_idspace_next(space, &id)) {
		CHECK(tn_idspace_find(space, id) == object);
		n++;
	}
	CHECK(id == 0 && n == used && space->used == used);
}

static void add(struct tn_idspace *space)
{
	tn_id id = 77;
	tn_error error = tn_idspace_add(space, &objects[count], &id);
	if (used == space->capacity) {
		CHECK(error == TN_ERR_LIMIT && id == 0);
		return;
	}
	CHECK(error == TN_OK && id != 0);
	for (unsigned i = 0; i < count; i++)
		CHECK(given[i].id != id);
	given[count] = (struct given){ id, &objects[count] };
	count++;
	used++;
}

/* Memory that is neither zeroed nor larger than said. */
static struct tn_idspace_slot *table_of(uint32_t capacity)
{
	struct tn_idspace_slot *slots = malloc(capacity * sizeof(*slots));
	for (uint32_t i = 0; i < capacity; i++)
		slots[i] = (struct tn_idspace_slot){ &objects, 1, i };
	return slots;
}

static void grow(struct tn_idspace *space)
{
	struct tn_idspace_slot *old = space->slots, *new = table_of(space->capacity * 2);
	CHECK(tn_idspace_grow(space, new, space->capacity) == TN_ERR_ARGUMENT);
	CHECK(tn_idspace_grow(space, new, space->capacity * 2) == TN_OK);
	free(old);
}

static void random_operations(void)
{
	struct tn_idspace space;
	uint64_t random = 1;
	tn_idspace_init(&space, table_of(4), 4);
	check_all_ids(&space);
	while (count < IDS && !check_reason[0]) {
		struct given *some = &given[count ? check_random(&random, count) : 0];
		if (check_random(&random, 2)) {
			add(&space);
		} else if (count && (some->object || check_random(&random, 50) == 0)) {
			CHECK(tn_idspace_remove(&space, some->id) == some->object);
			used -= some->object != NULL;
			some->object = NULL;
		}
		if (used == space.capacity && used < LARGEST && check_random(&random, 4) == 0)
			grow(&space);
		if (check_random(&random, 16) == 0)
			check_all_ids(&space);
	}
	free(space.slots);
}

static void made_up_ids_find_nothing(void)
{
	struct tn_idspace_slot slots[3];
	struct tn_idspace space;
	uint64_t random = 2;
	tn_id id, valid;
	int object;
	tn_idspace_init(&space, slots, 3);
	CHECK(!tn_idspace_find(&space, 0) && !tn_idspace_find(&space, (tn_id)1 << 32));
	CHECK(tn_idspace_add(&space, NULL, &id) == TN_ERR_ARGUMENT && id == 0);
	CHECK(tn_idspace_add(&space, &object, &valid) == TN_OK);
	for (unsigned i = 0; i < 100000; i++) {
		id = (tn_id)check_random(&random, 4) << 32 | check_random(&random, 5);
		id ^= check_random(&random, 2) ? (tn_id)1 << check_random(&random, 64) : 0;
		CHECK(tn_idspace_find(&space, id) == (id == valid ? &object : NULL));
		CHECK(id == valid || !tn_idspace_remove(&space, id));
	}
	id = UINT64_MAX;
	CHECK(!tn_idspace_next(&space, &id) && id == 0);
}

static void generations_wrap_past_0(void)
{
	struct tn_idspace_slot slot;
	struct tn_idspace space;
	tn_id id;
	int object;
	tn_idspace_init(&space, &slot, 1);
	CHECK(tn_idspace_add(&space, &object, &id) == TN_OK);
	CHECK(tn_idspace_remove(&space, id) == &object);
	slot.generation = UINT32_MAX;
	CHECK(tn_idspace_add(&space, &object, &id) == TN_OK && id == (tn_id)UINT32_MAX << 32);
	CHECK(tn_idspace_remove(&space, id) == &object);
	CHECK(tn_idspace_add(&space, &object, &id) == TN_OK && id == (tn_id)1 << 32);
}

static void without_table(void)
{
	struct tn_idspace_slot slot;
	struct tn_idspace space;
	tn_id id;
	tn_idspace_init(&space, NULL, 0);
	CHECK(tn_idspace_add(&space, &slot, &id) == TN_ERR_LIMIT);
	CHECK(!tn_idspace_find(&space, 1) && !tn_idspace_next(&space, &id));
	CHECK(tn_idspace_grow(&space, &slot, 1) == TN_OK);
	CHECK(tn_idspace_add(&space, &slot, &id) == TN_OK);
}

static void example(void)
{
	struct tn_idspace_slot small[1], larger[16];
	struct tn_idspace space;
	tn_id id[2];
	tn_idspace_init(&space, small, 1);
	for (unsigned i = 0; i < 2; i++)
		CHECK(example_add(&space, larger, &id[i], &id[i]) == TN_OK);
	CHECK(example_close(&space, id[0]) == TN_OK);
	CHECK(example_close(&space, id[0]) == TN_ERR_NOT_FOUND);
	CHECK(tn_idspace_find(&space, id[1]) == &id[1]);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "random-operations", random_operations },
		{ "made-up-ids-find-nothing", made_up_ids_find_nothing },
		{ "generations-wrap-past-0", generations_wrap_past_0 },
		{ "without-table", without_table },
		{ "example", example },
	};
	return CHECK_ALL("idspace", cases);
}
