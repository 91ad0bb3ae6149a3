/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/account.h>
#include <core/device/device.h>
#include <core/memory.h>
#include <core/object.h>
#include <core/price.h>
#include <core/services.h>
#include <tenon/text.h>

_Static_assert(sizeof(struct device) <= PRICE_SESSION, "the price covers it");

static struct tn_list devices;

/* -- labels: the last element of the path, words with one blank between them -- */

bool device_read_label(const char *label, unsigned numbers, struct device_label *read)
{
	struct tn_text_slice last = tn_text_last_element(label, " -> "), word;
	const char *rest = last.at; /* it ends where the label does */
	for (unsigned i = 0; i < numbers; i++)
		if (!tn_text_next_element(&rest, " ", &word) ||
		    tn_text_parse_u64(word, 0, UINT64_MAX, &read->number[i]) != TN_OK)
			return false;
	read->word[0] = 0;
	if (!tn_text_next_element(&rest, " ", &word))
		return true;
	return word.length && !rest &&
	       tn_text_slice_copy(read->word, sizeof(read->word), word) == TN_OK;
}

tn_error device_bad_label(const char *label, const char *expected)
{
	core_log("%s: the label has to end with %s", label, expected);
	return TN_ERR_ARGUMENT;
}

/* -- who has what -- */

static const struct device *find_overlap(const struct device *wanted)
{
	struct tn_list_node *node = tn_list_first(&devices);
	for (; node; node = tn_list_next(&devices, node)) {
		const struct device *device = TN_CONTAINER_OF(node, struct device, in_devices);
		if (device->object.kind == wanted->object.kind && device != wanted &&
		    device->first < wanted->first + wanted->count &&
		    wanted->first < device->first + device->count)
			return device;
	}
	return NULL;
}

bool device_taken(const struct device *wanted, const char *owner)
{
	const struct device *other = owner ? NULL : find_overlap(wanted);
	if (other)
		owner = other->label;
	if (owner)
		core_log("%s: not given, it belongs to %s", wanted->label, owner);
	return owner;
}

/* -- life -- */

static tn_error open(struct device *device)
{
	switch (device->object.kind) {
	case OBJECT_IO_MEM:
		return io_mem_open(device);
	case OBJECT_IO_PORT:
		return io_port_open(device);
	case OBJECT_IRQ:
		return irq_open(device);
	default:
		return TN_OK;
	}
}

static void discard(struct device *device, struct pd *payer)
{
	tn_list_remove(&device->in_devices);
	account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	core_free(device, sizeof(*device));
}

tn_error device_create(enum object_kind kind, struct pd *payer, const char *label,
		       struct object **made)
{
	tn_error error = account_charge(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
	if (error != TN_OK)
		return error;
	struct device *device = core_alloc(sizeof(*device));
	if (!device) {
		account_refund(payer, TN_USAGE_SESSION, PRICE_SESSION, 0);
		return TN_ERR_LIMIT;
	}
	if (!devices.head.next)
		tn_list_init(&devices);
	device->object.kind = kind;
	device->object.payer = payer;
	tn_text_copy_cut(device->label, sizeof(device->label), label);
	tn_list_append(&devices, &device->in_devices);
	error = open(device);
	if (error != TN_OK) {
		discard(device, payer);
		return error;
	}
	object_init(&device->object, kind, payer);
	*made = &device->object;
	return TN_OK;
}

struct dataspace **device_dataspace(struct object *object)
{
	return &TN_CONTAINER_OF(object, struct device, object)->dataspace;
}

void device_free(struct object *object)
{
	struct device *device = TN_CONTAINER_OF(object, struct device, object);
	if (object->kind == OBJECT_IRQ)
		irq_close(device);
	discard(device, object->payer);
}

tn_error device_request(struct object *object, struct tn_request *request)
{
	struct device *device = TN_CONTAINER_OF(object, struct device, object);
	switch (object->kind) {
	case OBJECT_IO_MEM:
		return io_mem_request(device, request);
	case OBJECT_IO_PORT:
		return io_port_request(device, request);
	case OBJECT_IRQ:
		return irq_request(device, request);
	default:
		return dma_request(device, request);
	}
}
