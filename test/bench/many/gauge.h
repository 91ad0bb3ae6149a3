/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The service of who counts the components that run. */
#pragma once

#include <tenon/component.h>

#define GAUGE(RPC, I) RPC(I, here)

TN_RPC_INTERFACE(gauge, GAUGE)
