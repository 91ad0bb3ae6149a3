/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The system calls that are core's alone. */
#pragma once

#include "thread.h"

/* `number` is at least HW_CORE_FIRST; `self` is `current`. */
void control_dispatch(struct thread *self, uint64_t number);
