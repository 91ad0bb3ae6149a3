/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/* What this kernel has of what not every kernel has. Sentences of at most 126 bytes. */
#pragma once

#define PORT_FEATURES(X)                                                                         \
	X(IO_MEM, true, "all but RAM and the interrupt controllers")                             \
	X(IO_PORT, true, "all but the ports that core uses, one call to core an access")         \
	X(IRQ, true, "lines of the first I/O APIC, by way of core")                              \
	X(DMA, true, "all RAM is below 4 GiB, as far as it is used")                             \
	X(DMA_PROTECTION, false, "no IOMMU is programmed: a device with DMA reaches all memory") \
	X(CACHE_ATTRIBUTES, true, "by page tables and the PAT")                                  \
	X(NO_EXECUTE, false, "the kernel maps everything executable on x86")                     \
	X(IPC_CONFINEMENT, true, "the kernel knows capabilities")                                \
	X(PRIORITY, true, "strict, round robin within one")                                      \
	X(PRIORITY_INHERITANCE, false, "a call is served at the server's own priority")          \
	X(AFFINITY, true, "there is one CPU to choose")                                          \
	X(SEVERAL_CPUS, false, "one CPU is used")                                                \
	X(CPU_TIME, false,                                                                       \
	  "the kernel counts it for benchmarks alone, where everybody could reset it")
