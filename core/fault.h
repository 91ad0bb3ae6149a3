/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What people are told of a fault. */
#pragma once

#include <core/core.h>

enum { FAULT_PLACE_MAX = 128 };

/*
 * Address, and where that is: "0x18001139 (crash+0x1139)", the name of a ROM module and the offset
 * in its file. `text` has FAULT_PLACE_MAX bytes.
 */
void fault_place(struct pd *pd, uint64_t address, char *text);

/* backtrace.c: logs who has called the function in which the thread has faulted. */
void fault_backtrace(struct pd *pd, struct thread *thread, const struct tn_fault *fault);

/*
 * Tells people and the parent. The first fault of a PD counts: what its other threads do is a
 * consequence, or too late.
 */
void fault_tell(struct pd *pd, struct thread *thread, const struct tn_fault *fault);
