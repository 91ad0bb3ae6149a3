/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Capabilities: entries of the kernel's table say the channel and the object by a badge. */
#include <hw_core.h>

static uint64_t kernel_pd(const struct pd *pd)
{
	return pd == &core_pd ? hw_boot->core_pd : pd->port.pd;
}

static tn_error make_room(struct pd *pd, uint32_t index)
{
	while (index >= pd->port.cap_slots) {
		uint64_t frame = frames_alloc(1);
		if (!frame)
			return TN_ERR_OUT_OF_RAM;
		struct hw_result r = hw_call2(HW_CAP_GROW, kernel_pd(pd), frame);
		if (r.status == HW_ERR_AGAIN) /* taken for the kernel's own table */
			continue;
		if (r.status != HW_OK) {
			frames_free(frame, 1);
			return TN_ERR_LIMIT;
		}
		pd->port.cap_slots += HW_CAPS_PER_FRAME;
	}
	return TN_OK;
}

tn_error port_cap_install(struct cap *cap)
{
	const struct object *object = cap->object;
	uint64_t kind = HW_CAP_OBJECT, target, badge;
	tn_error error = make_room(cap->holder, TN_HANDLE_INDEX(cap->handle));
	if (error != TN_OK)
		return error;
	if (!object->entrypoint) {
		target = hw_boot->core_thread;
		badge = (uint64_t)cap->holder->number << 32 | cap->handle;
	} else if (object->kind == OBJECT_SIGNAL) {
		kind = HW_CAP_SIGNAL;
		target = object->port.signal;
		badge = 0;
	} else {
		target = object->entrypoint->port.thread;
		badge = (uint64_t)cap->channel->identity << 32 | object->key;
	}
	struct hw_result r =
		hw_call6(HW_CAP_SET, kernel_pd(cap->holder), cap->handle, kind, target, badge);
	return r.status == HW_OK ? TN_OK : TN_ERR_LIMIT;
}

/*
 * The thread page says which call a thread is in, but a component that lies there must not stay in
 * a server's queue under the identity of a channel that may soon be another's. The kernel knows.
 */
static void abort_call(const struct thread *thread, tn_handle handle)
{
	const struct hw_registers *registers = (const struct hw_registers *)HW_CORE_UTCB;
	if (!thread->port.thread ||
	    hw_call2(HW_THREAD_REGISTERS, thread->port.thread, 0).status != HW_OK)
		return;
	if (registers->state == HW_THREAD_CALLING &&
	    HW_HANDLE_INDEX(registers->rdi) == TN_HANDLE_INDEX(handle))
		hw_call2(HW_THREAD_ABORT, thread->port.thread, 0);
}

void port_cap_remove(struct cap *cap)
{
	uint64_t pd = kernel_pd(cap->holder);
	if (!pd)
		return;
	hw_call2(HW_CAP_CLEAR, pd, cap->handle);
	struct tn_list *threads = &cap->holder->threads;
	struct tn_list_node *node = tn_list_first(threads);
	for (; node; node = tn_list_next(threads, node))
		abort_call(TN_CONTAINER_OF(node, struct thread, in_pd), cap->handle);
}

/* The kernel's badges and queues are all that a channel needs. */
tn_error port_channel_create(struct channel *channel)
{
	(void)channel;
	return TN_OK;
}

void port_channel_destroy(struct channel *channel)
{
	(void)channel;
}

uint32_t port_channel_close_number(const struct channel *channel)
{
	(void)channel;
	return 0;
}
