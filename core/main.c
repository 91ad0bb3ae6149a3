/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/cap.h>
#include <core/dataspace.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/region_map.h>
#include <core/services.h>
#include <core/work.h>

static struct pd *caller;

struct pd *core_caller(void)
{
	return caller;
}

void core_start(void)
{
	pd_init(&core_pd, "core");
	/* Core's own capabilities are paid by those who hand them to it. */
	core_pd.account.ram_limit = TOTAL_RAM + CORE_RESERVE_RAM;
	core_pd.account.caps_limit = TOTAL_CAPS + CORE_RESERVE_CAPS;
	root_start();
}

static tn_error serve(struct object *object, struct tn_request *request)
{
	switch (object->kind) {
	case OBJECT_PARENT:
		return root_request(object, request);
	case OBJECT_PD:
		return pd_request(object, request);
	case OBJECT_DATASPACE:
		return dataspace_request(object, request);
	case OBJECT_ROM:
		return rom_request(object, request);
	case OBJECT_LOG:
		return log_request(object, request);
	case OBJECT_TIME:
		return time_request(object, request);
	case OBJECT_CPU:
		return cpu_request(object, request);
	case OBJECT_RM:
		return rm_request(object, request);
	case OBJECT_REGION_MAP:
		return region_map_request(object, request);
	case OBJECT_IO_MEM:
	case OBJECT_IO_PORT:
	case OBJECT_IRQ:
	case OBJECT_DMA:
		return device_request(object, request);
	case OBJECT_RPC:
	case OBJECT_SIGNAL:
		break;
	}
	return TN_ERR_CAPABILITY;
}

tn_error core_request(struct pd *client, tn_handle handle, struct tn_request *request)
{
	struct cap *cap = cap_find(client, handle);
	if (client->state == TN_PD_DEAD)
		return TN_ERR_GONE;
	work_begin();
	if (!cap)
		return TN_ERR_CAPABILITY;
	if (!cap->object || object_gone(cap->object))
		return TN_ERR_GONE;
	caller = client;
	request->reply_length = 0;
	request->reply_cap_count = 0;
	return serve(cap->object, request);
}

/* Handles that core returns are the caller's own already. */
tn_error tn_reply_caps(struct tn_request *request)
{
	(void)request;
	return TN_OK;
}
