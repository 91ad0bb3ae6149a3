/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/channel.h>
#include <core/object.h>
#include <core/services.h>
#include <core/work.h>

enum { STEP_UNITS = 64 };

static struct tn_list objects; /* that end */
static bool wanted;
static int left;

void work_begin(void)
{
	left = STEP_UNITS;
}

bool work_left(void)
{
	return left > 0;
}

void work_spend(unsigned units)
{
	left -= (int)units;
}

void work_add(struct object *object)
{
	if (!objects.head.next)
		tn_list_init(&objects);
	if (!object->in_work.next)
		tn_list_append(&objects, &object->in_work);
}

void work_wanted(void)
{
	wanted = true;
}

bool core_work_pending(void)
{
	return wanted || (objects.head.next && !tn_list_empty(&objects));
}

/* The objects take turns. */
bool core_work(void)
{
	work_begin();
	if (wanted) {
		wanted = false;
		channels_step();
		time_step();
		log_step();
	}
	struct tn_list_node *node = objects.head.next ? tn_list_first(&objects) : NULL;
	if (node && work_left()) {
		struct object *object = TN_CONTAINER_OF(node, struct object, in_work);
		tn_list_remove(node);
		tn_list_append(&objects, node);
		object_step(object);
	}
	return core_work_pending();
}
