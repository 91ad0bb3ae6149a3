/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/dataspace.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/pd.h>
#include <core/price.h>
#include <core/services.h>

void object_init(struct object *object, enum object_kind kind, struct pd *payer)
{
	object->kind = kind;
	object->payer = payer;
	list_init(&object->caps);
	list_append(&payer->objects, &object->in_payer);
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
	case OBJECT_IO_MEM:
	case OBJECT_IO_PORT:
	case OBJECT_IRQ:
	case OBJECT_DMA:
		device_free(object);
		break;
	case OBJECT_PD:
		pd_free(object);
		break;
	case OBJECT_PARENT: /* as long as core */
		break;
	}
}

void object_destroy(struct object *object)
{
	struct list_node *node;
	if (object->kind == OBJECT_PD)
		pd_stop(object);
	object->ending = true;
	cap_drop(&object->forward);
	while ((node = list_first(&object->caps)))
		cap_kill(list_entry(node, struct cap, in_object));
	list_remove(&object->in_payer);
	object_free(object);
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
	error = port_object_create(object);
	if (error == TN_OK)
		error = cap_deliver(server, object, server, cap);
	if (error != TN_OK)
		object_destroy(object);
	return error;
}
