/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* The service of test servers: who they are, how they see their client, and their end. */
#pragma once

#include <tenon/component.h>

#define PROBE(RPC, I)                                                                \
	RPC(I, who, OutString(server, TN_LABEL_MAX), OutString(label, TN_LABEL_MAX)) \
	RPC(I, fault)                                                                \
	RPC(I, quit, In(int32_t, value))

TN_RPC_INTERFACE(probe, PROBE)

/* The service of who serves versions of a scenario: from now on, the content of another ROM. */
#define VERSIONS(RPC, I) RPC(I, publish, InString(rom, TN_LABEL_MAX))

TN_RPC_INTERFACE(versions, VERSIONS)
