/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Kernel signal objects, cut from frames that are donated one by one. */
#include <hw_core.h>

struct signal_frame {
	struct list_node in_frames;
	uint64_t frame;
	uint64_t used; /* one bit each */
};

_Static_assert(HW_SIGNALS_PER_FRAME == 64, "one word says which are in use");

static struct list frames;

static struct signal_frame *with_room(void)
{
	if (!frames.head.next)
		list_init(&frames);
	struct list_node *node = list_first(&frames);
	for (; node; node = list_next(&frames, node)) {
		struct signal_frame *f = list_entry(node, struct signal_frame, in_frames);
		if (~f->used)
			return f;
	}
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
	list_append(&frames, &f->in_frames);
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
	return signal;
}

void signal_destroy(uint64_t signal)
{
	uint64_t frame = signal & ~(uint64_t)(HW_PAGE_SIZE - 1);
	struct list_node *node = list_first(&frames);
	for (; node; node = list_next(&frames, node)) {
		struct signal_frame *f = list_entry(node, struct signal_frame, in_frames);
		if (f->frame != frame)
			continue;
		hw_call2(HW_SIGNAL_DESTROY, signal, 0);
		f->used &= ~(1ull << ((signal - frame) / HW_SIGNAL_SIZE));
		if (f->used)
			return;
		hw_call2(HW_SIGNAL_FRAME_FREE, frame, 0);
		frames_free(frame, 1);
		list_remove(&f->in_frames);
		core_free(f, sizeof(*f));
		return;
	}
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
