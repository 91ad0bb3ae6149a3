/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * Signals. A notification tells its thread bits, of which the kernel makes one: the first signals
 * of a thread have one each, and who submits them rings the thread himself. Those for which there
 * is no bit, and whatever core submits, core keeps in a list and hands over when the thread asks.
 */
#include <sel4_core.h>

void signal_init(struct thread *thread)
{
	tn_list_init(&thread->port.forwarded);
}

/* Another one each time, so that what was submitted to a signal that is gone seldom wakes the next.
 */
static uint32_t take_bit(struct port_thread *thread)
{
	for (uint32_t i = 0; i < SEL4_DIRECT_SIGNALS; i++) {
		uint32_t bit = (thread->next_signal + i) % SEL4_DIRECT_SIGNALS;
		if (thread->signals >> bit & 1)
			continue;
		thread->signals |= 1ull << bit;
		thread->next_signal = bit + 1;
		return bit + 1;
	}
	return 0;
}

tn_error port_object_create(struct object *object)
{
	if (object->kind != OBJECT_SIGNAL)
		return TN_OK;
	object->port.bit = take_bit(&object->entrypoint->port);
	struct tn_thread_page *page = port_thread_page(object->entrypoint);
	if (object->port.bit && page)
		sel4_thread_area(page)->keys[object->port.bit - 1] = object->key;
	return TN_OK;
}

void port_object_destroy(struct object *object)
{
	device_signal_gone(object);
	if (object->kind == OBJECT_SIGNAL && object->port.bit)
		object->entrypoint->port.signals &= ~(1ull << (object->port.bit - 1));
	object->port.bit = 0;
	tn_list_remove(&object->port.in_forwarded);
}

static void ring(const struct thread *thread)
{
	struct sel4_message m = { .cap = thread_cap(thread, SLOT_RING) };
	if (thread->port.slots)
		sel4_enter(SEL4_SEND, &m);
}

void signal_submit(struct object *object)
{
	if (!object->port.submitted || !object->port.in_forwarded.next) {
		object->port.submitted = true;
		tn_list_remove(&object->port.in_forwarded);
		tn_list_append(&object->entrypoint->port.forwarded, &object->port.in_forwarded);
	}
	ring(object->entrypoint);
}

bool signal_next(struct thread *thread, uint32_t *key, bool *more)
{
	struct tn_list_node *node = tn_list_first(&thread->port.forwarded);
	if (!node)
		return false;
	struct object *object = TN_CONTAINER_OF(node, struct object, port.in_forwarded);
	tn_list_remove(node);
	object->port.submitted = false;
	*key = object->key;
	*more = !tn_list_empty(&thread->port.forwarded);
	return true;
}

void signals_forget(struct thread *thread)
{
	struct tn_list_node *node;
	while (thread->port.forwarded.head.next && (node = tn_list_first(&thread->port.forwarded)))
		tn_list_remove(node);
}

/* The kernel's notification, or core's list, keeps what was submitted. */
bool port_signal_pending(const struct cap *cap)
{
	(void)cap;
	return false;
}

void port_core_submit(struct cap *cap)
{
	signal_submit(cap->object);
}
