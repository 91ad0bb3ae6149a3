/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <string.h>
#include <example/list.h>
#include <tenon/list.h>
#include <test/unit/check.h>

enum { ITEMS = 12, STEPS = 20000 };

struct item {
	long before; /* the node is not the first member: its offset counts */
	struct tn_list_node node;
	struct tn_queue_node queued;
};

/* What the list should be: indices of items in their order. */
struct model {
	unsigned at[ITEMS];
	unsigned count;
};

static struct item items[ITEMS];
static struct tn_list list = TN_LIST_INIT(list);
static struct model model;

static unsigned index_of(const struct tn_list_node *node)
{
	return (unsigned)(TN_CONTAINER_OF_CONST(node, struct item, node) - items);
}

static void model_insert(unsigned position, unsigned item)
{
	memmove(&model.at[position + 1], &model.at[position],
		(model.count - position) * sizeof(model.at[0]));
	model.at[position] = item;
	model.count++;
}

static unsigned model_find(unsigned item)
{
	unsigned position = 0;
	while (position < model.count && model.at[position] != item)
		position++;
	return position;
}

static void model_remove(unsigned position)
{
	model.count--;
	memmove(&model.at[position], &model.at[position + 1],
		(model.count - position) * sizeof(model.at[0]));
}

static void check_same(void)
{
	unsigned n = 0;
	CHECK(tn_list_empty(&list) == (model.count == 0));
	for (struct tn_list_node *at = tn_list_first(&list); at; at = tn_list_next(&list, at)) {
		CHECK(n < model.count && index_of(at) == model.at[n]);
		n++;
	}
	CHECK(n == model.count);
	for (struct tn_list_node *at = tn_list_last(&list); at; at = tn_list_previous(&list, at)) {
		n--;
		CHECK(index_of(at) == model.at[n]);
	}
	CHECK(n == 0);
}

static void insert(unsigned item, unsigned how, unsigned position)
{
	struct tn_list_node *node = &items[item].node;
	if (how == 0 || model.count == 0) {
		tn_list_append(&list, node);
		model_insert(model.count, item);
	} else if (how == 1) {
		tn_list_prepend(&list, node);
		model_insert(0, item);
	} else if (how == 2) {
		tn_list_insert_before(&items[model.at[position]].node, node);
		model_insert(position, item);
	} else {
		tn_list_insert_after(&items[model.at[position]].node, node);
		model_insert(position + 1, item);
	}
}

static void random_operations(void)
{
	uint64_t random = 1;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned item = check_random(&random, ITEMS), position = model_find(item);
		CHECK(tn_list_linked(&items[item].node) == (position < model.count));
		if (position < model.count) {
			tn_list_remove(&items[item].node);
			model_remove(position);
			tn_list_remove(&items[item].node); /* does nothing */
		} else {
			insert(item, check_random(&random, 4),
			       model.count ? check_random(&random, model.count) : 0);
		}
		check_same();
		if (check_reason[0])
			return;
	}
	for (unsigned n = 0; n < model.count; n++)
		CHECK(index_of(tn_list_take_first(&list)) == model.at[n]);
	CHECK(!tn_list_take_first(&list) && !tn_list_first(&list) && !tn_list_last(&list));
}

static void append_all(void)
{
	for (unsigned split = 0; split <= 4; split++) {
		struct tn_list a, b;
		struct tn_list_node nodes[4] = { { NULL, NULL } };
		unsigned n = 0;
		tn_list_init(&a);
		tn_list_init(&b);
		for (unsigned i = 0; i < 4; i++)
			tn_list_append(i < split ? &a : &b, &nodes[i]);
		tn_list_append_all(&a, &b);
		CHECK(tn_list_empty(&b));
		while (!tn_list_empty(&a))
			CHECK(tn_list_take_first(&a) == &nodes[n++]);
		CHECK(n == 4);
	}
}

static void queue(void)
{
	struct tn_queue queue = { NULL, NULL };
	uint64_t random = 2;
	unsigned first = 1u << 31, next = first; /* of the numbers that are in it */
	static unsigned number[ITEMS];
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned slot = 0;
		bool put_first = check_random(&random, 4) == 0;
		while (slot < ITEMS && number[slot])
			slot++;
		CHECK(tn_queue_empty(&queue) == (first == next));
		if (slot < ITEMS && check_random(&random, 2)) {
			number[slot] = put_first ? --first : next++;
			if (put_first)
				tn_queue_put_first(&queue, &items[slot].queued);
			else
				tn_queue_put(&queue, &items[slot].queued);
		} else if (first != next) {
			struct tn_queue_node *node = tn_queue_first(&queue);
			unsigned taken =
				(unsigned)(TN_CONTAINER_OF(node, struct item, queued) - items);
			CHECK(tn_queue_take(&queue) == node && number[taken] == first++);
			number[taken] = 0;
		} else {
			CHECK(!tn_queue_first(&queue) && !tn_queue_take(&queue));
		}
		slot = 0;
		for (const struct tn_queue_node *node = tn_queue_first(&queue); node;
		     node = tn_queue_next(node))
			slot++;
		CHECK(slot == next - first);
	}
}

static void example(void)
{
	struct tn_list jobs = TN_LIST_INIT(jobs);
	struct example_job job[4] = { { 1, { NULL, NULL } },
				      { 9, { NULL, NULL } },
				      { 2, { NULL, NULL } },
				      { 3, { NULL, NULL } } };
	for (unsigned i = 0; i < 4; i++)
		tn_list_append(&jobs, &job[i].waiting);
	CHECK(example_list(&jobs, 3) == 3);
	CHECK(tn_list_first(&jobs) == &job[1].waiting && tn_list_last(&jobs) == &job[1].waiting);
}

int main(void)
{
	static const struct check_case cases[] = {
		{ "random-operations", random_operations },
		{ "append-all", append_all },
		{ "queue", queue },
		{ "example", example },
	};
	return CHECK_ALL("list", cases);
}
