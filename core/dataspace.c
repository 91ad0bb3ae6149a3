/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/dataspace.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/region.h>
#include <core/work.h>

/* What a step of port_memory_destroy() costs. */
enum { MEMORY_UNITS = 16 };

static struct dataspace *of(struct object *object)
{
	return TN_CONTAINER_OF(object, struct dataspace, object);
}

static struct dataspace *make(struct pd *payer, uint64_t size, uint32_t rights)
{
	struct dataspace *dataspace = core_alloc(sizeof(*dataspace));
	if (!dataspace)
		return NULL;
	object_init(&dataspace->object, OBJECT_DATASPACE, payer);
	tn_list_init(&dataspace->regions);
	dataspace->size = size;
	dataspace->rights = rights;
	dataspace->name = "";
	return dataspace;
}

static tn_error make_memory(struct dataspace *dataspace, memory_maker *maker)
{
	uint64_t pages = dataspace->size / TN_PAGE_SIZE;
	dataspace->has_bus_address = maker;
	return maker ? maker(&dataspace->own_memory, pages, &dataspace->bus_address)
		     : port_memory_create(&dataspace->own_memory, pages);
}

tn_error dataspace_create(struct pd *payer, uint64_t size, struct dataspace **made)
{
	return dataspace_create_by(payer, size, NULL, made);
}

tn_error dataspace_create_by(struct pd *payer, uint64_t size, memory_maker *maker,
			     struct dataspace **made)
{
	if (!size || size > TOTAL_RAM_MAX)
		return size ? TN_ERR_OUT_OF_RAM : TN_ERR_ARGUMENT;
	size = (size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	tn_error error = account_charge(payer, TN_USAGE_DATASPACE, PRICE_DATASPACE + size, 0);
	if (error != TN_OK)
		return error;
	struct dataspace *dataspace = make(payer, size, TN_RIGHT_READ | TN_RIGHT_WRITE);
	if (!dataspace) {
		account_refund(payer, TN_USAGE_DATASPACE, PRICE_DATASPACE + size, 0);
		return TN_ERR_LIMIT;
	}
	error = make_memory(dataspace, maker);
	if (error != TN_OK) {
		tn_list_remove(&dataspace->object.in_payer);
		core_free(dataspace, sizeof(*dataspace));
		account_refund(payer, TN_USAGE_DATASPACE, PRICE_DATASPACE + size, 0);
		return error;
	}
	dataspace->memory = &dataspace->own_memory;
	*made = dataspace;
	return TN_OK;
}

tn_error dataspace_of_memory(struct pd *payer, struct port_memory *memory, uint64_t size,
			     uint32_t rights, struct dataspace **made)
{
	tn_error error = account_charge(payer, TN_USAGE_DATASPACE, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct dataspace *dataspace = make(payer, size, rights);
	if (!dataspace) {
		account_refund(payer, TN_USAGE_DATASPACE, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	dataspace->memory = memory;
	*made = dataspace;
	return TN_OK;
}

tn_error dataspace_ready(struct dataspace *dataspace)
{
	if (dataspace->map)
		return TN_OK;
	while (!port_memory_prepare(dataspace->memory)) {
		work_spend(MEMORY_UNITS);
		if (!work_left())
			return TN_ERR_AGAIN;
	}
	return TN_OK;
}

/* Some of it may still be mapped until this is done: the memory goes piece by piece. */
bool dataspace_step(struct object *object)
{
	struct dataspace *dataspace = of(object);
	struct tn_list_node *node;
	while ((node = tn_list_first(&dataspace->regions)))
		if (!work_left() ||
		    !region_orphan(TN_CONTAINER_OF(node, struct region, in_dataspace)))
			return false;
	if (dataspace->memory != &dataspace->own_memory)
		return true;
	while (!dataspace->memory_gone) {
		if (!work_left())
			return false;
		work_spend(MEMORY_UNITS);
		dataspace->memory_gone = port_memory_destroy(&dataspace->own_memory);
	}
	return true;
}

struct dataspace *dataspace_of_map(struct pd *payer, struct region_map *map, uint64_t size)
{
	struct dataspace *dataspace =
		make(payer, size, TN_RIGHT_READ | TN_RIGHT_WRITE | TN_RIGHT_EXECUTE);
	if (!dataspace)
		return NULL;
	dataspace->map = map;
	tn_list_remove(&dataspace->object.in_payer); /* goes with the map, not before it */
	return dataspace;
}

static uint64_t price_of(const struct dataspace *dataspace)
{
	if (dataspace->map)
		return 0;
	bool own = dataspace->memory == &dataspace->own_memory;
	return own ? PRICE_DATASPACE + dataspace->size : PRICE_SESSION;
}

tn_error dataspace_seal(struct dataspace *dataspace)
{
	struct tn_list_node *node = tn_list_first(&dataspace->regions);
	for (; node; node = tn_list_next(&dataspace->regions, node))
		if (TN_CONTAINER_OF(node, struct region, in_dataspace)->rights & TN_RIGHT_WRITE)
			return TN_ERR_BUSY;
	dataspace->rights = TN_RIGHT_READ;
	return TN_OK;
}

tn_error dataspace_of_module(struct pd *payer, const struct port_module *module,
			     struct dataspace **made)
{
	uint64_t size = (module->size + TN_PAGE_SIZE - 1) & ~(uint64_t)(TN_PAGE_SIZE - 1);
	tn_error error = dataspace_of_memory(payer, module->memory, size,
					     TN_RIGHT_READ | TN_RIGHT_EXECUTE, made);
	if (error == TN_OK)
		(*made)->name = module->name;
	return error;
}

void dataspace_free(struct object *object)
{
	struct dataspace *dataspace = of(object);
	account_refund(object->payer, TN_USAGE_DATASPACE, price_of(dataspace), 0);
	core_free(dataspace, sizeof(*dataspace));
}

static tn_error info(void *self, struct tn_request *request, uint64_t *size, uint32_t *rights)
{
	struct dataspace *dataspace = self;
	(void)request;
	*size = dataspace->size;
	*rights = dataspace->rights;
	return TN_OK;
}

tn_error dataspace_request(struct object *object, struct tn_request *request)
{
	static const struct tn_dataspace_ops ops = { .info = info };
	return tn_dataspace_dispatch(&ops, of(object), request);
}
