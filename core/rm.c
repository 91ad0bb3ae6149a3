/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The RM service: managed dataspaces for whoever has a session. */
#include <core/account.h>
#include <core/cap.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/region_map.h>
#include <core/services.h>
#include <tenon/rm.h>

struct rm_session {
	struct object object;
};

/* Both capabilities or none. */
static tn_error deliver(struct region_map *map, tn_handle *map_handle, tn_handle *dataspace_handle)
{
	struct cap *map_cap, *dataspace_cap;
	struct pd *caller = core_caller();
	tn_error error = cap_deliver(caller, &map->object, caller, &map_cap);
	if (error != TN_OK)
		return error;
	error = cap_deliver(caller, &map->dataspace->object, caller, &dataspace_cap);
	if (error != TN_OK) {
		cap_undeliver(map_cap);
		return error;
	}
	*map_handle = map_cap->handle;
	*dataspace_handle = dataspace_cap->handle;
	return TN_OK;
}

static tn_error create(void *self, struct tn_request *request, uint64_t size,
		       tn_region_map_cap *map_cap, tn_dataspace_cap *dataspace)
{
	struct region_map *map;
	(void)self;
	(void)request;
	tn_error error = region_map_create(core_caller(), size, &map);
	if (error != TN_OK)
		return error;
	error = deliver(map, &map_cap->handle, &dataspace->handle);
	if (error != TN_OK)
		object_destroy(&map->object);
	return error;
}

/* It may be ending already, or have ended since the last call. */
static tn_error destroy(void *self, struct tn_request *request, tn_region_map_cap cap)
{
	struct cap *entry = cap_find(core_caller(), cap.handle);
	(void)self;
	(void)request;
	if (!entry || (entry->object && entry->object->kind != OBJECT_REGION_MAP))
		return TN_ERR_CAPABILITY;
	struct object *object = entry->object;
	if (!object)
		return TN_OK;
	if (TN_CONTAINER_OF(object, struct region_map, object)->pd ||
	    object->payer != core_caller())
		return TN_ERR_DENIED;
	object_end(object);
	return object_step(object) ? TN_OK : TN_ERR_AGAIN;
}

tn_error rm_create(struct pd *payer, struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct rm_session *session = core_alloc(sizeof(*session));
	if (!session) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	object_init(&session->object, OBJECT_RM, payer);
	*made = &session->object;
	return TN_OK;
}

void rm_free(struct object *object)
{
	struct rm_session *session = TN_CONTAINER_OF(object, struct rm_session, object);
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(session, sizeof(*session));
}

tn_error rm_request(struct object *object, struct tn_request *request)
{
	static const struct tn_rm_ops ops = { .create = create, .destroy = destroy };
	return tn_rm_dispatch(&ops, object, request);
}
