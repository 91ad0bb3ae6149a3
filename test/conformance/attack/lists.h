/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Attackers that use nothing but the API, on every kernel. */
#pragma once

#include "../../attack/attack.h"

extern const struct attack exhaustion_attacks[], session_attacks[], transfer_attacks[];
extern const struct attack memory_attacks[], time_attacks[];
