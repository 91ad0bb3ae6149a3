/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * The first byte chooses: the rest is operations on a tree, checked after each, or on a ring
 * between whose operations a peer writes to the shared memory.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tenon/ring.h>
#include <tenon/tree.h>
#include <test/unit/tree_check.h>

#define REQUIRE(condition)        \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

enum { ITEMS = 64, KEYS = 32 };

struct item {
	struct tn_tree_node node;
	unsigned key;
	bool in;
};

static int order(const void *key, const struct tn_tree_node *node)
{
	unsigned wanted = *(const unsigned *)key;
	unsigned there = TN_CONTAINER_OF_CONST(node, struct item, node)->key;
	return (wanted > there) - (wanted < there);
}

static void require_sorted(const struct tn_tree *tree, unsigned count)
{
	unsigned last = 0;
	REQUIRE(tree_is_sound(tree));
	for (const struct tn_tree_node *node = tn_tree_first(tree); node;
	     node = tn_tree_next(node)) {
		unsigned key = TN_CONTAINER_OF_CONST(node, struct item, node)->key;
		REQUIRE(key >= last && count-- > 0);
		last = key;
	}
	REQUIRE(count == 0);
}

/* The first node not before a key and the last one before it stand side by side. */
static void require_bound(const struct tn_tree *tree, unsigned key)
{
	const struct tn_tree_node *at = tn_tree_lower_bound(tree, &key), *before;
	before = at ? tn_tree_previous(at) : tn_tree_last(tree);
	REQUIRE(!at || order(&key, at) <= 0);
	REQUIRE(!before || order(&key, before) > 0);
}

/* Two bytes each: an item, which is removed if it is in, and else put in with a key. */
static void fuzz_tree(const uint8_t *data, size_t size)
{
	struct item items[ITEMS];
	struct tn_tree tree = TN_TREE_INIT(order);
	unsigned count = 0;
	memset(items, 0, sizeof(items));
	for (; size >= 2; data += 2, size -= 2) {
		struct item *item = &items[data[0] % ITEMS];
		unsigned key = data[1] % KEYS;
		bool unique = data[1] & 0x80;
		if (item->in) {
			tn_tree_remove(&tree, &item->node);
			item->in = false;
			count--;
		} else {
			bool there = tn_tree_find(&tree, &key);
			tn_error error = TN_OK;
			item->key = key;
			if (unique)
				error = tn_tree_insert(&tree, &key, &item->node);
			else
				tn_tree_add(&tree, &key, &item->node);
			REQUIRE((error == TN_OK) == (!unique || !there));
			item->in = error == TN_OK;
			count += item->in;
		}
		require_sorted(&tree, count);
		require_bound(&tree, key);
	}
}

/* The memory is of just the size that it has to be: the sanitizer sees what goes beyond. */
static void fuzz_ring(const uint8_t *data, size_t size)
{
	struct tn_ring_writer writer;
	struct tn_ring_reader reader;
	uint8_t buffer[256 * 8];
	uint32_t n, record_size = 1 + data[0] % 8, capacity = 1 + data[0] / 8;
	size_t length = TN_RING_HEADER_SIZE + (size_t)record_size * capacity;
	unsigned char *memory = calloc(1, length);
	memset(buffer, 0, sizeof(buffer));
	REQUIRE(tn_ring_writer_init(&writer, memory, length, record_size, NULL) == TN_OK);
	REQUIRE(tn_ring_reader_init(&reader, memory, length, record_size, NULL) == TN_OK);
	for (data++, size--; size >= 6; data += 6, size -= 6) {
		uint32_t count = data[1];
		tn_error error = TN_OK;
		if (data[0] % 4 == 0)
			memcpy(memory + (data[1] & 1 ? 64 : 0), data + 2, 4);
		else if (data[0] % 4 == 1)
			memory[(data[1] + 256u * data[2]) % length] = data[3];
		else if (data[0] % 4 == 2)
			error = tn_ring_write(&writer, buffer, count, &n);
		else
			error = tn_ring_read(&reader, buffer, count, &n);
		REQUIRE(error == TN_OK || error == TN_ERR_PROTOCOL);
		REQUIRE(data[0] % 4 < 2 || (n <= count && n <= capacity));
	}
	free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] & 1)
		fuzz_tree(data + 1, size - 1);
	else
		fuzz_ring(data + 1, size - 1);
	return 0;
}
