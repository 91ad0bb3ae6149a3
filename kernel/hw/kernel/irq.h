/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Interrupts of devices, delivered as signals. */
#pragma once

#include <stdint.h>
#include <hw/abi.h>

/* signal 0: unbind */
enum hw_status irq_bind(uint64_t irq, uint64_t signal);
enum hw_status irq_acknowledge(uint64_t irq);

/* One came: there is no other signal until it is acknowledged. */
void irq_raise(uint32_t irq);
