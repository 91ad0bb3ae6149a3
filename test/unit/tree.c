/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <stdlib.h>
#include <string.h>
#include <example/tree.h>
#include <tenon/tree.h>
#include <test/unit/check.h>
#include <test/unit/tree_check.h>

enum { ITEMS = 200, KEYS = 100, MANY = 20000 };

struct item {
	uint32_t key, order; /* order: among equal keys, that of insertion */
	struct tn_tree_node node;
};

static struct item items[ITEMS];
static struct item *sorted[ITEMS];
static unsigned count, insertions;

static int order(const void *key, const struct tn_tree_node *node)
{
	uint32_t wanted = *(const uint32_t *)key;
	uint32_t there = TN_CONTAINER_OF_CONST(node, struct item, node)->key;
	return (wanted > there) - (wanted < there);
}

static struct tn_tree tree = TN_TREE_INIT(order);

/* The first that is not before the key; with `behind`, that is behind it. */
static struct tn_tree_node *model_bound(uint32_t key, bool behind)
{
	for (unsigned i = 0; i < count; i++)
		if (sorted[i]->key > key || (!behind && sorted[i]->key == key))
			return &sorted[i]->node;
	return NULL;
}

static void model_add(struct item *item)
{
	unsigned at = count++;
	for (; at && sorted[at - 1]->key > item->key; at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = item;
}

static void model_remove(const struct item *item)
{
	unsigned at = 0;
	while (sorted[at] != item)
		at++;
	count--;
	memmove(&sorted[at], &sorted[at + 1], (count - at) * sizeof(sorted[0]));
}

static void check_same(uint32_t key)
{
	unsigned n = 0;
	struct tn_tree_node *lower = tn_tree_lower_bound(&tree, &key);
	CHECK(tree_is_sound(&tree));
	CHECK(tn_tree_empty(&tree) == (count == 0));
	for (struct tn_tree_node *node = tn_tree_first(&tree); node; node = tn_tree_next(node))
		CHECK(n < count && node == &sorted[n++]->node);
	CHECK(n == count);
	for (struct tn_tree_node *node = tn_tree_last(&tree); node; node = tn_tree_previous(node))
		CHECK(n && node == &sorted[--n]->node);
	CHECK(n == 0);
	CHECK(lower == model_bound(key, false));
	CHECK(tn_tree_upper_bound(&tree, &key) == model_bound(key, true));
	CHECK(tn_tree_find(&tree, &key) == (lower && order(&key, lower) == 0 ? lower : NULL));
}

static void add(struct item *item, uint32_t key, bool unique)
{
	item->key = key;
	item->order = insertions++;
	if (!unique) {
		tn_tree_add(&tree, &key, &item->node);
		model_add(item);
		return;
	}
	bool there = tn_tree_find(&tree, &key);
	tn_error error = tn_tree_insert(&tree, &key, &item->node);
	CHECK(error == (there ? TN_ERR_CONFLICT : TN_OK));
	if (!there)
		model_add(item);
}

static bool in_model(const struct item *item)
{
	for (unsigned i = 0; i < count; i++)
		if (sorted[i] == item)
			return true;
	return false;
}

static void random_with(uint64_t seed, unsigned limit, uint32_t keys)
{
	for (unsigned step = 0; step < 4000 && !check_reason[0]; step++) {
		struct item *item = &items[check_random(&seed, limit)];
		if (in_model(item)) {
			tn_tree_remove(&tree, &item->node);
			model_remove(item);
			tn_tree_remove(&tree, &item->node); /* does nothing */
		} else {
			add(item, check_random(&seed, keys), check_random(&seed, 2));
		}
		if (!check_reason[0])
			check_same(check_random(&seed, keys));
	}
	while (count) {
		tn_tree_remove(&tree, &sorted[0]->node);
		model_remove(sorted[0]);
	}
}

/* Small trees go through all shapes often; equal keys abound in others. */
static void random_operations(void)
{
	random_with(1, 4, 8);
	random_with(2, 9, 5);
	random_with(3, 40, KEYS);
	random_with(4, ITEMS, KEYS);
	random_with(5, ITEMS, 1000000);
}

/* Each order of insertion of six nodes, and each node removed of each resulting tree. */
static void all_small_trees(void)
{
	enum { N = 6, FACTORIAL = 720 };
	for (unsigned permutation = 0; permutation < FACTORIAL; permutation++) {
		for (uint32_t removed = 0; removed < N; removed++) {
			struct item node[N];
			bool used[N] = { false };
			unsigned code = permutation, n = 0;
			struct tn_tree small = TN_TREE_INIT(order);
			for (unsigned left = N; left; left--) {
				unsigned skip = code % left, k = 0;
				code /= left;
				for (;; k++)
					if (!used[k] && !skip--)
						break;
				used[k] = true;
				node[k].key = k;
				CHECK(tn_tree_insert(&small, &node[k].key, &node[k].node) == TN_OK);
			}
			tn_tree_remove(&small, &node[removed].node);
			CHECK(tree_is_sound(&small));
			for (const struct tn_tree_node *at = tn_tree_first(&small); at;
			     at = tn_tree_next(at), n++)
				CHECK(at == &node[n + (n >= removed)].node);
			CHECK(n == N - 1);
		}
	}
}

/* In ascending and descending order, as a list would degenerate. */
static void many_in_order(void)
{
	struct item *many = calloc(MANY, sizeof(*many));
	for (unsigned up = 0; up < 2; up++) {
		struct tn_tree large = TN_TREE_INIT(order);
		for (uint32_t i = 0; i < MANY; i++) {
			many[i].key = up ? i : MANY - i;
			CHECK(tn_tree_insert(&large, &many[i].key, &many[i].node) == TN_OK);
		}
		CHECK(tree_is_sound(&large));
		CHECK(tree_height(&large) <= 20); /* 1.44 log2(20002) */
		for (uint32_t i = 0; i < MANY; i++) {
			tn_tree_remove(&large, tn_tree_first(&large));
			CHECK(i % 1000 || tree_is_sound(&large));
		}
		CHECK(tn_tree_empty(&large));
	}
	free(many);
}

static void empty(void)
{
	struct tn_tree none;
	struct tn_tree_node node = { { NULL, NULL }, NULL, 0 };
	uint32_t key = 1;
	tn_tree_init(&none, order);
	tn_tree_remove(&none, &node);
	CHECK(!tn_tree_first(&none) && !tn_tree_last(&none) && !tn_tree_find(&none, &key));
	CHECK(!tn_tree_lower_bound(&none, &key) && !tn_tree_upper_bound(&none, &key));
}

static void example(void)
{
	static struct example_alarm alarm[3];
	example_set(&alarm[0], 30);
	example_set(&alarm[1], 10);
	example_set(&alarm[2], 10);
	example_set(&alarm[0], 20);
	CHECK(example_tree(15) == 2);
	CHECK(tn_tree_first(&example_alarms) == &alarm[0].node);
	CHECK(example_tree(21) == 1 && tn_tree_empty(&example_alarms));
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "empty", empty },
		{ "all-small-trees", all_small_trees },
		{ "random-operations", random_operations },
		{ "many-in-order", many_in_order },
		{ "example", example },
	};
	return CHECK_ALL("tree", cases);
}
