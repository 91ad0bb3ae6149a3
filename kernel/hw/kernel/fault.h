/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Exceptions of user code: the thread stops, and core hears of it. */
#pragma once

#include <stdbool.h>
#include "thread.h"

/* `current` has faulted. */
void fault_raise(uint64_t vector, uint64_t error, uint64_t address);

/* Faults of all PDs but core's go there; NULL: they wait. */
void fault_set_handler(struct thread *thread);

/* The handler is being destroyed, maybe. */
void fault_forget_handler(const struct thread *thread);

bool fault_pending(const struct thread *thread);

/* The oldest fault becomes the handler's event; there must be one. */
void fault_deliver_next(struct thread *handler);
