/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Signal objects: 64 bytes each, in frames that core donated. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <hw/abi.h>
#include "thread.h"

struct signal {
	uint64_t serial; /* 0: not in use */
	uint64_t badge;
	uint64_t receiver_serial; /* the receiver is gone when its own one differs */
	struct thread *receiver;
	struct signal *next, *previous; /* ring of the receiver's pending ones */
	bool pending;
};

_Static_assert(sizeof(struct signal) <= HW_SIGNAL_SIZE, "room");

/* For interrupts and the deadline, which may outlive the object. */
struct signal_reference {
	uint64_t name, serial;
};

/* NULL if there is no signal in use of that name. */
struct signal *signal_find(uint64_t name);

enum hw_status signal_frame_add(uint64_t frame);
enum hw_status signal_frame_free(uint64_t frame);
enum hw_status signal_create(uint64_t name, struct thread *receiver, uint64_t badge);
enum hw_status signal_destroy(uint64_t name);

/* Never blocks; may make the receiver ready. */
void signal_submit(struct signal *signal);
void signal_submit_reference(struct signal_reference reference);

/* The oldest pending signal becomes the thread's event; there must be one. */
void signal_deliver_next(struct thread *thread);
