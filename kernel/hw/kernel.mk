# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

# The hw kernel for x86_64 and its test. Included by the top-level Makefile, or alone:
#     make -f kernel/hw/kernel.mk hw-kernel         $(BUILD)/hw/kernel.elf, what QEMU and GRUB load
#     make -f kernel/hw/kernel.mk hw-kernel-test    ... and its test in QEMU

BUILD ?= build
OBJCOPY ?= objcopy
QEMU_SYSTEM_X86_64 ?= qemu-system-x86_64

hw_kernel_source := kernel/hw
hw_kernel_build := $(BUILD)/hw

hw_kernel_includes := -I$(hw_kernel_source)/include -I$(hw_kernel_source)/kernel \
	-I$(hw_kernel_source)/boot

hw_kernel_warnings := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wcast-qual -Werror

# The FPU holds the user's state; interrupts use the stack that idle code is on; a user's number
# must not steer an indirect jump.
hw_kernel_flags := -std=c17 -O2 -g -ffreestanding -fno-stack-protector -fno-pic -fno-pie \
	-fno-asynchronous-unwind-tables -fcf-protection=none -mno-red-zone -mgeneral-regs-only \
	-mcmodel=kernel -fno-jump-tables $(hw_kernel_warnings) $(hw_kernel_includes)

hw_kernel_files := $(wildcard $(hw_kernel_source)/kernel/*.[cS] $(hw_kernel_source)/boot/*.[cS])
hw_kernel_objects := $(hw_kernel_files:$(hw_kernel_source)/%=$(hw_kernel_build)/%.o)
hw_kernel_link := $(hw_kernel_source)/boot/link.ld

# Core's role, played by the test: an ordinary static executable.
hw_kernel_test_flags := -std=c17 -O2 -g -ffreestanding -fno-stack-protector -fno-pic -fno-pie \
	-fno-asynchronous-unwind-tables -fcf-protection=none -fno-jump-tables -mgeneral-regs-only \
	$(hw_kernel_warnings) $(hw_kernel_includes)
hw_kernel_test_files := $(wildcard $(hw_kernel_source)/test/*.[cS])
hw_kernel_test_objects := $(hw_kernel_test_files:$(hw_kernel_source)/%=$(hw_kernel_build)/%.o)
hw_kernel_test_link := $(hw_kernel_source)/test/link.ld

.PHONY: hw-kernel hw-kernel-test
hw-kernel: $(hw_kernel_build)/kernel.elf

hw-kernel-test: $(hw_kernel_build)/kernel.elf $(hw_kernel_build)/test.elf
	@QEMU='$(QEMU_SYSTEM_X86_64)' sh $(hw_kernel_source)/test/run.sh \
		$(hw_kernel_build)/kernel.elf $(hw_kernel_build)/test.elf

$(hw_kernel_build)/test/%.o: $(hw_kernel_source)/test/% $(hw_kernel_source)/kernel.mk
	@mkdir -p $(@D)
	@echo "  CC   $< (hw)"
	@$(CC) $(hw_kernel_test_flags) -MMD -MP -c -o $@ $<

$(hw_kernel_build)/kernel/%.o: $(hw_kernel_source)/kernel/% $(hw_kernel_source)/kernel.mk
	@mkdir -p $(@D)
	@echo "  CC   $< (hw)"
	@$(CC) $(hw_kernel_flags) -MMD -MP -c -o $@ $<

$(hw_kernel_build)/boot/%.o: $(hw_kernel_source)/boot/% $(hw_kernel_source)/kernel.mk
	@mkdir -p $(@D)
	@echo "  CC   $< (hw)"
	@$(CC) $(hw_kernel_flags) -MMD -MP -c -o $@ $<

$(hw_kernel_build)/kernel.elf64: $(hw_kernel_objects) $(hw_kernel_link)
	@echo "  LINK $@"
	@$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-Wl,-z,noexecstack -T $(hw_kernel_link) -o $@ $(hw_kernel_objects)

# Multiboot loaders want a 32-bit container; what is in it stays 64-bit code.
$(hw_kernel_build)/kernel.elf: $(hw_kernel_build)/kernel.elf64
	@$(OBJCOPY) -g -O elf32-i386 $< $@

$(hw_kernel_build)/test.elf: $(hw_kernel_test_objects) $(hw_kernel_test_link)
	@echo "  LINK $@"
	@$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-Wl,-z,noexecstack -T $(hw_kernel_test_link) -o $@ $(hw_kernel_test_objects)

-include $(hw_kernel_objects:.o=.d) $(hw_kernel_test_objects:.o=.d)
