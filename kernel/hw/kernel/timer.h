/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Time: the time-stamp counter as clock, the local APIC's one-shot timer, core's deadline. */
#pragma once

#include <stdint.h>
#include "signal.h"

/* Measures both against the programmable interval timer; the local APIC must be on. */
void timer_setup(void);

uint64_t timer_ticks_per_second(void);
uint64_t timer_now(void); /* ns since boot */
uint64_t timer_to_ns(uint64_t ticks);

/* Interrupt at this TSC value or earlier. */
void timer_want(uint64_t tsc);

/* ns since boot, UINT64_MAX for never. */
void timer_set_deadline(uint64_t at, struct signal_reference signal);

/* The timer has fired: submits the deadline's signal if it is time. */
void timer_interrupt(void);
