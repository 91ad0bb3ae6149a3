/* SPDX-License-Identifier: BSD-2-Clause */
/* SPDX-FileCopyrightText: 2026 The Tenon authors */

/*
 * What not every kernel can do, and so may be absent: by feature, never by kernel. Everything else
 * that these headers promise holds everywhere.
 *
 * A component asks before it relies on one. A session to a service that rests on an absent feature
 * is denied with TN_ERR_UNSUPPORTED. doc/features.md has the table of all kernels; it is made from
 * the runtimes as they were built.
 *
 * Ownership: the texts are static. Errors: there are none.
 *
 * @code{.c}
 * #include <tenon/component.h>
 *
 * static void example_driver(void)
 * {
 *         const char *reason;
 *         if (tn_feature(TN_FEATURE_IRQ, &reason))
 *                 return;
 *         tn_log("no interrupts, looking at the device now and then: %s", reason);
 * }
 * @endcode
 */
#pragma once

#include <tenon/types.h>

/* Appended only. Name, and what a component may rely on where the feature is there. */
#define TN_FEATURE_TABLE(X)                                                                     \
	X(IO_MEM, "device memory can be attached (io_mem.h)")                                   \
	X(IO_PORT, "I/O ports can be read and written (io_port.h)")                             \
	X(IRQ, "interrupts are delivered as signals (irq.h)")                                   \
	X(DMA, "memory that devices reach, with its bus address (dma.h)")                       \
	X(DMA_PROTECTION, "a device reaches no memory but what its driver has for it")          \
	X(CACHE_ATTRIBUTES, "device memory is uncached or write-combined, as asked for")        \
	X(NO_EXECUTE, "what is attached without the right to execute cannot be executed")       \
	X(IPC_CONFINEMENT, "a component reaches nobody but through its capabilities")           \
	X(PRIORITY, "a thread never waits for the CPU while a less urgent one runs on it")      \
	X(PRIORITY_INHERITANCE, "a call is served at its caller's priority, if that is higher") \
	X(AFFINITY, "threads stay on the CPUs that they are told")                              \
	X(SEVERAL_CPUS, "threads run on all CPUs of the machine")                               \
	X(CPU_TIME, "the CPU time that threads have used is told (cpu.h, trace.h), else 0")

#define TN_FEATURE_ENUM_(name, text) TN_FEATURE_##name,
/* Features by number: TN_FEATURE_ and the name in the table. */
enum tn_feature { TN_FEATURE_TABLE(TN_FEATURE_ENUM_) TN_FEATURE_COUNT };
#undef TN_FEATURE_ENUM_

/*
 * Whether the feature is there. *reason (may be NULL): a sentence on how, or on what holds instead;
 * static, never NULL. Asks nobody, never blocks. One that this runtime does not know is absent.
 */
TN_EXTERN bool tn_feature(enum tn_feature feature, const char **reason);
