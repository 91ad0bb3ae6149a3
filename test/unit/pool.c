/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdlib.h>
#include <string.h>
#include <example/pool.h>
#include <tenon/pool.h>
#include <test/unit/check.h>

enum { MOST = 20 };

static void random_with(size_t object_size, size_t size)
{
	unsigned char *memory = malloc(size);
	void *objects[MOST + 1] = { NULL };
	struct tn_pool pool;
	uint64_t random = size;
	size_t used = 0;
	CHECK(tn_pool_init(&pool, memory, size, object_size) == TN_OK && pool.capacity <= MOST);
	for (unsigned step = 0; step < 5000; step++) {
		unsigned i = check_random(&random, MOST + 1);
		if (objects[i]) {
			const unsigned char *bytes = objects[i];
			for (size_t k = 0; k < object_size; k++)
				CHECK(bytes[k] == i);
			tn_pool_free(&pool, objects[i]);
			objects[i] = NULL;
			used--;
		} else {
			tn_error error = tn_pool_alloc(&pool, &objects[i]);
			CHECK(error == (used < pool.capacity ? TN_OK : TN_ERR_LIMIT));
			CHECK(!objects[i] == (error != TN_OK));
			CHECK(!objects[i] || tn_pool_contains(&pool, objects[i]));
			if (objects[i])
				memset(objects[i], (int)i, object_size);
			used += objects[i] != NULL;
		}
		CHECK(pool.used == used);
	}
	free(memory);
}

static void random_operations(void)
{
	random_with(1, 100);
	random_with(8, 8);
	random_with(24, 24 * MOST);
	random_with(13, 16 * 7 + 15);
}

static void bad_memory(void)
{
	uint64_t memory[4];
	struct tn_pool pool;
	CHECK(tn_pool_init(&pool, memory, 32, 0) == TN_ERR_ARGUMENT);
	CHECK(tn_pool_init(&pool, memory, 32, 33) == TN_ERR_ARGUMENT);
	CHECK(tn_pool_init(&pool, memory, 7, 1) == TN_ERR_ARGUMENT);
	CHECK(tn_pool_init(&pool, memory, SIZE_MAX, SIZE_MAX) == TN_ERR_ARGUMENT);
	CHECK(tn_pool_init(&pool, (char *)memory + 1, 31, 8) == TN_ERR_ARGUMENT);
}

static void contains(void)
{
	uint64_t memory[8];
	struct tn_pool pool;
	CHECK(tn_pool_init(&pool, &memory[1], 7 * 8, 16) == TN_OK && pool.capacity == 3);
	CHECK(tn_pool_contains(&pool, &memory[1]) && tn_pool_contains(&pool, &memory[5]));
	CHECK(!tn_pool_contains(&pool, &memory[0]) && !tn_pool_contains(&pool, &memory[2]));
	CHECK(!tn_pool_contains(&pool, &memory[7]) && !tn_pool_contains(&pool, NULL));
	CHECK(!tn_pool_contains(&pool, (char *)&memory[1] + 1));
	tn_pool_free(&pool, NULL);
	CHECK(pool.used == 0);
}

static void example(void)
{
	CHECK(example_pool() == 8);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "random-operations", random_operations },
		{ "bad-memory", bad_memory },
		{ "contains", contains },
		{ "example", example },
	};
	return CHECK_ALL("pool", cases);
}
