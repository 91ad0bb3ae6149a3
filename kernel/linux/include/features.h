/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What this kernel has of what not every kernel has. Sentences of at most 126 bytes. */
#pragma once

#define PORT_FEATURES(X)                                                                          \
	X(IO_MEM, false, "devices belong to the host")                                            \
	X(IO_PORT, false, "devices belong to the host")                                           \
	X(IRQ, false, "devices belong to the host")                                               \
	X(DMA, false, "devices belong to the host")                                               \
	X(DMA_PROTECTION, false, "there is no DMA; what the host's drivers do is the host's")     \
	X(CACHE_ATTRIBUTES, false, "there is no device memory")                                   \
	X(NO_EXECUTE, true, "by page tables")                                                     \
	X(IPC_CONFINEMENT, true, "by sandbox: a component has no system call that names another") \
	X(PRIORITY, false,                                                                        \
	  "a weight: more urgent threads get more time, as far as the host lets core")            \
	X(PRIORITY_INHERITANCE, false, "a call is served at the server's own weight")             \
	X(AFFINITY, true, "up to 64 CPUs of those that the host gives to core")                   \
	X(SEVERAL_CPUS, true, "all that the host gives to core, up to 64")                        \
	X(CPU_TIME, true, "counted by the host")
