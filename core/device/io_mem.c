/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/dataspace.h>
#include <core/device/device.h>
#include <core/object.h>
#include <tenon/io_mem.h>
#include <tenon/text.h>

/* No CPU of today names more. */
#define ADDRESS_END (1ull << 52)

static bool is_range(uint64_t base, uint64_t size)
{
	return size && (base | size) % TN_PAGE_SIZE == 0 && base < ADDRESS_END &&
	       size <= ADDRESS_END - base;
}

tn_error io_mem_open(struct device *device)
{
	struct device_label label;
	if (!device_read_label(device->label, 2, &label) ||
	    !is_range(label.number[0], label.number[1]) ||
	    (label.word[0] && !tn_text_equal(label.word, "write-combined")))
		return device_bad_label(device->label,
					"\"BASE SIZE\" in whole pages, or \"BASE SIZE "
					"write-combined\"");
	device->first = label.number[0];
	device->count = label.number[1];
	if (device_taken(device, port_io_mem_owner(device->first, device->count)))
		return TN_ERR_CONFLICT;
	port_io_mem(&device->memory, device->first, device->count / TN_PAGE_SIZE, label.word[0]);
	tn_error error = dataspace_of_memory(device->object.payer, &device->memory, device->count,
					     TN_RIGHT_READ | TN_RIGHT_WRITE, &device->dataspace);
	if (error == TN_OK) /* it goes with the session, not before it */
		tn_list_remove(&device->dataspace->object.in_payer);
	return error;
}

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	struct device *device = self;
	struct cap *entry;
	(void)request;
	tn_error error =
		cap_deliver(core_caller(), &device->dataspace->object, core_caller(), &entry);
	if (error != TN_OK)
		return error;
	*size = device->count;
	cap->handle = entry->handle;
	return TN_OK;
}

tn_error io_mem_request(struct device *device, struct tn_request *request)
{
	static const struct tn_io_mem_ops ops = { .dataspace = dataspace };
	return tn_io_mem_dispatch(&ops, device, request);
}
