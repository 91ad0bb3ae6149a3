/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* I/O ports, one access at a time, for core. */
#pragma once

#include <stdint.h>
#include <hw/abi.h>

enum hw_status port_read(uint64_t port, uint64_t bytes, uint64_t *value);
enum hw_status port_write(uint64_t port, uint64_t bytes, uint64_t value);
