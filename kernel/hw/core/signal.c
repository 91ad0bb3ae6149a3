/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Kernel signal objects, cut from frames that are donated one by one. */
#include <hw_core.h>

struct signal_frame {
	struct tn_list_node in_room; /* if some are free */
	struct tn_tree_node by_name; /* of its frame */
	uint64_t frame;
	uint64_t used; /* one bit each */
};

_Static_assert(HW_SIGNALS_PER_FRAME == 64, "one word says which are in use");

static int order(const void *key, const struct tn_tree_node *node)
{
	uint64_t frame = *(const uint64_t *)key;
	const struct signal_frame *f = TN_CONTAINER_OF_CONST(node, struct signal_frame, by_name);
	return (frame > f->frame) - (frame < f->frame);
}

static struct tn_list room;
static struct tn_tree frames = TN_TREE_INIT(order);

static struct signal_frame *with_room(void)
{
	if (!room.head.next)
		tn_list_init(&room);
	if (!tn_list_empty(&room))
		return TN_CONTAINER_OF(tn_list_first(&room), struct signal_frame, in_room);
	struct signal_frame *f = core_alloc(sizeof(*f));
	if (!f)
		return NULL;
	f->frame = frames_alloc(1);
	if (!f->frame || hw_call2(HW_SIGNAL_FRAME, f->frame, 0).status != HW_OK) {
		if (f->frame)
			frames_free(f->frame, 1);
		core_free(f, sizeof(*f));
		return NULL;
	}
	tn_list_append(&room, &f->in_room);
	tn_tree_add(&frames, &f->frame, &f->by_name);
	return f;
}

uint64_t signal_create(uint64_t thread, uint64_t badge)
{
	struct signal_frame *f = with_room();
	if (!f)
		return 0;
	unsigned i = (unsigned)__builtin_ctzll(~f->used);
	uint64_t signal = f->frame + i * HW_SIGNAL_SIZE;
	if (hw_call6(HW_SIGNAL_CREATE, signal, thread, badge, 0, 0).status != HW_OK)
		return 0;
	f->used |= 1ull << i;
	if (!~f->used)
		tn_list_remove(&f->in_room);
	return signal;
}

void signal_destroy(uint64_t signal)
{
	uint64_t frame = signal & ~(uint64_t)(HW_PAGE_SIZE - 1);
	struct tn_tree_node *node = tn_tree_find(&frames, &frame);
	if (!node)
		return;
	struct signal_frame *f = TN_CONTAINER_OF(node, struct signal_frame, by_name);
	hw_call2(HW_SIGNAL_DESTROY, signal, 0);
	if (!~f->used)
		tn_list_append(&room, &f->in_room);
	f->used &= ~(1ull << ((signal - frame) / HW_SIGNAL_SIZE));
	if (f->used)
		return;
	hw_call2(HW_SIGNAL_FRAME_FREE, frame, 0);
	frames_free(frame, 1);
	tn_list_remove(&f->in_room);
	tn_tree_remove(&frames, node);
	core_free(f, sizeof(*f));
}

tn_error port_object_create(struct object *object)
{
	if (object->kind != OBJECT_SIGNAL)
		return TN_OK;
	object->port.signal = signal_create(object->entrypoint->port.thread, object->key);
	return object->port.signal ? TN_OK : TN_ERR_LIMIT;
}

void port_object_destroy(struct object *object)
{
	if (object->port.signal)
		signal_destroy(object->port.signal);
	object->port.signal = 0;
}

/* The kernel's signal object keeps what was submitted. */
bool port_signal_pending(const struct cap *cap)
{
	(void)cap;
	return false;
}

void port_core_submit(struct cap *cap)
{
	hw_call2(HW_SIGNAL, cap->handle, 0);
}
