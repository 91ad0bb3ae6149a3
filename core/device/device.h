/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Sessions for devices: what they have in common, and what each kind adds. */
#pragma once

#include <core/core.h>
#include <core/device/port_device.h>

/* A range of something that nobody else may have: addresses, ports, lines. DMA: an empty one. */
struct device {
	struct object object;
	struct tn_list_node in_devices;
	uint64_t first, count;
	char label[TN_LABEL_MAX + 1];
	/* IO_MEM: */
	struct port_memory memory;
	struct dataspace *dataspace; /* goes with the session */
	/* IRQ: */
	tn_handle occurred; /* core's capability to the driver's signal */
};

/*
 * What the label of a session asks for: io_mem.c and others read their own. `word` is what follows
 * the numbers, "" if nothing does. False: it is something else.
 */
struct device_label {
	uint64_t number[2];
	char word[16];
};
bool device_read_label(const char *label, unsigned numbers, struct device_label *read);
/* TN_ERR_ARGUMENT, having told what the label should be. */
tn_error device_bad_label(const char *label, const char *expected);
/* Tells who has it: a part of the system, or, NULL, the first other session that has some of it. */
bool device_taken(const struct device *wanted, const char *owner);

/* Each checks the label and claims the range; the session is charged and freed by device.c. */
TN_MUST_USE tn_error io_mem_open(struct device *device);
tn_error io_mem_request(struct device *device, struct tn_request *request);
TN_MUST_USE tn_error io_port_open(struct device *device);
tn_error io_port_request(struct device *device, struct tn_request *request);
TN_MUST_USE tn_error irq_open(struct device *device);
void irq_close(struct device *device);
tn_error irq_request(struct device *device, struct tn_request *request);
tn_error dma_request(struct device *device, struct tn_request *request);
