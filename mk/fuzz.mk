# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors
#
# Fuzzing with libFuzzer, under the address and undefined-behaviour sanitizers: a target is
# test/fuzz/<name>_fuzz.c. A module.mk may say, before this file is read:
#
#   <name>.fuzz-sources   what is linked to it
#   <name>.fuzz-flags     and compiled with
#   <name>.fuzz-length    longest input in bytes
#   <name>.fuzz-seeds     files to start from
#   <name>.fuzz-needs     what has to be built before
#
# `make fuzz-<name>` takes FUZZ_SECONDS; `make fuzz` does that with each target in turn, KDL's
# included; among the tests each takes FUZZ_TEST_SECONDS. What was found before is in
# build/fuzz/<name>/corpus and is where the next run begins.

CLANG             ?= clang
FUZZ_SECONDS      ?= 600
FUZZ_TEST_SECONDS ?= 3
PACKAGES_TEST     += clang

FUZZ_NAMES := $(patsubst test/fuzz/%_fuzz.c,%,$(filter-out %/kdl_fuzz.c,$(wildcard test/fuzz/*_fuzz.c)))
FUZZ_BUILD := $(BUILD)/fuzz
HOST_TESTS += $(FUZZ_NAMES:%=fuzz-test-%)

# The linker of the runtime: its file is part of the target, the text functions are all it calls.
elf.fuzz-sources := runtime/linker_image.c runtime/linker_module.c runtime/linker_bind.c \
	$(wildcard lib/text/*.c)
elf.fuzz-flags   := -Iarch/$(ARCH) -DELF_FUZZ_STUB='"$(STUB)"' \
	-DELF_FUZZ_GOOD='"$(FUZZ_BUILD)/elf/seeds/hello"'
elf.fuzz-length  := 60000
elf.fuzz-seeds   := $(FUZZ_BUILD)/elf/seeds/hello
dispatch.fuzz-length := 4101
dispatch.fuzz-needs  := $(FUZZ_BUILD)/dispatch/interfaces.h
dispatch.fuzz-flags  := -I$(FUZZ_BUILD)/dispatch

# Any kernel's runtime will do: none of it runs.
FUZZ_RUNTIME := $(BUILD)/$(firstword $(KERNELS))/ld-$(firstword $(KERNELS)).so
# Core over a port without a kernel; its capability table is part of the target, its memory malloc()'s.
core.fuzz-sources := $(filter-out core/memory.c core/cap.c,$(wildcard core/*.c)) \
	$(wildcard lib/text/*.c) lib/format/format.c lib/containers/tree.c
core.fuzz-flags   := -Iarch/$(ARCH) -Itest/fuzz/core \
	-DCORE_FUZZ_RUNTIME='"$(FUZZ_RUNTIME)"'
core.fuzz-length  := 4096
core.fuzz-needs   := $(FUZZ_RUNTIME)
containers.fuzz-sources := $(wildcard lib/containers/*.c)
lz4.fuzz-sources := $(wildcard lib/lz4/*.c)

$(FUZZ_BUILD)/elf/seeds/hello: $(ABI_BUILD)/bin/hello $(STUB)
	@mkdir -p $(@D)
	@objcopy --strip-all $< $@

# Every interface that a header declares, and the fuzzer's own.
$(FUZZ_BUILD)/dispatch/interfaces.h: $(wildcard include/tenon/*.h)
	@mkdir -p $(@D)
	@{ grep -l '^TN_RPC_INTERFACE(' $^ | sed 's|^include/\(.*\)|#include <\1>|'; \
		echo '#define INTERFACES(X) \'; sed -n 's/^TN_RPC_INTERFACE(\(.*\))$$/	X(\1) \\/p' $^; \
		echo '	X(every, EVERY)'; } > $@

# Without libFuzzer's runtime there are no targets, and the tests say so.
FUZZ_PROBE := $(FUZZ_BUILD)/probe
$(FUZZ_PROBE):
	@mkdir -p $(@D)
	@if echo 'int LLVMFuzzerTestOneInput(const char *d, long n); \
		int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' | \
		$(CLANG) -fsanitize=address,fuzzer -x c -o $@.out - 2> $@.log; \
		then echo yes > $@; else echo no > $@; fi

define fuzz_target
$(FUZZ_BUILD)/$(1)/target: test/fuzz/$(1)_fuzz.c $(FUZZ_PROBE) $$($(1).fuzz-sources) $$(wildcard include/tenon/*.h \
		runtime/*.[ch] core/*.[ch] lib/*/*.h test/unit/*.h test/fuzz/*/*.h) $$($(1).fuzz-seeds) $$($(1).fuzz-needs)
	@mkdir -p $$(@D)/corpus $$(@D)/seeds
	@rm -f $$@
	@echo "  CC   $$<"
	@if grep -q yes $(FUZZ_PROBE); then $(CLANG) -std=c17 -D_GNU_SOURCE $(WARNINGS) \
		$(HOST_SANITIZE) -fsanitize=fuzzer -g -O1 $(INCLUDES) -I. $$($(1).fuzz-flags) \
		-o $$@ $$< $$($(1).fuzz-sources); fi
.PHONY: fuzz-$(1) fuzz-test-$(1)
fuzz-$(1): $(FUZZ_BUILD)/$(1)/target
	$$(call fuzz_run,$(1),$(FUZZ_SECONDS))
fuzz-test-$(1): $(FUZZ_BUILD)/$(1)/target
	$$(call fuzz_run,$(1),$(FUZZ_TEST_SECONDS))
endef
$(foreach name,$(FUZZ_NAMES),$(eval $(call fuzz_target,$(name))))

# $(1): name, $(2): seconds
define fuzz_run
	@if ! grep -q yes $(FUZZ_PROBE); then \
		echo "skip fuzz.$(1): no clang with libFuzzer's runtime"; \
	elif $(FUZZ_BUILD)/$(1)/target -max_total_time=$(2) \
		-max_len=$(or $($(1).fuzz-length),1024) -artifact_prefix=$(FUZZ_BUILD)/$(1)/ \
		$(FUZZ_BUILD)/$(1)/corpus $(FUZZ_BUILD)/$(1)/seeds \
		> $(FUZZ_BUILD)/$(1)/log 2>&1; then \
		echo "ok fuzz.$(1)"; grep '^Done' $(FUZZ_BUILD)/$(1)/log | sed 's/^/#   /'; \
	else \
		tail -n 40 $(FUZZ_BUILD)/$(1)/log; \
		echo "not ok fuzz.$(1): see $(FUZZ_BUILD)/$(1)/log"; exit 1; \
	fi
endef

.PHONY: fuzz
fuzz: $(FUZZ_NAMES:%=fuzz-%) kdl-fuzz ## fuzz every parser in turn (FUZZ_SECONDS=3600: an hour each)
