/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/dataspace.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/region_map.h>
#include <core/services.h>
#include <core/work.h>

enum { OBJECT_UNITS = 2 };

void object_init(struct object *object, enum object_kind kind, struct pd *payer)
{
	object->kind = kind;
	object->payer = payer;
	tn_list_init(&object->caps);
	if (kind == OBJECT_PD) /* found at once when the payer ends */
		tn_list_insert_before(payer->objects.head.next, &object->in_payer);
	else
		tn_list_append(&payer->objects, &object->in_payer);
}

static void identity_free(struct object *object)
{
	port_object_destroy(object);
	account_refund(object->payer, TN_USAGE_OBJECT, PRICE_OBJECT_RAM, 0);
	core_free(object, sizeof(*object));
}

/* The part that differs by kind; the capabilities are dead already. */
static void object_free(struct object *object)
{
	switch (object->kind) {
	case OBJECT_RPC:
	case OBJECT_SIGNAL:
		identity_free(object);
		break;
	case OBJECT_DATASPACE:
		dataspace_free(object);
		break;
	case OBJECT_ROM:
		rom_free(object);
		break;
	case OBJECT_LOG:
		log_free(object);
		break;
	case OBJECT_TIME:
		time_free(object);
		break;
	case OBJECT_CPU:
		cpu_free(object);
		break;
	case OBJECT_RM:
		rm_free(object);
		break;
	case OBJECT_REGION_MAP:
		region_map_free(object);
		break;
	case OBJECT_IO_MEM:
	case OBJECT_IO_PORT:
	case OBJECT_IRQ:
	case OBJECT_DMA:
		device_free(object);
		break;
	case OBJECT_TRACE:
		trace_free(object);
		break;
	case OBJECT_PD:
		pd_free(object);
		break;
	case OBJECT_PARENT: /* as long as core */
		break;
	}
}

/* What goes with its session, and not before. */
static struct dataspace **own_dataspace(struct object *object)
{
	if (object->kind == OBJECT_ROM)
		return rom_dataspace(object);
	if (object->kind == OBJECT_REGION_MAP)
		return region_map_dataspace(object);
	return object->kind == OBJECT_IO_MEM ? device_dataspace(object) : NULL;
}

static bool sweep_dataspace(struct dataspace **dataspace)
{
	if (*dataspace && !object_step(&(*dataspace)->object))
		return false;
	*dataspace = NULL;
	return true;
}

void object_end(struct object *object)
{
	if (object->ending)
		return;
	object->ending = true;
	if (object->kind == OBJECT_PD)
		pd_stop(object);
	struct dataspace **own = own_dataspace(object);
	if (own)
		(*own)->object.ending = true;
	work_add(object);
}

static bool sweep_caps(struct object *object)
{
	struct tn_list_node *node;
	while ((node = tn_list_first(&object->caps))) {
		struct cap *cap = TN_CONTAINER_OF(node, struct cap, in_object);
		if (!work_left())
			return false;
		work_spend(cap_cost(cap));
		if (cap->is_makers && tn_list_next(&object->caps, node)) {
			tn_list_remove(node); /* it may ask whether all is done by this one: last */
			tn_list_append(&object->caps, node);
			continue;
		}
		cap_kill(cap);
	}
	return true;
}

/* What differs by kind and may be long. */
static bool sweep_kind(struct object *object)
{
	switch (object->kind) {
	case OBJECT_PD:
		return pd_step(object);
	case OBJECT_DATASPACE:
		return dataspace_step(object);
	case OBJECT_ROM:
	case OBJECT_IO_MEM:
		return sweep_dataspace(own_dataspace(object));
	case OBJECT_REGION_MAP:
		return !own_dataspace(object) ||
		       (sweep_dataspace(own_dataspace(object)) && region_map_step(object));
	default:
		return true;
	}
}

bool object_step(struct object *object)
{
	object->ending = true;
	cap_drop(&object->forward);
	if (!sweep_kind(object) || !sweep_caps(object))
		return false;
	work_spend(OBJECT_UNITS);
	tn_list_remove(&object->in_work);
	if (object->awaited_by)
		root_session_ended(object->awaited_by);
	else
		object_release(object);
	return true;
}

void object_release(struct object *object)
{
	tn_list_remove(&object->in_payer);
	tn_list_remove(&object->in_entrypoint);
	object_free(object);
}

void object_destroy(struct object *object)
{
	object_end(object);
	while (!object_step(object))
		work_begin();
}

tn_error object_create(struct thread *entrypoint, enum object_kind kind, uint32_t key,
		       struct cap **cap)
{
	struct pd *server = entrypoint->pd;
	tn_error error = account_charge(server, TN_USAGE_OBJECT, PRICE_OBJECT_RAM, 0);
	if (error != TN_OK)
		return error;
	struct object *object = core_alloc(sizeof(*object));
	if (!object) {
		account_refund(server, TN_USAGE_OBJECT, PRICE_OBJECT_RAM, 0);
		return TN_ERR_LIMIT;
	}
	object_init(object, kind, server);
	object->entrypoint = entrypoint;
	object->key = key;
	tn_list_append(&entrypoint->objects, &object->in_entrypoint);
	error = port_object_create(object);
	if (error == TN_OK)
		error = cap_deliver(server, object, server, cap);
	if (error == TN_OK)
		(*cap)->is_makers = true;
	else
		object_destroy(object);
	return error;
}
