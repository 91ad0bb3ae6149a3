/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/cap.h>
#include <core/dataspace.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>
#include <tenon/text.h>

struct rom_session {
	struct object object;
	struct port_module module;
	struct dataspace *dataspace; /* made for this session; goes with it */
};

bool rom_module(const char *name, struct port_module *module)
{
	for (uint32_t i = 0; port_module(i, module); i++)
		if (tn_text_equal(module->name, name))
			return true;
	return false;
}

/* Labels are paths: "init -> client -> input" asks for "input". */
static const char *last_element(const char *label)
{
	const char *last = label;
	for (const char *p = label; *p; p++)
		if (p[0] == ' ' && p[1] == '-' && p[2] == '>' && p[3] == ' ')
			last = p + 4;
	return last;
}

static tn_error dataspace(void *self, struct tn_request *request, uint64_t *size,
			  tn_dataspace_cap *cap)
{
	struct rom_session *session = self;
	struct cap *entry;
	(void)request;
	tn_error error =
		cap_deliver(core_caller(), &session->dataspace->object, core_caller(), &entry);
	if (error != TN_OK)
		return error;
	*size = session->module.size;
	cap->handle = entry->handle;
	return TN_OK;
}

/* Modules never change while the system runs: there is nothing to tell. */
static tn_error watch(void *self, struct tn_request *request, tn_signal_cap changed)
{
	(void)self;
	(void)request;
	return cap_object(core_caller(), changed.handle, OBJECT_SIGNAL) ? TN_OK : TN_ERR_CAPABILITY;
}

tn_error rom_create(struct pd *payer, const char *label, struct object **made)
{
	struct port_module module;
	if (!rom_module(last_element(label), &module))
		return TN_ERR_NOT_FOUND;
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct rom_session *session = core_alloc(sizeof(*session));
	error = session ? dataspace_of_module(payer, &module, &session->dataspace) : TN_ERR_LIMIT;
	if (error != TN_OK) {
		core_free(session, sizeof(*session));
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return error;
	}
	object_init(&session->object, OBJECT_ROM, payer);
	tn_list_remove(
		&session->dataspace->object.in_payer); /* goes with the session, not before it */
	session->module = module;
	*made = &session->object;
	return TN_OK;
}

struct dataspace **rom_dataspace(struct object *object)
{
	return &TN_CONTAINER_OF(object, struct rom_session, object)->dataspace;
}

void rom_free(struct object *object)
{
	struct rom_session *session = TN_CONTAINER_OF(object, struct rom_session, object);
	account_refund(object->payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(session, sizeof(*session));
}

tn_error rom_request(struct object *object, struct tn_request *request)
{
	static const struct tn_rom_ops ops = { .dataspace = dataspace, .watch = watch };
	return tn_rom_dispatch(&ops, TN_CONTAINER_OF(object, struct rom_session, object), request);
}
