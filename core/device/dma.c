/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/dataspace.h>
#include <core/device/device.h>
#include <core/object.h>
#include <tenon/dma.h>

/* Two authorities: the session says that it may be had, the PD pays. */
static tn_error alloc(void *self, struct tn_request *request, tn_pd_cap pd, uint64_t size,
		      tn_dma_dataspace_cap *memory, uint64_t *bus_address)
{
	struct dataspace *dataspace;
	struct cap *entry;
	(void)self;
	(void)request;
	struct object *payer = cap_object(core_caller(), pd.handle, OBJECT_PD);
	if (!payer)
		return TN_ERR_CAPABILITY;
	tn_error error = dataspace_create_by(TN_CONTAINER_OF(payer, struct pd, object), size,
					     port_dma_create, &dataspace);
	if (error != TN_OK)
		return error;
	error = cap_deliver(core_caller(), &dataspace->object, core_caller(), &entry);
	if (error != TN_OK) {
		object_destroy(&dataspace->object);
		return error;
	}
	memory->handle = entry->handle;
	*bus_address = dataspace->bus_address;
	return TN_OK;
}

static tn_error address(void *self, struct tn_request *request, tn_dma_dataspace_cap memory,
			uint64_t *bus_address)
{
	(void)self;
	(void)request;
	struct object *object = cap_object(core_caller(), memory.handle, OBJECT_DATASPACE);
	if (!object)
		return TN_ERR_CAPABILITY;
	const struct dataspace *dataspace = TN_CONTAINER_OF(object, struct dataspace, object);
	if (!dataspace->has_bus_address)
		return TN_ERR_ARGUMENT;
	*bus_address = dataspace->bus_address;
	return TN_OK;
}

tn_error dma_request(struct device *device, struct tn_request *request)
{
	static const struct tn_dma_ops ops = { .alloc = alloc, .address = address };
	return tn_dma_dispatch(&ops, device, request);
}
