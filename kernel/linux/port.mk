# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# The linux port: core is a static executable that has the launcher of processes inside.

linux.core.srcs := kernel/linux/boot/image.S
linux.core.cflags := -Wa,-I$(BUILD)/linux/obj

LINUX_LAUNCHER := $(BUILD)/linux/obj/launcher
$(LINUX_LAUNCHER): kernel/linux/boot/launcher.c kernel/linux/boot/launcher.ld \
		$(wildcard kernel/linux/include/*.h) arch/$(ARCH)/layout.h $(BUILD)/linux/obj/core.flags
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) $(CORE_CFLAGS) $(WARNINGS) -I. $(INCLUDES) -Iarch/$(ARCH) -Ikernel/linux/include \
		-fno-function-sections -fno-data-sections -fno-builtin -nostdlib -static \
		-Wl,--build-id=none,-z,noexecstack,-T,kernel/linux/boot/launcher.ld -o $@ $<

$(BUILD)/linux/obj/core/kernel/linux/boot/image.o: $(LINUX_LAUNCHER)

# What is measured beside Tenon, for the host's libc; see plan.ini.
LINUX_BENCH := $(BUILD)/linux/bench
$(LINUX_BENCH)/raw: kernel/linux/bench/raw.c kernel/linux/include/filter.h kernel/linux/include/linux_abi.h
$(LINUX_BENCH)/first-line: kernel/linux/bench/first_line.c
$(LINUX_BENCH)/raw $(LINUX_BENCH)/first-line: kernel/linux/bench/sample.h
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(HOST_CC) -std=c17 -O2 $(WARNINGS) -Iinclude -Iarch/$(ARCH) -idirafter kernel/linux/include -o $@ $(filter %.c,$^)
$(LINUX_BENCH)/exit: kernel/linux/bench/exit.c
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(HOST_CC) -std=c17 -O2 $(WARNINGS) -static -o $@ $<
$(LINUX_BENCH)/bare: kernel/linux/bench/bare.S
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -o $@ $<
linux.targets := $(LINUX_BENCH)/raw $(LINUX_BENCH)/first-line $(LINUX_BENCH)/exit \
	$(LINUX_BENCH)/bare

# Runs a system one instruction at a time; see the file.
$(BUILD)/linux/stepper: kernel/linux/test/stepper.c kernel/linux/test/interleave/mark.h
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(HOST_CC) -std=c17 -O2 $(WARNINGS) -o $@ $<
linux.targets += $(BUILD)/linux/stepper

# Attackers enter the kernel by themselves, and write by hand into what they share with others.
test-escape.cflags := -I. -Iarch/$(ARCH) -Ikernel/linux/include
test-link.cflags := $(test-escape.cflags)
test-buried.cflags := $(test-escape.cflags)
test-interleave-polling.cflags := $(test-escape.cflags) -Ikernel/linux/runtime
