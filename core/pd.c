/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/channel.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/region.h>
#include <core/region_map.h>
#include <core/services.h>
#include <core/thread.h>
#include <core/work.h>
#include <tenon/text.h>

enum { PDS_MAX = 16384 };

/* What one call of port_pd_destroy() costs. */
enum { PORT_UNITS = 4 };

static struct pd *table[PDS_MAX];
static uint32_t hint = 1; /* 0 is core */

struct pd core_pd;

void pd_init(struct pd *pd, const char *label)
{
	tn_text_copy_cut(pd->label, sizeof(pd->label), label);
	tn_list_init(&pd->objects);
	tn_list_init(&pd->paid_caps);
	tn_list_init(&pd->paid_channels);
	region_map_init(&pd->space, pd);
	tn_list_init(&pd->client_channels);
	tn_list_init(&pd->server_channels);
	cap_space_init(pd);
	channels_init(pd);
	thread_init_first(pd);
}

static bool take_number(struct pd *pd)
{
	for (uint32_t i = 0; i < PDS_MAX - 1; i++) {
		uint32_t number = 1 + (hint - 1 + i) % (PDS_MAX - 1);
		if (table[number])
			continue;
		table[number] = pd;
		pd->number = number;
		hint = number % (PDS_MAX - 1) + 1;
		return true;
	}
	return false;
}

bool pd_find(uint32_t number, struct pd **pd)
{
	*pd = number < PDS_MAX ? table[number] : NULL;
	return number < PDS_MAX;
}

static tn_error pay(struct pd *payer, struct pd *pd, uint64_t ram, uint64_t caps)
{
	tn_error error = account_move(payer, pd, ram, caps);
	if (error != TN_OK)
		return error;
	error = account_charge(pd, TN_USAGE_DOMAIN, PRICE_PD_RAM, PRICE_PD_CAPS);
	if (error != TN_OK)
		account_close(pd, payer);
	return error;
}

static void unpay(struct pd *payer, struct pd *pd)
{
	account_refund(pd, TN_USAGE_DOMAIN, PRICE_PD_RAM, PRICE_PD_CAPS);
	if (pd->account.ram_used || pd->account.caps_used)
		core_log("%s: accounts do not balance: %llu bytes, %llu capabilities not returned",
			 pd->label, (unsigned long long)pd->account.ram_used,
			 (unsigned long long)pd->account.caps_used);
	account_close(pd, payer);
}

tn_error pd_create(struct pd *payer, const char *label, uint64_t ram, uint64_t caps,
		   struct pd **made)
{
	struct pd *pd = core_alloc(sizeof(*pd));
	if (!pd)
		return TN_ERR_LIMIT;
	pd_init(pd, label);
	tn_error error = pay(payer, pd, ram, caps);
	if (error != TN_OK)
		goto free;
	error = TN_ERR_LIMIT;
	if (!take_number(pd))
		goto unpay;
	error = port_pd_create(pd);
	if (error != TN_OK)
		goto give_number;
	object_init(&pd->object, OBJECT_PD, payer);
	object_init(&pd->space.object, OBJECT_REGION_MAP, pd);
	*made = pd;
	return TN_OK;
give_number:
	table[pd->number] = NULL;
unpay:
	unpay(payer, pd);
free:
	core_free(pd, sizeof(*pd));
	return error;
}

void pd_stop(struct object *object)
{
	struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	measure_ends(pd);
	pd->state = TN_PD_DEAD;
	threads_forget_faults(pd);
}

static bool stop(struct pd *pd)
{
	while (!port_pd_stop(pd)) {
		work_spend(PORT_UNITS);
		if (!work_left())
			return false;
	}
	return true;
}

static bool end_objects(struct pd *pd)
{
	struct tn_list_node *node;
	while ((node = tn_list_first(&pd->objects))) {
		struct object *object = TN_CONTAINER_OF(node, struct object, in_payer);
		if (object->kind == OBJECT_PD)
			pd_stop(object);
		if (!work_left() || !object_step(object))
			return false;
	}
	return true;
}

static bool end_channels(struct pd *pd)
{
	struct tn_list_node *node;
	while ((node = tn_list_first(&pd->server_channels)))
		if (!work_left() || !channel_step(TN_CONTAINER_OF(node, struct channel, in_server)))
			return false;
	while ((node = tn_list_first(&pd->client_channels)))
		if (!work_left() || !channel_step(TN_CONTAINER_OF(node, struct channel, in_client)))
			return false;
	return true;
}

/* What it pays at others. */
static bool end_payments(struct pd *pd)
{
	struct tn_list_node *node;
	while ((node = tn_list_first(&pd->paid_caps))) {
		struct cap *cap = TN_CONTAINER_OF(node, struct cap, in_payer);
		if (!work_left())
			return false;
		work_spend(cap_cost(cap));
		cap_payer_gone(cap);
	}
	while ((node = tn_list_first(&pd->paid_channels)))
		if (!work_left() ||
		    !channel_payer_gone(TN_CONTAINER_OF(node, struct channel, in_payer)))
			return false;
	return true;
}

/* The kernel's part. Where the port has to wait for it, core has other things to do. */
static bool end_port(struct pd *pd)
{
	enum port_progress progress = PORT_MORE;
	while (!pd->port_ended && progress == PORT_MORE) {
		if (!work_left())
			return false;
		work_spend(PORT_UNITS);
		progress = port_pd_destroy(pd);
	}
	if (progress == PORT_LATER) {
		tn_list_remove(&pd->object.in_work);
		return false;
	}
	pd->port_ended = true;
	return true;
}

void core_pd_ready(struct pd *pd)
{
	if (pd->state == TN_PD_DEAD)
		work_add(&pd->object);
}

bool pd_step(struct object *object)
{
	struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	pd_stop(object);
	/* Channels first: whoever waits for the PD hears of it. */
	if (!stop(pd) || !end_channels(pd) || !end_objects(pd) || !cap_space_step(pd) ||
	    !end_payments(pd))
		return false;
	cap_drop(&pd->watch);
	if (!end_port(pd) || !regions_step(&pd->space) || !threads_step(pd))
		return false;
	if (pd->has_runtime_data)
		memory_destroy(&pd->runtime_data);
	pd->has_runtime_data = false;
	return true;
}

void pd_free(struct object *object)
{
	struct pd *pd = TN_CONTAINER_OF(object, struct pd, object);
	table[pd->number] = NULL;
	channel_table_free(pd);
	unpay(object->payer, pd);
	core_free(pd, sizeof(*pd));
}

tn_error pd_start(struct pd *pd, struct object *parent)
{
	struct cap *cap;
	struct birth_plan plan;
	if (pd->state != TN_PD_NEW)
		return TN_ERR_BUSY;
	tn_error error = cap_deliver(pd, parent, pd, &cap);
	if (error != TN_OK)
		return error;
	error = birth_prepare(pd, cap->handle, &plan);
	if (error != TN_OK)
		return error;
	if (core_caller())
		threads_restrict(pd, &core_caller()->limits);
	measure_begins(pd);
	error = port_thread_start(&pd->thread, plan.entry, plan.stack_pointer, plan.argument);
	if (error == TN_OK)
		pd->state = TN_PD_RUNNING;
	return error;
}
