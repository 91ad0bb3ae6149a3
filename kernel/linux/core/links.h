/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* Of links.c. */
#pragma once

#include "local.h"

/* The PD is gone, its channels go next. */
void links_forget_numbers(struct port_pd *port);
