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

enum { EXIT_TOO_SMALL = 125 };

static struct pd *caller;

struct pd *core_caller(void)
{
	return caller;
}

/* What the machine has not got cannot be promised to init. */
static void check_totals(uint64_t ram, uint64_t caps)
{
	const uint64_t there = port_ram(), mib = 1 << 20;
	if (ram <= TOTAL_RAM_MAX && caps <= TOTAL_CAPS_MAX && ram + CORE_RESERVE_RAM <= there)
		return;
	core_log("the system is to have %llu MiB of RAM and %llu capabilities, and core needs %llu "
		 "MiB beside: this machine has %llu MiB for both. Give it more, or say less in the "
		 "scenario's node system",
		 (unsigned long long)(ram / mib), (unsigned long long)caps,
		 (unsigned long long)(CORE_RESERVE_RAM / mib), (unsigned long long)(there / mib));
	port_exit(EXIT_TOO_SMALL);
}

void core_start(void)
{
	measure_start();
	pd_init(&core_pd, "core");
	uint64_t ram = port_option("ram", TOTAL_RAM), caps = port_option("caps", TOTAL_CAPS);
	check_totals(ram, caps);
	/* Core's own capabilities are paid by those who hand them to it. */
	core_pd.account.ram_limit = ram + CORE_RESERVE_RAM;
	core_pd.account.caps_limit = caps + CORE_RESERVE_CAPS;
	root_start(ram, caps);
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
	case OBJECT_TRACE:
		return trace_request(object, request);
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
