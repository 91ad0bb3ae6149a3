# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The seL4 port. SEL4=folder names an installed kernel, bin/kernel.elf and libsel4/include, as its own
# project builds it (README.md says with which options). Without it everything is compiled, with the
# numbers of include/known, and nothing is run.

SEL4 ?=
override SEL4 := $(abspath $(SEL4))
export SEL4 # tests run make, too
sel4.supplied := yes
sel4.absent := $(if $(SEL4),,it needs SEL4=folder, where seL4 is installed: see kernel/sel4/README.md)
sel4.headers := $(if $(SEL4),-Ikernel/sel4/include/installed -isystem $(SEL4)/libsel4/include,-Ikernel/sel4/include/known)

sel4.devices := yes
sel4.core.cflags := $(sel4.headers)
sel4.core.ldflags := -Wl,-e,core_entry
# Attackers enter the kernel by themselves, and lie in what they share with core.
test-entry.cflags := -I. -Iarch/$(ARCH) -Ikernel/sel4/include
test-raw.cflags := -I. -Iarch/$(ARCH) -Ikernel/sel4/include

sel4.targets := $(if $(SEL4),$(BUILD)/sel4/kernel.elf)
sel4.installed := $(sel4.targets)

# Multiboot loaders want a 32-bit container; what is in it stays 64-bit code.
$(BUILD)/sel4/kernel.elf: $(SEL4)/bin/kernel.elf
	@mkdir -p $(@D)
	@$(OBJCOPY) -O elf32-i386 $< $@
