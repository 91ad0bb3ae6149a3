/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/device/device.h>
#include <tenon/irq.h>

tn_error irq_open(struct device *device)
{
	struct device_label label;
	if (!device_read_label(device->label, 1, &label) || label.word[0])
		return device_bad_label(device->label, "the number of an interrupt line");
	if (!port_irq_exists(label.number[0]))
		return TN_ERR_NOT_FOUND;
	device->first = label.number[0];
	device->count = 1;
	return device_taken(device, port_irq_owner((uint32_t)device->first)) ? TN_ERR_BUSY : TN_OK;
}

void irq_close(struct device *device)
{
	port_irq_unbind((uint32_t)device->first);
	cap_drop(&device->occurred);
}

static tn_error watch(void *self, struct tn_request *request, tn_signal_cap occurred)
{
	struct device *device = self;
	(void)request;
	struct object *signal = cap_object(core_caller(), occurred.handle, OBJECT_SIGNAL);
	if (!signal)
		return TN_ERR_CAPABILITY;
	tn_error error = cap_hold(core_caller(), occurred.handle, OBJECT_SIGNAL, &device->occurred);
	return error == TN_OK ? port_irq_bind((uint32_t)device->first, signal) : error;
}

static tn_error ack(void *self, struct tn_request *request)
{
	const struct device *device = self;
	(void)request;
	struct cap *cap = device->occurred ? cap_find(&core_pd, device->occurred) : NULL;
	if (!cap || !cap->object)
		return TN_ERR_NOT_FOUND;
	port_irq_ack((uint32_t)device->first);
	return TN_OK;
}

tn_error irq_request(struct device *device, struct tn_request *request)
{
	static const struct tn_irq_ops ops = { .watch = watch, .ack = ack };
	return tn_irq_dispatch(&ops, device, request);
}
