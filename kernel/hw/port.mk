# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The hw port: our own microkernel, and what core and the runtime need to run on it.

include kernel/hw/kernel.mk

hw.devices := yes
hw.core.cflags := -Ikernel/hw/include
hw.core.ldflags := -Wl,-e,core_entry
hw.runtime.cflags := -Ikernel/hw/include
hw.targets := $(BUILD)/hw/kernel.elf
hw.installed := $(BUILD)/hw/kernel.elf

# A core that faults, for the debugger to show; and what a call costs in the kernel alone.
check-debug bench: $(BUILD)/hw/test.elf

# Attackers enter the kernel by themselves, and lie in what they share with core.
test-isolation.cflags := -I. -Iarch/$(ARCH) -Ikernel/hw/include
test-liar.cflags := $(test-isolation.cflags)

# The kernel alone, with the test in core's role.
HOST_TESTS += hw-kernel-test
