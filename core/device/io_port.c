/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

#include <core/device/device.h>
#include <tenon/io_port.h>

enum { PORTS = 65536 };

tn_error io_port_open(struct device *device)
{
	struct device_label label;
	if (!device_read_label(device->label, 2, &label) || label.word[0] || !label.number[1] ||
	    label.number[0] >= PORTS || label.number[1] > PORTS - label.number[0])
		return device_bad_label(device->label, "\"FIRST COUNT\", ports below 65536");
	device->first = label.number[0];
	device->count = label.number[1];
	const char *owner = port_io_port_owner((uint32_t)device->first, (uint32_t)device->count);
	return device_taken(device, owner) ? TN_ERR_CONFLICT : TN_OK;
}

static tn_error access(const struct device *device, uint16_t offset, uint32_t size, uint32_t *read,
		       const uint32_t *write)
{
	if (offset >= device->count || size > device->count - offset)
		return TN_ERR_ARGUMENT;
	uint16_t port = (uint16_t)(device->first + offset);
	if (read)
		*read = port_io_port_read(port, size);
	else
		port_io_port_write(port, size, *write);
	return TN_OK;
}

static tn_error in8(void *self, struct tn_request *request, uint16_t offset, uint8_t *value)
{
	uint32_t read = 0;
	(void)request;
	tn_error error = access(self, offset, 1, &read, NULL);
	*value = (uint8_t)read;
	return error;
}

static tn_error out8(void *self, struct tn_request *request, uint16_t offset, uint8_t value)
{
	uint32_t written = value;
	(void)request;
	return access(self, offset, 1, NULL, &written);
}

static tn_error in16(void *self, struct tn_request *request, uint16_t offset, uint16_t *value)
{
	uint32_t read = 0;
	(void)request;
	tn_error error = access(self, offset, 2, &read, NULL);
	*value = (uint16_t)read;
	return error;
}

static tn_error out16(void *self, struct tn_request *request, uint16_t offset, uint16_t value)
{
	uint32_t written = value;
	(void)request;
	return access(self, offset, 2, NULL, &written);
}

static tn_error in32(void *self, struct tn_request *request, uint16_t offset, uint32_t *value)
{
	uint32_t read = 0;
	(void)request;
	tn_error error = access(self, offset, 4, &read, NULL);
	*value = (uint32_t)read;
	return error;
}

static tn_error out32(void *self, struct tn_request *request, uint16_t offset, uint32_t value)
{
	uint32_t written = value;
	(void)request;
	return access(self, offset, 4, NULL, &written);
}

tn_error io_port_request(struct device *device, struct tn_request *request)
{
	static const struct tn_io_port_ops ops = {
		.in8 = in8,
		.in16 = in16,
		.in32 = in32,
		.out8 = out8,
		.out16 = out16,
		.out32 = out32,
	};
	return tn_io_port_dispatch(&ops, device, request);
}
